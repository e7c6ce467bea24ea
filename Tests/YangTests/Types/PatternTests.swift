import Foundation
import Testing

@testable import Yang

@Suite struct `Patterns` {
  private func translate(_ pattern: String) throws -> PatternTranslator.Translation {
    try PatternTranslator.translate(
      Statement(keyword: .pattern, word: "pattern", argument: pattern, children: [], file: "m.yang", line: 7))
  }

  private func matches(_ text: String, _ expression: String) throws -> Bool {
    let regex = try NSRegularExpression(pattern: "(?:\(expression))\\z")
    let range = NSRange(location: 0, length: text.utf16.count)
    return regex.firstMatch(in: text, options: .anchored, range: range) != nil
  }

  static let cases: [(pattern: String, allowed: [String], refused: [String])] = [
    ("[a-z]+", ["abc"], ["aBc", "", "abc\n"]),
    ("a|bc", ["a", "bc"], ["abc", "ab"]),
    ("^a$", ["^a$"], ["a"]),
    ("[a-z-[aeiou]]+", ["xyz"], ["xaz"]),
    ("[^a-z-[0-9]]", ["A"], ["5", "a"]),
    ("[\\p{L}\\p{N}_]+", ["é1_", "٣"], ["-"]),
    ("\\p{Lu}+", ["ÀB"], ["àb"]),
    ("\\P{Lu}+", ["àb"], ["ÀB"]),
    ("\\i\\c*", ["_a-b.c", "é"], ["-a", "1"]),
    ("[\\i-[:]][\\c-[:]]*", ["a-1"], ["a:b", ":"]),
    ("\\d{2,}", ["12", "1٣"], ["1", "a1"]),
    ("\\D\\s\\S", ["a b"], ["1 b", "a  "]),
    ("\\w+", ["a1+"], ["a b", "a.b"]),
    ("\\W", [".", "_"], ["a"]),
    (".*", ["a b", ""], ["a\nb", "a\rb"]),
    ("[+\\-*/]", ["+", "-", "*", "/"], ["\\"]),
    ("[a\\-z]", ["-"], ["b"]),
    ("[0-9a-fA-F:\\.]*", ["fe80::1.2"], ["g"]),
    ("(ab?){2}", ["aab", "abab"], ["ab"]),
    ("\\p{IsBasicLatin}*", ["abc~"], ["é"]),
    ("a&b#c~\"'", ["a&b#c~\"'"], ["ab"]),
    ("[^:]+", ["ab"], ["a:"]),
    ("[\\S-[x]]", ["y"], ["x", " "]),
  ]

  @Test(arguments: cases) func `mean to ICU what they mean in XML Schema`(
    pattern: String, allowed: [String], refused: [String]
  ) throws {
    let icu = try translate(pattern).icu
    for text in allowed { #expect(try matches(text, icu), "\(text) \(icu)") }
    for text in refused { #expect(try !matches(text, icu), "\(text) \(icu)") }
  }

  @Test func `mean to Python what they mean in XML Schema`() throws {
    // The Python form is plain enough for ICU to run it too, so that no interpreter is needed here.
    for (pattern, allowed, refused) in Self.cases {
      let python = try translate(pattern).python
      for text in allowed { #expect(try matches(text, python), "\(text) \(pattern)") }
      for text in refused { #expect(try !matches(text, python), "\(text) \(pattern)") }
    }
  }

  @Test(arguments: ["(a", "a)", "[a", "a{", "*a", "a**", "[]", "\\", "\\q", "\\p{Xx}", "[z-a]", "{1}", "a{2,1}"])
  func `are refused with their place if malformed`(pattern: String) {
    #expect {
      _ = try translate(pattern)
    } throws: {
      "\($0)".hasPrefix("m.yang:7: the pattern is malformed at its character ")
    }
  }
}
