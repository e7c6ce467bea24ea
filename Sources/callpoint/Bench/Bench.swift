import Callpoints
import Glibc
import JSON
import Kernel

/// The course of a benchmark: hosts, warm-ups, rounds.
///
/// The modes alternate within each round, and each mode begins every other round, so that a machine that becomes slower or
/// faster does so for both.
final class Bench {
  /// The user has had enough.
  struct Interrupted: Error, CustomStringConvertible {
    var description: String { "interrupted; nothing is left behind" }
  }

  private let options: BenchOptions
  private let directory: String
  private let reactor: Reactor
  private var hosts: [BenchHost] = []
  private var isInterrupted = false

  /// Prepares a benchmark.
  ///
  /// - Parameters:
  ///   - options: What to measure.
  ///   - directory: Where the hosts keep their files.
  /// - Throws: An error if there can be no reactor.
  init(_ options: BenchOptions, directory: String) throws {
    self.options = options
    self.directory = directory
    reactor = try Reactor()
    try reactor.onSignals([SIGINT, SIGTERM]) { [unowned self] _ in
      isInterrupted = true
      reactor.stop()
    }
  }

  /// Measures everything.
  ///
  /// - Parameter progress: Is told how far it has come.
  /// - Returns: What it found out.
  /// - Throws: An error if something cannot be measured at all.
  func run(_ progress: inout BenchProgress) throws -> BenchResults {
    progress.say("starting a private host for each mode")
    var notes: [String] = []
    try startHosts(&notes)
    for host in hosts { try host.probe(options.requests) }
    let decisions = try hosts.map { (mode: $0.mode, decisions: try $0.decisions()) }
    let machine = Machine(vmProcess: try hosts.first?.vmProcess())
    var cells = hosts.flatMap { host in options.parallel.map { BenchCell(mode: host.mode, parallel: $0) } }
    progress.begin(runsPerRound: cells.count)
    for round in 0..<BenchOptions.rounds {
      for parallel in options.parallel {
        for host in round.isMultiple(of: 2) ? hosts : hosts.reversed() {
          progress.measuring(host.mode, parallel: parallel, round: round)
          guard let place = cells.firstIndex(where: { $0.mode == host.mode && $0.parallel == parallel }) else {
            continue
          }
          cells[place].samples.append(try measure(host, parallel: parallel))
        }
      }
    }
    return BenchResults(
      command: Self.commandLine, options: options, machine: machine, modes: decisions, notes: notes, cells: cells)
  }

  /// This process's command, as a shell takes it.
  private static var commandLine: String {
    (["callpoint"] + CommandLine.arguments.dropFirst()).map { word in
      let plain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./,:=+@%".contains($0) }
      return plain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }.joined(separator: " ")
  }

  /// Stops the hosts and waits until nothing is left of them.
  ///
  /// This process must be a subreaper: what outlives a host comes to it.
  func stop() {
    for host in hosts { host.stop() }
    hosts = []
    while waitpid(-1, nil, 0) > 0 || errno == EINTR {}
  }

  /// Starts the hosts of all modes that are possible.
  private func startHosts(_ notes: inout [String]) throws {
    for mode in options.modes {
      let host = try BenchHost(mode, options, directory: "\(directory)/\(mode.rawValue)", reactor: reactor)
      let others = try host.decisions().filter { $0.mode != mode.rawValue }
      if try host.hasCallpoints(in: mode) {
        hosts.append(host)
        notes += others.map {
          "Component \($0.component) of package \($0.package) has no part in \(mode.rawValue): \($0.reason)."
        }
      } else {
        host.stop()
        let reasons = others.map { "component \($0.component) of package \($0.package): \($0.reason)" }
        notes.append("There is no \(mode.rawValue) with these packages: \(reasons.joined(separator: "; ")).")
      }
    }
    guard !hosts.isEmpty else { throw BenchHost.Failure(description: notes.joined(separator: " ")) }
  }

  /// One round of one mode with one number of parallel requests: a warm-up, the run, and the removal of what it made.
  private func measure(_ host: BenchHost, parallel: Int) throws -> BenchSample {
    let duration = options.duration / BenchOptions.rounds
    let warmUp = try run(
      LoadSchedule(parallel: parallel, duration: duration * BenchOptions.warmUp, rate: options.rate), on: host,
      first: 1)
    // Whoever runs now: a look between the two would cost the host time that no request has caused.
    let status = try host.status()
    let machine = ProcessorTime.now
    let before = host.usage(status)
    let outcome = try run(
      LoadSchedule(parallel: parallel, duration: duration, rate: options.rate), on: host, first: warmUp.next)
    let after = host.usage(status)
    let all = machine.flatMap { before in ProcessorTime.now.map { $0.cores(since: before) } }
    try host.remove(warmUp.created)
    try host.remove(outcome.created)
    let seconds = after.seconds.with(before.seconds) { max(0, $0 - $1) }
    let own =
      (seconds.total + outcome.ownTime / .seconds(1)) / max(outcome.elapsed / .seconds(1), .leastNonzeroMagnitude)
    return BenchSample(
      outcome: outcome, seconds: seconds, otherCores: all.map { max(0, $0 - own) }, privateBytes: after.privateBytes)
  }

  private func run(_ schedule: LoadSchedule, on host: BenchHost, first: Int) throws
    -> LoadOutcome
  {
    let outcome: LoadOutcome?
    do throws(LoadGenerator.Failure) {
      outcome = try host.generator.run(schedule, first: first)
    } catch {
      throw host.lost(because: error)
    }
    if isInterrupted { throw Interrupted() }
    if let outcome { return outcome }
    // Nobody else stops the reactor than the connection to another host that has been lost.
    let lost = hosts.lazy.compactMap { host in host.generator.failure.map { host.lost(because: $0) } }
    throw lost.first ?? BenchHost.Failure(description: "the run was stopped")
  }
}
