import JSON
import Testing

@Suite struct `JSON parser` {
  @Test func `every kind of value is read`() throws {
    let text = #" {"n": null, "t": true, "f": false, "i": -7, "d": 1.5e2, "s": "x", "a": [1, []], "o": {}} "#
    #expect(
      try JSONValue(parsing: text) == [
        "n": nil, "t": true, "f": false, "i": -7, "d": 150.0, "s": "x", "a": [1, []], "o": [:],
      ])
  }

  @Test func `members keep their order`() throws {
    let value = try JSONValue(parsing: #"{"z":1,"a":2,"m":3}"#)
    #expect(value.object.map { Array($0.keys) } == ["z", "a", "m"])
    #expect(value.text == #"{"z":1,"a":2,"m":3}"#)
  }

  @Test func `integers are exact in 64 bits`() throws {
    #expect(try JSONValue(parsing: "-9223372036854775808") == .integer(.min))
    #expect(try JSONValue(parsing: "9223372036854775807") == .integer(.max))
    #expect(try JSONValue(parsing: "9223372036854775808") == .unsigned(9_223_372_036_854_775_808))
    #expect(try JSONValue(parsing: "18446744073709551615") == .unsigned(.max))
    #expect(try JSONValue(parsing: "18446744073709551616") == .double(18_446_744_073_709_551_616))
    #expect(try JSONValue(parsing: "-0") == 0)
  }

  @Test func `escapes and surrogate pairs become characters`() throws {
    #expect(
      try JSONValue(parsing: #""\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\uDE00""#).string
        == "\"\\/\u{8}\u{C}\n\r\tA\u{E9}\u{20AC}\u{1F600}")
  }

  @Test(arguments: [
    "", " ", "nul", "nulll", "tru", "True", "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "NaN", "Infinity", "1e999",
    "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[}", "{", "{]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,",
    "{\"a\":1,}",
    "{a:1}", "{'a':1}", "{\"a\" 1}", "{1:1}", "1 1", "[]]", "{}}", "\"", "\"\\\"", "\"\\", "\"\\x\"", "\"\\u12\"",
    "\"\\u12G4\"", "\"\\ud83d\"", "\"\\ud83dx\"", "\"\\ud83d\\u0041\"", "\"\\ude00\"", "\"\n\"", "\"\t\"", "\"\0\"",
    "// x",
    "[1] // x", "\u{FEFF}1", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}",
  ])
  func `what RFC 8259 does not allow is refused`(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x80, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80],
      [0xF0, 0x80, 0x80, 0x80],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xE2, 0x28, 0xA1],
    ] as [[UInt8]])
  func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) throws {
    let quote = UInt8(ascii: "\"")
    #expect(throws: JSONError.self) { try JSONValue(parsing: [quote] + bytes + [quote]) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: [quote] + bytes) }
  }

  @Test func `characters of every length in UTF-8 are read`() throws {
    let text = "a\u{7F}\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}"
    #expect(try JSONValue(parsing: "\"\(text)\"").string == text)
  }

  @Test func `an error names its line and its column in characters`() throws {
    let error = try #require(throws: JSONError.self) { try JSONValue(parsing: "{\n  \"\u{E9}\u{E9}\": tru\n}") }
    #expect(error.line == 2)
    #expect(error.column == 9)
    #expect(error.offset == 12)
    #expect(error.description == "line 2, column 9: expected true, found 't'")
  }

  @Test(arguments: [
    ("[1 2]", "line 1, column 4: expected ',' or ']', found '2'"),
    (#"{"a" 1}"#, "line 1, column 6: expected ':' after the member name, found '1'"),
    (#"{"a":1,}"#, "line 1, column 8: expected a member name in double quotes, found '}'"),
    ("[", "line 1, column 2: expected a value, but the text ends"),
    ("1 \u{1}", "line 1, column 3: expected the end of the text, found byte 1"),
    (#"{"a":1,"a":2}"#, "line 1, column 13: the object has two members named \"a\""),
    ("\"abc", "line 1, column 1: the string that begins here has no closing quote"),
  ])
  func `an error says what was expected and what was found`(text: String, message: String) throws {
    let error = try #require(throws: JSONError.self) { try JSONValue(parsing: text) }
    #expect(error.description == message)
  }

  @Test(arguments: ["[", "{\"a\":"])
  func `nesting is limited, and beyond the limit it costs no stack`(opening: String) throws {
    let closing = opening == "[" ? "]" : "}"
    func nested(_ depth: Int) -> String {
      String(repeating: opening, count: depth) + "0" + String(repeating: closing, count: depth)
    }
    let limit = JSONScanner.maximumDepth
    #expect(throws: Never.self) { try JSONValue(parsing: nested(limit)) }
    for depth in [limit + 1, 100_000] {
      let error = try #require(throws: JSONError.self) { try JSONValue(parsing: nested(depth)) }
      #expect(error.message == "more than 512 arrays and objects lie in one another")
    }
  }

  @Test func `a slice of a larger buffer is read in place`() throws {
    let bytes = Array("xx[1,2]yy".utf8)
    #expect(try JSONValue(parsing: bytes[2..<7]) == [1, 2])
  }
}
