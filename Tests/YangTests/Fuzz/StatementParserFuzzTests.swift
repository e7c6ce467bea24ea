import Foundation
import TestSupport
import Testing

@testable import Yang

@Suite struct `YANG statements fuzz` {
  @Test(arguments: Fuzz.seeds(8)) func `any mixture of YANG's bytes parses or throws`(seed: UInt64) throws {
    // Invariant: any bytes parse, and then again as they are printed, or throw YangError with a line of the text.
    try Fuzz.round(seed) { round in
      for _ in 0..<300 {
        var bytes = round.random.oneIn(2) ? Array("module m {".utf8) : []
        for _ in 0..<round.random.number(0...60) {
          bytes += round.random.oneIn(40) ? [UInt8.random(in: 0x80...0xFF, using: &round.random)] : []
          bytes += Array(round.random.pick(YangText.spice).utf8)
        }
        round.tries(bytes)
        check(bytes)
      }
    }
  }

  @Test(arguments: Fuzz.seeds(4)) func `a damaged module parses or throws`(seed: UInt64) throws {
    // Invariant: any bytes parse, and then again as they are printed, or throw YangError with a line of the text.
    try Fuzz.round(seed) { round in
      for _ in 0..<60 {
        let whole = try Repository.bytes(round.random.pick(YangText.modules))
        let bytes = round.random.damaged(whole, spice: YangText.spice)
        round.tries(bytes)
        check(bytes)
      }
    }
  }

  private func check(_ bytes: [UInt8]) {
    do throws(YangError) {
      let file = try YangFile(bytes, path: "m.yang")
      let printed = YangText.text(of: file.statement)
      #expect(try YangText.text(of: YangFile(Array(printed.utf8), path: "m.yang").statement) == printed)
    } catch {
      #expect((1...bytes.count { $0 == UInt8(ascii: "\n") } + 1).contains(error.source.line), "\(error)")
      #expect(error.source.file == "m.yang")
    }
  }

  @Test(arguments: YangText.modules) func `a module means the same when it is printed and parsed again`(
    path: String
  ) throws {
    let statement = try YangFile(try Repository.bytes(path), path: path).statement
    let printed = YangText.text(of: statement)
    #expect(try YangText.text(of: StatementParser.parse(Array(printed.utf8), file: path)) == printed)
  }

  /// Linear work takes a fraction of a second; work that grows with the square would take hours.
  @Test(
    .timeLimit(.minutes(30)),
    arguments: [
      "module m { description \"", "module m { description '", "module m { /*", "module m { //", "module m { ",
    ])
  func `a long text is read in step with its length`(start: String) {
    for filling in ["a", " ", "\t\"a\"+", "\\\\", "a\n", "x:y z;", "/* a */", "}", "x:y {", "\n\""] {
      check(Array((start + String(repeating: filling, count: 80_000)).utf8))
    }
  }
}
