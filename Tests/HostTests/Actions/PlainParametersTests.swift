import Callpoints
import Datastore
import JSON
import TestSupport
import Testing

@testable import Host

@Suite struct `Plain parameters` {
  private static let path = "/ht:svc{a}/measure"

  private func target() throws -> (ActionTarget, SchemaIndex) {
    let index = SchemaIndex(Model.schema)
    return (try ActionTarget(Self.path, in: index), index)
  }

  private func takes(_ input: String) throws -> Bool {
    takes(Array(input.utf8), try target().0)
  }

  private func takes(_ input: [UInt8], _ target: ActionTarget) -> Bool {
    input.withUnsafeBytes { bytes in
      var scanner = JSONScanner(bytes)
      do throws(JSONError) {
        guard try target.takes(&scanner) else { return false }
        try scanner.finish()
        return true
      } catch {
        return false
      }
    }
  }

  @Test(
    arguments: [
      #"{"unit":"mm"}"#, #" { "slow" : 10 , "unit" : "cm" } "#, #"{"unit":"mm","note":"\u00e9 \n é","short":"abc"}"#,
    ])
  func `leafs in canonical form are recognized`(input: String) throws { #expect(try takes(input)) }

  @Test(
    arguments: [
      "{}", #"{"unit":"km"}"#, #"{"unit":"mm","unit":"mm"}"#, #"{"host-test:unit":"mm"}"#,
      #"{"unit":"mm","slow":"10"}"#,
      #"{"unit":"mm","slow":70000}"#, #"{"unit":"mm","slow":1.0}"#, #"{"unit":"mm","short":"abcd"}"#,
      #"{"unit":"mm","note":7}"#, #"{"unit":"mm","note":null}"#, #"{"unit":"mm","only":[1]}"#,
      #"{"unit":"mm","dry":[null]}"#, #"{"unit":"mm","where":{"deep":true}}"#, #"{"unit":"mm","nope":1}"#,
      #"{"un\u0069t":"mm"}"#, #"{"unit":"mm"}}"#, #"{"unit":"mm""#, #"["unit"]"#, "",
    ])
  func `what is wrong, and what a check would change or look into, is not`(input: String) throws {
    #expect(try !takes(input))
  }

  private static let pieces =
    [
      "{", "}", ",", ":", "\"unit\":\"mm\"", "\"unit\"", "\"note\"", "\"short\"", "\"slow\"", "\"fast\"", "\"only\"",
      "\"host-test:slow\"", "\"mm\"", "\"cm\"", "\"\\u006dm\"", "\"abc\"", "\"e\u{301}\"", "[1]", "[null]", "7", "true",
      " ",
    ] + SeededGenerator.strangeNumbers

  @Test(arguments: Fuzz.seeds(20)) func `what is recognized is what a check leaves as it is`(seed: UInt64) throws {
    // Invariant: a text that is recognized is JSON, passes the check, and comes out of it as the same tree.
    let (target, index) = try target()
    try Fuzz.round(seed) { round in
      for _ in 0..<200 {
        var members: [String] = []
        for _ in 0..<round.random.number(0...4) {
          members.append(round.random.pick(Self.pieces) + ":" + round.random.pick(Self.pieces))
        }
        let text = "{\"unit\":\"mm\"" + members.map { "," + $0 }.joined() + "}"
        let bytes =
          round.random.oneIn(2) ? Array(text.utf8) : round.random.damaged(Array(text.utf8), spice: Self.pieces)
        round.tries(bytes)
        guard takes(bytes, target) else { continue }
        let tree = try #require(try JSONValue(parsing: bytes).object)
        let tree2 = try ParameterTree(schema: index.schema).check(tree, against: target.parameters, path: Self.path)
        #expect(tree2 == tree)
      }
    }
  }
}
