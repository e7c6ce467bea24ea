import JSON
import TestSupport

/// Lets Python match patterns, as the runtime does.
enum PythonPatterns {
  /// A pattern and the texts to match with it.
  struct Question {
    let pattern: String
    let texts: [String]
    /// What the other engine says, where it says something.
    var expected: [Bool?] = []
  }

  /// Asks one interpreter about all patterns.
  static func ask(_ questions: [Question]) throws -> [[Bool]] {
    let program = """
      import json, re, sys
      print(json.dumps([[re.fullmatch(p, t) is not None for t in texts] for p, texts in json.load(sys.stdin)]))
      """
    let question = JSONValue.array(questions.map { [.string($0.pattern), .array($0.texts.map(JSONValue.string))] })
    let answer = try JSONValue(parsing: Python.answer(to: question.text, program: program))
    return (answer.array ?? []).map { ($0.array ?? []).compactMap(\.bool) }
  }
}
