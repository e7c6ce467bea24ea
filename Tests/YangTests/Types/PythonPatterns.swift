import Foundation
import JSON

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
    let python = Process()
    let (input, output) = (Pipe(), Pipe())
    python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    python.arguments = ["python3", "-W", "error", "-c", program]
    python.standardInput = input
    python.standardOutput = output
    try python.run()
    try input.fileHandleForWriting.write(contentsOf: Data(question.text.utf8))
    try input.fileHandleForWriting.close()
    let answer = try output.fileHandleForReading.readToEnd() ?? Data()
    python.waitUntilExit()
    return try (JSONValue(parsing: Array(answer)).array ?? []).map { ($0.array ?? []).compactMap(\.bool) }
  }
}
