import TestSupport
import Testing

@testable import Datastore

@Suite struct `Keypaths fuzz` {
  private static let spice = [
    "/", "{", "}", "\"", "\\", ":", " ", "\t", "\n", "st:", "ot:", "store:", "xx:", "/st:top", "/item", "/name", "{7}",
    "{\"a b\"}", "{a -3}", "/sub", "/ot:extra", "\u{E9}", "e\u{301}", "\0", "\u{1F600}", "/transport", "/tcp", "/blob",
  ]

  private static let paths = [
    "/st:top/item{7}/sub{\"a b\" -3}/v", "/st:top/rule{\"say \\\"hi\\\"\"}/action", "/ot:top/q",
    "/st:top/item{7}/reset",
    "/st:top/tags{4}", "/st:top/colour", "/st:limits/rack{1 2}/serial", "/st:svc{x}/part{y}/p", "/st:top/log{3}/line",
    "/st:top/item{7}/colours{st:red}", "/st:limits/host{h}/friend{h}/name", "/st:top/ot:extra/z", "/", "/st:restart",
  ]

  @Test(arguments: Fuzz.seeds(20)) func `a path that is read prints itself, any other is refused by name`(
    seed: UInt64
  ) throws {
    // Invariant: a path that is read prints a text that reads as the same path; an error names the text. What a parser
    // has read before makes no difference, nor what was written before.
    try Fuzz.round(seed) { round in
      var parser = KeypathParser(Fixture.index)
      var written = KeypathText(Fixture.index)
      for _ in 0..<200 {
        let original = Array(round.random.pick(Self.paths).utf8)
        let bytes =
          round.random.oneIn(3)
          ? Array(round.random.text(of: Self.spice, upTo: 12).utf8) : round.random.damaged(original, spice: Self.spice)
        let text = String(decoding: bytes, as: UTF8.self)
        round.tries(text)
        let again = Result { () throws(DataError) in try parser.parse(text) }
        #expect(again == Result { () throws(DataError) in try Keypath(text, in: Fixture.index) })
        do throws(DataError) {
          let path = try again.get()
          let printed = path.text(in: Fixture.index)
          for step in path.steps { written.append(step) }
          #expect(path == .root || String(decoding: written.bytes, as: UTF8.self) == printed)
          for _ in path.steps { written.removeLast() }
          #expect(try Keypath(printed, in: Fixture.index) == path)
          #expect(try Keypath(printed, in: Fixture.index).text(in: Fixture.index) == printed)
        } catch {
          #expect(error.kind == .invalidPath || error.kind == .invalidValue)
          #expect(error.path == text && !error.reason.isEmpty)
        }
      }
    }
  }
}
