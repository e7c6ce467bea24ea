import Foundation
import Glibc
import JSON

/// One host that loses one process after the other, and at last itself.
///
/// This process must be a subreaper, so that whatever is left comes to it.
final class CleanupTrial {
  /// The host did not carry on.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let host: HostProcess
  private let usualStart: Duration
  private let started = ContinuousClock.now
  private var mark = 0
  /// The connection of the callback that is running; without it the callback would be aborted.
  private var family: ControlClient?
  /// How long the host took until everything ran, if it was waited for.
  private(set) var startTime: Duration?

  /// How long processes may take to go.
  private static let patience = Duration.seconds(5)
  /// How long the host may take to carry on: its pauses between starts included.
  private static let recovery = Duration.seconds(60)

  /// Starts a host.
  ///
  /// - Parameters:
  ///   - packages: Its packages, `household` among them.
  ///   - directory: Where it keeps its files.
  ///   - usualStart: How long such a host takes to start: kills during the start come within this time.
  /// - Throws: An error if there can be no such process.
  init(packages: [String], directory: String, usualStart: Duration) throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    host = try HostProcess(packages: packages, options: ["--die-with-parent"], directory: directory)
    self.usualStart = usualStart
  }

  /// Kills, looks who is left, and makes sure that the host carries on.
  ///
  /// - Parameter kill: What to kill; with the host everything is over.
  /// - Returns: What came of it.
  /// - Throws: ``Failure`` if the host does not carry on.
  func perform(_ kill: Kill) throws -> KillOutcome {
    mark += 1
    switch kill.moment {
    case .starting: usleep(UInt32.random(in: 0...UInt32(usualStart / .microseconds(1))))
    case .idle: try waitUntilAllRuns()
    case .running:
      try waitUntilAllRuns()
      family = try startFamily()
      usleep(UInt32.random(in: 0...150_000))
    }
    let (watch, tokens, start) = try strike(kill)
    let deadline = start + Self.patience
    watch.wait(until: deadline)
    if kill.victim == .host {
      host.reap()
      while ContinuousClock.now < deadline, watchOrphans(with: watch, until: deadline) {}
    } else {
      let marks = tokens.map { "CALLPOINT_TOKEN=\($0)" } + ["HOUSEHOLD=\(household)"]
      while watchStrays(with: marks, watch, until: deadline) {}
    }
    family = nil
    let survivors = watch.survivors
    watch.killAll()
    if kill.victim != .host { try carryOn(after: kill) }
    return KillOutcome(
      kill: kill, processes: watch.count, survivors: survivors, time: (watch.lastEnd ?? start) - start)
  }

  // MARK: Killing

  /// Kills the victim once there is one.
  private func strike(_ kill: Kill) throws -> (DeathWatch, tokens: Set<String>, time: ContinuousClock.Instant) {
    let deadline = ContinuousClock.now + Self.recovery
    while ContinuousClock.now < deadline {
      let watch = DeathWatch()
      if let target = ProcessTree.candidates(for: kill, host: host.pid).randomElement() {
        let below = ProcessTree.members(below: target.pid)
        // Of a template that dies its VM dies too, and its successor has another token.
        let vms = [target] + below + ProcessTree.ancestors(of: target, below: host.pid)
        let tokens = kill.victim == .worker ? [] : Set(vms.compactMap { $0.variable("CALLPOINT_TOKEN") })
        watch.add(target)
        for member in below { watch.add(member) }
        let time = ContinuousClock.now
        if watch.kill(target) { return (watch, tokens, time) }
      }
      usleep(1000)
    }
    throw Failure(description: "there was no \(kill.victim.rawValue) to kill\n\(host.lastWords)")
  }

  /// After the host's end: everything below this process is what it left. False once there is nothing.
  private func watchOrphans(with watch: DeathWatch, until deadline: ContinuousClock.Instant) -> Bool {
    while case let pid = waitpid(-1, nil, WNOHANG), pid != 0 {
      if pid < 0, errno == ECHILD { return false }
    }
    for member in ProcessTree.members(below: getpid()) where member.isAlive { watch.add(member) }
    watch.wait(until: deadline)
    return true
  }

  /// Looks for processes that belong to what was killed but were forked after the look before. False if there is none.
  private func watchStrays(with marks: [String], _ watch: DeathWatch, until deadline: ContinuousClock.Instant) -> Bool {
    let before = watch.count
    for member in ProcessTree.members(below: host.pid) where marks.contains(where: member.hasVariable) {
      watch.add(member)
    }
    watch.wait(until: deadline)
    return watch.count > before
  }

  // MARK: Asking

  private var household: String { "\(host.pid)-\(mark)" }

  /// Has a callback start processes and goes on while it runs.
  private func startFamily() throws -> ControlClient {
    var client = try connect()
    let input: JSONObject = ["mark": .string(household), "children": 30, "seconds": "60.0"]
    _ = try client.send("action", ["path": "/household:household/family", "input": .object(input)])
    return client
  }

  private func connect() throws -> ControlClient { try ControlClient(path: host.socketPath, patience: Self.recovery) }

  private func waitUntilAllRuns() throws {
    let deadline = ContinuousClock.now + Self.recovery
    var client = try connect()
    _ = try client.call("get", ["path": "/"])
    while try !allRuns(client.call("status")) {
      guard ContinuousClock.now < deadline else {
        throw Failure(description: "the host does not come to rest\n\(host.lastWords)")
      }
      usleep(2000)
    }
    if startTime == nil { startTime = ContinuousClock.now - started }
  }

  private func allRuns(_ status: JSONValue) -> Bool {
    (status["vms"]?.array ?? []).allSatisfy { vm in
      let workers = (vm["callpoints"]?.array ?? []).flatMap { $0["workers"]?.array ?? [] }
      return (workers + [vm]).allSatisfy { ["running", "failed"].contains($0["state"]?.string) }
    }
  }

  /// The next request must succeed, and everything must run again.
  private func carryOn(after kill: Kill) throws {
    do {
      var client = try connect()
      _ = try client.call("action", ["path": "/household:household/alive"])
      try waitUntilAllRuns()
    } catch {
      throw Failure(
        description:
          "the host did not carry on after its \(kill.victim.rawValue) was killed: \(error)\n\(host.lastWords)")
    }
  }
}
