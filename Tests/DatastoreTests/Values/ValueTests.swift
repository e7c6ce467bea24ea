import Datastore
import Testing
import Yang

@Suite struct `Values` {
  private func message(_ text: String, _ type: ValueType) -> String? {
    do {
      _ = try Value(text: text, type: type)
      return nil
    } catch { return "\(error)" }
  }

  @Test func `a bad value is described in one sentence`() throws {
    let percent = ValueType.integer(.uint8, ranges: [1...10, 20...20])
    let amount = ValueType.decimal64(fractionDigits: 2, ranges: [0...999])
    let vowels = try #require(
      ValueType.Pattern(source: "[aeiou]*", icu: "[aeiou]*", python: "[aeiou]*", isInverted: false))
    let steep = try #require(ValueType.Pattern(source: "(a+)+b", icu: "(a+)+b", python: "(a+)+b", isInverted: false))
    let text = String(repeating: "a", count: 64)
    let state = ValueType.enumeration([.init(name: "up", value: 0), .init(name: "down", value: 1)])
    #expect(message("300", .integer(.uint8, ranges: [])) == #""300" is not a valid uint8: out of range 0..255"#)
    #expect(message("11", percent) == #""11" is not a valid uint8: out of range 1..10 | 20"#)
    #expect(message("x", percent) == #""x" is not a valid uint8: not an integer"#)
    #expect(message("10", amount) == #""10" is not a valid decimal64: out of range 0.0..9.99"#)
    #expect(message("1.005", amount) == #""1.005" is not a valid decimal64: more than 2 fraction digits"#)
    #expect(
      message("xyz", .string(lengths: [], patterns: [vowels]))
        == #""xyz" is not a valid string: it does not match the pattern [aeiou]*"#)
    #expect(
      message(text, .string(lengths: [], patterns: [steep]))
        == #""\#(text)" is not a valid string: it takes too long to match it with the pattern (a+)+b"#)
    #expect(
      message("abcd", .string(lengths: [1...3], patterns: []))
        == #""abcd" is not a valid string: 4 characters where 1..3 are allowed"#)
    #expect(message("on", state) == #""on" is not a valid enumeration: expected up or down"#)
    #expect(message("x", .union([.boolean, .empty])) == #""x" is not a valid union: it is none of boolean or empty"#)
  }

  @Test func `a value of any length makes a short sentence`() throws {
    let text = try #require(message(String(repeating: "x", count: 10_000), .boolean))
    #expect(text.utf8.count < 200)
  }

  @Test func `values stand in the order of their type`() throws {
    func ordered(_ texts: [String], _ type: ValueType) throws -> [String] {
      try texts.map { try Value(text: $0, type: type) }.sorted { $0.compare($1) < 0 }.map(\.text)
    }
    #expect(try ordered(["10", "9", "-1"], .integer(.int8, ranges: [])) == ["-1", "9", "10"])
    #expect(try ordered(["10.5", "9.25"], .decimal64(fractionDigits: 2, ranges: [])) == ["9.25", "10.5"])
    #expect(try ordered(["b", "a10", "a9", ""], .string(lengths: [], patterns: [])) == ["", "a10", "a9", "b"])
    #expect(
      try ordered(["low", "high"], .enumeration([.init(name: "high", value: 1), .init(name: "low", value: 2)]))
        == ["high", "low"])
    #expect(
      try ordered(["z", "7"], .union([.integer(.int8, ranges: []), .string(lengths: [], patterns: [])])) == ["7", "z"])
  }

  @Test func `strings are equal only if their bytes are`() throws {
    let composed = Value.string("\u{e9}")
    let decomposed = Value.string("e\u{301}")
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
  }
}
