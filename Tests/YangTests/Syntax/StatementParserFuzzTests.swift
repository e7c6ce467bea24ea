import Foundation
import TestSupport
import Testing

@testable import Yang

@Suite struct `Statement parser, fed garbage` {
  // Invariant: any bytes parse or throw `YangError`, in time that grows in step with their number.

  @Test(arguments: 1...8) func `any mixture of YANG's bytes parses or throws`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let pieces: [[UInt8]] =
      [
        "module m", "leaf a", "x:y", "{", "}", ";", "\"", "'", "\\", "\\n", "+", "//", "/*", "*/", "\n", "\r\n", "\t",
        " ", "1.1", "yang-version 1.1;", "\u{FEFF}", "é", "container", "type string;",
      ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0]]
    for _ in 0..<300 {
      var bytes: [UInt8] = Bool.random(using: &random) ? Array("module m {".utf8) : []
      for _ in 0..<Int.random(in: 0..<60, using: &random) {
        bytes += pieces[Int.random(in: 0..<pieces.count, using: &random)]
      }
      check(bytes)
    }
  }

  @Test(arguments: 1...4) func `a damaged module parses or throws`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let whole = try Repository.bytes(Repository.vectors + "/yang/trap-main.yang")
    for _ in 0..<60 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + 40))
        }
      }
      check(bytes)
    }
  }

  private func check(_ bytes: [UInt8]) {
    do {
      _ = try YangFile(bytes, path: "m.yang")
    } catch {
      #expect(error.source.line >= 1)
      #expect(error.source.line <= bytes.count { $0 == UInt8(ascii: "\n") } + 1)
    }
  }

  /// Linear work takes a fraction of a second; work that grows with the square would take hours.
  @Test(
    .timeLimit(.minutes(5)),
    arguments: [
      "module m { description \"", "module m { description '", "module m { /*", "module m { //", "module m { ",
    ])
  func `a long text is read in step with its length`(start: String) {
    for filling in ["a", " ", "\t\"a\"+", "\\\\", "a\n", "x:y z;", "/* a */", "}"] {
      check(Array((start + String(repeating: filling, count: 80_000)).utf8))
    }
  }
}
