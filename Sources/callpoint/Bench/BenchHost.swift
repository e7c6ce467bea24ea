import Callpoints
import Foundation
import JSON
import Kernel

/// A private host whose callbacks all run in one mode.
///
/// The hosts of both modes live side by side, so that rounds can alternate. One that is not being measured waits in epoll
/// with all its processes, and takes nothing of the processors.
final class BenchHost {
  /// The host cannot be measured.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// How its callbacks run.
  let mode: ExecutionMode
  /// What sends it requests.
  let generator: LoadGenerator

  private let process: HostProcess
  private var client: ControlClient
  private let servicePaths: Set<String>

  /// How many paths are deleted in one commit.
  private static let deletions = 500

  /// Starts a host, and waits until all its packages have.
  ///
  /// - Parameters:
  ///   - mode: How its callbacks run.
  ///   - options: The packages, and what else it needs to know.
  ///   - directory: Where it keeps its files.
  ///   - reactor: What the load generator waits with.
  /// - Throws: ``Failure`` if the host or one of its packages does not start.
  init(_ mode: ExecutionMode, _ options: BenchOptions, directory: String, reactor: Reactor) throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    var arguments = ["--mode", mode.rawValue, "--die-with-parent", "--grace", "1"]
    if let file = options.loadFile { arguments += ["--load", file] }
    if let number = options.workers { arguments += ["--workers", String(number)] }
    self.mode = mode
    // An interrupt from the terminal is for this process, which stops its hosts in order.
    process = try HostProcess(
      packages: options.packages, options: arguments, directory: directory, leadsGroup: true)
    client = try Self.connect(to: process)
    // What asks for data waits until every VM has come to rest.
    _ = try client.call("get", ["path": "/", "depth": 1])
    let status = try client.call("status")
    try Self.check(status)
    let services = Self.callpoints(in: status).filter { $0["kind"] == "service" || $0["kind"] == "nano" }
    servicePaths = Set(services.flatMap { $0["paths"]?.array ?? [] }.compactMap(\.string))
    generator = try LoadGenerator(socketPath: process.socketPath, templates: options.requests, reactor: reactor)
  }

  /// The host announces itself by listening, or ends with the reason.
  private static func connect(to process: HostProcess) throws -> ControlClient {
    while true {
      do {
        return try ControlClient(path: process.socketPath)
      } catch is ControlClient.NoHost {
        guard !process.hasEnded else {
          let words = process.lastWords.split(separator: "\n").last { $0.hasPrefix("callpoint: ") }
          throw Failure(description: words.map { String($0.dropFirst("callpoint: ".count)) } ?? process.lastWords)
        }
        usleep(5000)
      }
    }
  }

  private static func check(_ status: JSONValue) throws {
    for package in status["packages"]?.array ?? [] where package["state"] == "failed" {
      let error = package["error"]?.string ?? "it has failed"
      throw Failure(description: "package \(package["name"]?.string ?? "") does not start: \(error)")
    }
    guard !callpoints(in: status).isEmpty else {
      throw Failure(description: "the packages register no callpoint, so there is nothing to measure")
    }
  }

  private static func callpoints(in status: JSONValue) -> [JSONValue] {
    (status["vms"]?.array ?? []).flatMap { $0["callpoints"]?.array ?? [] }
  }

  // MARK: Asking

  /// What the host answers to `status`.
  func status() throws -> JSONValue { try client.call("status") }

  /// How the components that have callpoints run here and why.
  func decisions() throws -> [BenchDecision] { BenchDecision.all(in: try status()) }

  /// Whether callbacks run in a mode here.
  func hasCallpoints(in mode: ExecutionMode) throws -> Bool {
    Self.callpoints(in: try status()).contains { $0["mode"]?.string == mode.rawValue }
  }

  /// What the host's processes have taken so far.
  ///
  /// - Parameter status: What it has answered to `status`, which tells which process is what.
  /// - Returns: The sums.
  func usage(_ status: JSONValue) -> ProcessUsage { ProcessUsage(host: process.pid, status: status) }

  /// The process of a VM, whichever.
  func vmProcess() throws -> Int? { try status()["vms"]?.array?.compactMap { $0["pid"]?.int }.first }

  /// Makes the first request of each kind, of a commit a dry run, and says what is wrong with one that can never succeed.
  ///
  /// A callback that fails is no reason to measure nothing.
  ///
  /// - Parameter requests: The requests.
  /// - Throws: ``Failure`` if a path, an input or a document does not fit the packages.
  func probe(_ requests: [RequestTemplate]) throws {
    for request in requests {
      var (method, params) = try request.request(number: 1)
      if request.isCommit { params["dryRun"] = true }
      do {
        _ = try client.call(method, params)
      } catch let refusal as ControlClient.Refusal {
        guard ["callback-error", "worker-lost", "timeout"].contains(refusal.kind) else {
          let place = "\(refusal)".hasPrefix(request.label) ? "" : "\(request.label): "
          throw Failure(description: "\(place)\(refusal)")
        }
      }
    }
  }

  /// Deletes what commits have created, so that the next run finds the store as this one did.
  func remove(_ created: CreatedNodes) throws {
    for turn in created.byTurns(servicePaths: servicePaths) {
      for start in stride(from: 0, to: turn.count, by: Self.deletions) {
        let paths = try existing(turn[start..<min(start + Self.deletions, turn.count)])
        let edits = paths.map { path -> JSONValue in ["op": "delete", "path": .string(path)] }
        do {
          _ = try client.call("commit", ["edits": .array(edits)])
        } catch let refusal as ControlClient.Refusal {
          throw Failure(description: "what the commits have created cannot be removed: \(refusal)")
        }
      }
    }
  }

  /// Those that have not gone with others.
  private func existing(_ paths: ArraySlice<String>) throws -> [String] {
    var asked: [Int: String] = [:]
    for path in paths { asked[try client.send("get", ["path": .string(path), "depth": 1])] = path }
    var found: Set<String> = []
    for _ in paths {
      let answer = try client.receive()
      if let path = asked[answer.id], try answer.result.get()["data"] != [:] { found.insert(path) }
    }
    return paths.filter(found.contains)
  }

  /// What is to be said when the connection to the host was lost.
  func lost(because failure: LoadGenerator.Failure) -> Failure {
    Failure(
      description: "the private host whose mode is \(mode.rawValue) is lost: \(failure)\n\(process.lastWords)")
  }

  /// Asks the host to stop in order, and waits until it has.
  func stop() { process.stop() }
}
