import Foundation
import Testing

@testable import callpoint

/// A program that runs to its end, and what it wrote.
enum Tool {
  /// How it ended and what it wrote.
  struct Outcome {
    /// The exit status.
    let status: Int32
    /// Standard output.
    let output: String
    /// Standard error.
    let errors: String
  }

  /// Runs the tool under test.
  ///
  /// - Parameters:
  ///   - arguments: What follows `callpoint`.
  ///   - input: Its standard input.
  ///   - environment: Variables on top of this process's.
  ///   - directory: Where it runs.
  /// - Returns: What came of it.
  /// - Throws: An error if it cannot be started.
  static func callpoint(
    _ arguments: [String], input: String = "", environment: [String: String] = [:], directory: String? = nil
  ) throws -> Outcome {
    try run(RunningHost.executable, arguments, input: input, environment: environment, directory: directory)
  }

  /// Writes a program that can be executed at once.
  ///
  /// Another process writes it: what this one has open for writing is, for a moment, also open in the processes that other
  /// tests start, and the system executes no file that anybody may write to.
  static func install(_ program: String, at path: String) throws {
    let outcome = try run("/usr/bin/install", ["-m", "755", "/dev/stdin", path], input: program)
    try #require(outcome.status == 0, "\(outcome)")
  }

  /// Runs a program.
  ///
  /// - Parameters:
  ///   - executable: Its path.
  ///   - arguments: What follows its name.
  ///   - input: Its standard input; short enough for a pipe.
  ///   - environment: Variables on top of this process's.
  ///   - directory: Where it runs.
  /// - Returns: What came of it.
  /// - Throws: An error if it cannot be started.
  static func run(
    _ executable: String, _ arguments: [String], input: String = "", environment: [String: String] = [:],
    directory: String? = nil
  ) throws -> Outcome {
    let files = try TemporaryDirectory()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
    // Files instead of pipes: nobody has to read two streams at once.
    try Data(input.utf8).write(to: URL(fileURLWithPath: files.path + "/in"))
    for name in ["out", "err"] { try Data().write(to: URL(fileURLWithPath: files.path + "/" + name)) }
    process.standardInput = FileHandle(forReadingAtPath: files.path + "/in")
    process.standardOutput = FileHandle(forWritingAtPath: files.path + "/out")
    process.standardError = FileHandle(forWritingAtPath: files.path + "/err")
    try withoutBlockedSignals { try process.run() }
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus,
      output: try String(contentsOfFile: files.path + "/out", encoding: .utf8),
      errors: try String(contentsOfFile: files.path + "/err", encoding: .utf8))
  }

  /// Does something on a thread that blocks no signal.
  ///
  /// The threads that tests run on block nearly all of them, children inherit that, and a child that blocks SIGTERM
  /// cannot be asked to end.
  private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
  }
}
