import TestSupport
import Testing

@testable import Yang

@Suite struct `Patterns` {
  private func translate(_ pattern: String) throws -> ValueType.Pattern {
    try PatternTranslator.translate(
      Statement(keyword: .pattern, word: "pattern", argument: pattern, children: [], file: "m.yang", line: 7))
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
    let expression = try translate(pattern)
    for text in allowed { #expect(expression.matches(text) == true, "\(text)") }
    for text in refused { #expect(expression.matches(text) == false, "\(text)") }
  }

  @Test func `mean to Python what they mean in XML Schema`() throws {
    let questions = try Self.cases.map { pattern, allowed, refused in
      PythonPatterns.Question(pattern: try translate(pattern).python, texts: allowed + refused)
    }
    let answers = try PythonPatterns.ask(questions)
    for (answer, (pattern, allowed, refused)) in zip(answers, Self.cases) {
      #expect(answer == allowed.map { _ in true } + refused.map { _ in false }, "\(pattern)")
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

  @Test func `of more than the engine takes are refused`() {
    #expect(throws: YangError.self) { try translate("a{99999999999}") }
  }

  /// The steps of each of these grow with a power of the text's length, or worse.
  @Test(
    .timeLimit(.minutes(30)), arguments: ["(a+)+b", "(a|a)*b", "(a*)*b", "a*a*a*a*a*b", "(a|aa)+b", "((a?){30}){30}b"])
  func `that would take too long for a text are given up`(pattern: String) throws {
    let expression = try translate(pattern)
    #expect(expression.matches(String(repeating: "a", count: 5000)) == nil)
    #expect(expression.matches("aab") == true)
    #expect(expression.matches("ba") == false)
  }

  @Test(arguments: ["[a-z]*", "(ab|a)*", "([a-z]+\\.?)*", ".*b"]) func `match long texts`(pattern: String) throws {
    #expect(try translate(pattern).matches(String(repeating: "ab", count: 25_000)) == true)
  }

  @Test(arguments: Fuzz.seeds(6)) func `match what a slow reference matches, here and in Python`(seed: UInt64) throws {
    // Invariant: a pattern that is accepted matches a text in ICU and in Python if and only if the reference says so.
    try Fuzz.round(seed) { round in
      var questions: [PythonPatterns.Question] = []
      var expected: [[Bool]] = []
      for _ in 0..<20 {
        let reference = ReferencePattern.random(depth: 3, using: &round.random)
        let texts = (0..<10).map { _ in round.random.text(of: ReferencePattern.alphabet, upTo: 6) }
        round.tries(reference.text)
        let pattern = try translate(reference.text)
        questions.append(PythonPatterns.Question(pattern: pattern.python, texts: texts))
        expected.append(texts.map(reference.matches))
        for text in texts { #expect(pattern.matches(text) == reference.matches(text), "\(reference.text) and \(text)") }
      }
      let answers = try PythonPatterns.ask(questions)
      for index in questions.indices { #expect(answers[index] == expected[index], "\(questions[index])") }
    }
  }

  @Test(arguments: Fuzz.seeds(6)) func `any text is a pattern for both engines or is refused`(seed: UInt64) throws {
    // Invariant: any text is refused with the statement's line, or is a pattern that ICU and Python compile alike.
    try Fuzz.round(seed) { round in
      var questions: [PythonPatterns.Question] = []
      for _ in 0..<100 {
        let text = round.random.text(of: ReferencePattern.spice, upTo: 10)
        round.tries(text)
        let texts = (0..<3).map { _ in round.random.text(of: ReferencePattern.alphabet, upTo: 4) }
        do throws(YangError) {
          let pattern = try PatternTranslator.translate(
            Statement(keyword: .pattern, word: "pattern", argument: text, children: [], file: "m.yang", line: 7))
          questions.append(
            PythonPatterns.Question(pattern: pattern.python, texts: texts, expected: texts.map(pattern.matches)))
        } catch {
          #expect(error.source.line == 7)
        }
      }
      let answers = try PythonPatterns.ask(questions)
      for (question, answer) in zip(questions, answers) {
        for (found, expected) in zip(answer, question.expected) where expected != nil {
          #expect(found == expected, "\(question)")
        }
      }
    }
  }
}
