import Testing

@testable import Yang

@Suite struct `Statement parser` {
  private func parse(_ text: String) throws -> Statement {
    try StatementParser.parse(Array(text.utf8), file: "m.yang")
  }

  private func description(_ written: String, version: String = "1.1") throws -> String? {
    try parse("module m { yang-version \(version);\n  description \(written); }").first(.description)?.argument
  }

  private func message(_ text: String) -> String {
    do {
      return "no error, \(try parse(text).children.count) statements"
    } catch {
      return "\(error)"
    }
  }

  @Test func `a statement knows its line`() throws {
    let module = try parse("// one\n/* two\n three */ module m {\n  leaf a {\n type string; } }\n")
    #expect(module.line == 3)
    #expect(module.children[0].line == 4)
    #expect(module.children[0].children[0].line == 5)
  }

  @Test func `quoted parts are joined`() throws {
    #expect(try description("\"a\" + 'b'\n   + \"c\"") == "abc")
  }

  @Test func `single quotes keep everything`() throws {
    #expect(try description("'a\\n \"b\"'") == "a\\n \"b\"")
  }

  @Test func `double quotes know four escapes`() throws {
    #expect(try description(#""a\nb\tc\"d\\e""#) == "a\nb\tc\"d\\e")
  }

  @Test func `an unknown escape is an error in 1.1 and two characters in 1.0`() throws {
    #expect(try description(#""a\.b""#, version: "1") == "a\\.b")
    #expect(throws: YangError.self) { try description(#""a\.b""#) }
  }

  @Test func `lines of a string lose the indentation that the quote has`() throws {
    // The opening quote stands in column 14, so that up to 15 blanks go.
    #expect(try description("\"one\n               two\n                 three\"") == "one\ntwo\n  three")
    #expect(try description("\"one\n  two\"") == "one\ntwo")
    #expect(try description("\"one\n\t\ttwo\"") == "one\n two")
  }

  @Test func `blanks before a line's end go, escaped ones stay`() throws {
    #expect(try description("\"one  \t\n               two\"") == "one\ntwo")
    #expect(try description("\"one\\t\n               two\"") == "one\t\ntwo")
    #expect(try description("\"one\r\n               two\"") == "one\ntwo")
  }

  @Test func `a comment ends a word`() throws {
    let module = try parse("module m { prefix a//b\n; namespace urn:x/*y*/; }")
    #expect(module.children.map(\.argument) == ["a", "urn:x"])
  }

  @Test func `a slash alone is part of a word`() throws {
    #expect(try parse("module m { namespace http:/x; }").children[0].argument == "http:/x")
  }

  @Test func `a byte order mark is skipped`() throws {
    #expect(try parse("\u{FEFF}module m;").argument == "m")
  }

  @Test(arguments: [
    ("", "m.yang:1: the file is empty; expected `module` or `submodule`"),
    ("leaf a;", "m.yang:1: the file begins with `leaf`; expected `module` or `submodule`"),
    ("module m {\n leaf a { }", "m.yang:1: the file ends inside `module`, which begins on this line; expected `}`"),
    (
      "module m {\n contianer a; }",
      "m.yang:2: `contianer` is no YANG statement; expected a keyword of RFC 7950 or `prefix:name`"
    ),
    ("module m {\n\n leaf \"b\n\n", "m.yang:3: the string that begins on this line does not end; expected `\"`"),
    (
      "module m {\n leaf a'b'; }",
      "m.yang:2: the argument of `leaf` has a quote inside a word; expected the whole argument in quotes"
    ),
    ("module m { leaf a\n }", "m.yang:2: `leaf` does not end; expected `;` or `{` after its argument"),
    ("module m;\nmodule n;", "m.yang:2: text follows after the end of `module`; expected the end of the file"),
    ("module m { a:b:c d; }", "m.yang:1: `a:b:c` is no keyword; expected `prefix:name`"),
    ("module m { description 'a' +\n b; }", "m.yang:2: nothing in quotes follows `+`; expected another quoted string"),
    ("module m /* {", "m.yang:1: the comment does not end; expected `*/`"),
  ])
  func `an error says where, what is wrong and what was expected`(text: String, expected: String) {
    #expect(message(text) == expected)
  }

  @Test func `text that is not UTF-8 is refused with its line`() {
    let bytes = Array("module m {\n description \"".utf8) + [0xFF] + Array("\"; }".utf8)
    #expect {
      _ = try StatementParser.parse(bytes, file: "m.yang")
    } throws: {
      ($0 as? YangError)?.source.line == 2
    }
  }

  @Test func `deep nesting is refused and does not exhaust the stack`() {
    let text = String(repeating: "module a { ", count: 100_000)
    #expect(message(text).hasPrefix("m.yang:1: statements are nested more than"))
  }
}
