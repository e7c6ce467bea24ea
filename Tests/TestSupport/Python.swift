import Foundation

/// An interpreter that answers questions, to compare what both sides of the wire think.
package enum Python {
  /// What a program says about its input.
  ///
  /// - Parameters:
  ///   - input: What it reads on standard input.
  ///   - path: What `PYTHONPATH` names.
  ///   - program: The program, which fails on any warning.
  /// - Returns: What it prints.
  /// - Throws: An error if there is no interpreter, or if it takes no input.
  package static func answer(to input: String, path: String = "", program: String) throws -> [UInt8] {
    // A program that fails reads no input; what it says then is on standard error, and its answer is empty.
    signal(SIGPIPE, SIG_IGN)
    let python = Process()
    let (question, answer) = (Pipe(), Pipe())
    python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    python.arguments = ["PYTHONPATH=\(path)", "python3", "-W", "error", "-c", program]
    python.standardInput = question
    python.standardOutput = answer
    try python.run()
    // All of the input is read before anything is printed, or both sides would wait for each other.
    try question.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try question.fileHandleForWriting.close()
    let bytes = try answer.fileHandleForReading.readToEnd() ?? Data()
    python.waitUntilExit()
    return Array(bytes)
  }

  /// The directory of the runtime's packages.
  package static let runtime =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/python"
}
