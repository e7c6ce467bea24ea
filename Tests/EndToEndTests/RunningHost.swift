import Foundation
import Glibc
import JSON
import Testing

@testable import callpoint

/// A `callpoint serve` on packages, in a directory of its own that goes with it.
///
/// Every test has its own host, so that tests run in parallel. ``finish()`` stops it in order and checks that nothing
/// is left of it.
final class RunningHost {
  /// The repository.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  /// The example packages.
  static let examples = root + "/python/examples"
  /// The tool, which lies beside the test bundle.
  static let executable: String = {
    var directory = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    for argument in CommandLine.arguments where argument.hasSuffix(".xctest") {
      directory = URL(fileURLWithPath: argument).deletingLastPathComponent()
    }
    return directory.path + "/callpoint"
  }()

  /// Where the host keeps its files.
  let directory: TemporaryDirectory
  /// Where packages are that the test itself wrote.
  let fixtures: TemporaryDirectory
  /// The process.
  let process: HostProcess

  /// Starts a host.
  ///
  /// - Parameters:
  ///   - packages: Names of example packages, or absolute paths.
  ///   - own: Packages that the test spells out.
  ///   - load: Names of an example document, or an absolute path.
  ///   - options: Further options of `serve`.
  ///   - executable: What is run, if not the tool itself.
  /// - Throws: An error if the process cannot be made.
  init(
    _ packages: [String] = [], own: [FixturePackage] = [], load: String? = nil, options: [String] = [],
    executable: String = RunningHost.executable
  ) throws {
    // Writing to a host that is gone must be an error and not the end of all tests.
    signal(SIGPIPE, SIG_IGN)
    directory = try TemporaryDirectory()
    fixtures = try TemporaryDirectory()
    var options = options
    if let load { options += ["--load", Self.absolute(load)] }
    let written = try own.map { [fixtures] in try $0.write(below: fixtures.path) }
    process = try HostProcess(
      packages: packages.map(Self.absolute) + written, options: options, directory: directory.path,
      executable: executable)
  }

  private static func absolute(_ name: String) -> String { name.hasPrefix("/") ? name : "\(examples)/\(name)" }

  /// A connection to the host, once it listens.
  func connect() throws -> ControlClient { try ControlClient(path: process.socketPath, patience: .seconds(60)) }

  /// Calls a method on a connection of its own.
  func call(_ method: String, _ params: JSONObject = [:]) throws -> JSONValue {
    var client = try connect()
    return try client.call(method, params)
  }

  /// Calls an action.
  func action(_ path: String, _ input: JSONObject = [:]) throws -> JSONValue {
    try call("action", ["path": .string(path), "input": .object(input)])["output"] ?? .null
  }

  /// Executes Python in the package ``FixturePackage/script(yang:multiprocessing:)``.
  ///
  /// - Parameter code: The text.
  /// - Returns: What it assigned to `result`.
  /// - Throws: An error if the callback fails.
  @discardableResult
  func script(_ code: String) throws -> JSONValue {
    try JSONValue(parsing: action("/script:script/run", ["code": .string(code)])["result"]?.string ?? "null")
  }

  /// What is at a path, without the way there.
  func get(_ path: String) throws -> JSONValue { try call("get", ["path": .string(path)])["data"] ?? .null }

  /// Makes edits.
  @discardableResult
  func commit(_ edits: JSONValue) throws -> JSONValue { try call("commit", ["edits": edits]) }

  /// Merges a document at the root.
  func merge(_ document: JSONValue, dryRun: Bool = false) throws -> JSONValue {
    try call("commit", ["edits": [["op": "merge", "path": "/", "value": document]], "dryRun": .bool(dryRun)])
  }

  /// The status, once every VM has come to rest.
  func status() throws -> JSONValue {
    _ = try call("get", ["path": "/"])
    return try call("status")
  }

  /// One VM's status.
  func vm(_ name: String) throws -> JSONValue {
    let vms = try status()["vms"]?.array ?? []
    return try #require(vms.first { $0["name"]?.string == name }, "there is no VM \(name)")
  }

  /// One package's status.
  func package(_ name: String) throws -> JSONValue {
    let packages = try status()["packages"]?.array ?? []
    return try #require(packages.first { $0["name"]?.string == name }, "there is no package \(name)")
  }

  /// One callpoint's status.
  func callpoint(_ name: String) throws -> JSONValue {
    let callpoints = (try status()["vms"]?.array ?? []).flatMap { $0["callpoints"]?.array ?? [] }
    return try #require(callpoints.first { $0["name"]?.string == name }, "there is no callpoint \(name)")
  }

  /// What the host has printed.
  func printed() throws -> String { try String(contentsOfFile: process.outputPath, encoding: .utf8) }

  /// What a log holds: of one VM, or what all of them wrote on standard output and standard error.
  func log(_ vm: String? = nil) throws -> String {
    try String(contentsOfFile: process.logPrefix + (vm.map { "-\($0)" } ?? "") + ".log", encoding: .utf8)
  }

  /// Waits until a process of a VM has printed a line, and returns the line of the common log.
  ///
  /// - Parameters:
  ///   - text: The line; with `isPrefix` only its beginning.
  ///   - vm: The VM.
  ///   - isPrefix: Whether more may follow.
  /// - Returns: The whole line, with the process that printed it.
  /// - Throws: An error if there is no common log.
  @discardableResult
  func waitForLine(_ text: String, from vm: String, isPrefix: Bool = false) throws -> String {
    var found: Substring?
    try wait(
      until: {
        // What is printed need not be text.
        let data = try Data(contentsOf: URL(fileURLWithPath: process.logPrefix + ".log"))
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
        found = lines.first { line in
          guard line.hasPrefix("\(vm)["), let start = line.range(of: " :: ")?.upperBound else { return false }
          return isPrefix ? line[start...].hasPrefix(text) : line[start...] == text
        }
        return found != nil
      }, "\(vm) has not printed \(text)")
    return String(found ?? "")
  }

  /// Waits until a condition holds that nothing announces; a minute is far beyond what it takes.
  func wait(until condition: () throws -> Bool, _ comment: Comment? = nil) throws {
    let end = ContinuousClock.now + .seconds(60)
    while try !condition() {
      if ContinuousClock.now > end {
        Issue.record(comment ?? "a condition did not come true")
        return
      }
      // The processors are for the host.
      usleep(2000)
    }
  }

  /// Stops the host in order and checks that it left nothing behind.
  func finish(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let members = ProcessTree.members(below: process.pid)
    process.stop()
    #expect(process.status == 0, "the host's exit status", sourceLocation: sourceLocation)
    try wait(until: { members.allSatisfy { !$0.isAlive } }, "a process outlives its host")
    let left = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    #expect(left == ["host.log", "logs"], sourceLocation: sourceLocation)
  }
}

/// What a refused request says.
func refusal(_ body: () throws -> JSONValue) throws -> ControlClient.Refusal {
  do {
    let result = try body()
    throw Unexpected(description: "the request was not refused: \(result.text.prefix(500))")
  } catch let refusal as ControlClient.Refusal {
    return refusal
  }
}

/// A test went another way than it should.
struct Unexpected: Error, CustomStringConvertible {
  let description: String
}
