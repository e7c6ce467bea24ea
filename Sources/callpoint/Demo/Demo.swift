import Foundation
import JSON
import Kernel

/// The script of `callpoint demo`.
struct Demo {
  private static let common = [
    "l3vpn", "demo-router", "actions", "vrouter", "inventory", "audit", "shared-a", "shared-b",
  ]

  /// Where the example packages are.
  let examples: String
  /// Where the hosts keep their files.
  let directory: String

  /// The throughput of one mode.
  private struct Figures {
    let noop: Double
    let burn: Double
  }

  /// Runs everything and prints it.
  ///
  /// - Returns: Whether the last check, that nothing survives a killed host, held.
  func run() throws -> Bool {
    title("1. A host whose packages run with threads")
    let threading = try start("threading", own: ["threading/vlan", "threading/bench"])
    try showStatus(threading) { _ in true }
    try showService(threading)
    try showFailure(threading)
    try showParallelActions(threading)
    let threadingFigures = try measure(threading)
    threading.stop()

    title("2. The same, with a process for each callpoint of vlan and bench")
    let multiprocessing = try start("multiprocessing", own: ["vlan", "bench"])
    try showStatus(multiprocessing) { ["vlan", "bench"].contains($0) }
    try showParallelCommits(multiprocessing)
    try showLostWorker(multiprocessing)
    let multiprocessingFigures = try measure(multiprocessing)

    title("3. Both modes side by side")
    compare(threadingFigures, multiprocessingFigures)

    title("4. The host is killed with SIGKILL")
    return showCleanup(multiprocessing)
  }

  // MARK: Chapters

  private func start(_ name: String, own: [String]) throws -> HostProcess {
    let state = directory + "/" + name
    try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
    let packages = (Self.common + own).map { "\(examples)/\($0)" }
    say("Starting a host on \(packages.count) packages …")
    let clock = ContinuousClock.now
    let host = try HostProcess(
      packages: packages, options: ["--load", examples + "/devices.json", "--die-with-parent"], directory: state)
    var client = try connect(host)
    _ = try client.call("get", ["path": "/"])
    say("ready after \(milliseconds(since: clock)).")
    return host
  }

  private func showStatus(_ host: HostProcess, of isShown: (String) -> Bool) throws {
    var client = try connect(host)
    var status = try client.call("status").object ?? [:]
    for member in ["packages", "vms"] {
      let shown = (status[member]?.array ?? []).filter { isShown($0["name"]?.string ?? "") }
      status[member] = .array(shown)
    }
    Console.print("\n" + indented(StatusTable(.object(status)).text))
  }

  private func showService(_ host: HostProcess) throws {
    var client = try connect(host)
    let document = try JSONValue(parsing: String(contentsOfFile: examples + "/vpn.json", encoding: .utf8))
    let edits: JSONValue = [["op": "merge", "path": "/", "value": document]]
    say("\nA dry run of vpn.json: the service's create() ran, and this is what would change:")
    let preview = try client.call("commit", ["edits": edits, "dryRun": true])
    printChanges(preview, limit: 8)
    say("\nThe commit itself, and what the service configured on the router ce0:")
    _ = try client.call("commit", ["edits": edits])
    let device = try client.call("get", ["path": "/ncs:devices/device{ce0}/config"])
    Console.print(indented((device["data"] ?? [:]).pretty(indent: 2)))
  }

  private func showFailure(_ host: HostProcess) throws {
    var client = try connect(host)
    say("\nA callback that fails: a bandwidth of 666 makes create() raise. Nothing of the commit remains.")
    let edits: JSONValue = [
      ["op": "set", "path": "/l3vpn:vpn/l3vpn{acme}/endpoint{lyon}/bandwidth", "value": 666]
    ]
    do {
      _ = try client.call("commit", ["edits": edits])
      say("  the commit went through, which it should not")
    } catch let refusal as ControlClient.Refusal {
      say("  \(refusal.kind): \(refusal.message)")
    }
    say("The VM's log has the traceback:")
    let log = try String(contentsOfFile: host.logPrefix + "-l3vpn.log", encoding: .utf8)
    let lines = log.split(separator: "\n")
    guard let end = lines.lastIndex(where: { $0.contains("Error") }),
      let begin = lines[..<end].lastIndex(where: { $0.contains("Traceback") })
    else { return }
    for line in lines[begin...end] { say("  | \(line)") }
  }

  private func showParallelActions(_ host: HostProcess) throws {
    var client = try connect(host)
    let clock = ContinuousClock.now
    let count = 20
    for _ in 0..<count {
      _ = try client.send("action", ["path": "/actions:actions/sleep", "input": ["milliseconds": 200]])
    }
    for _ in 0..<count { _ = try client.receive().result.get() }
    say("\n\(count) actions that sleep 200 ms each, at once on one callpoint: \(milliseconds(since: clock)) in all.")
  }

  private func showParallelCommits(_ host: HostProcess) throws {
    var client = try connect(host)
    let count = 8
    let clock = ContinuousClock.now
    for number in 1...count {
      let instance: JSONValue = [
        "name": .string("v\(number)"), "vlan-id": .integer(Int64(100 + number)), "device": ["ce0", "ce1"],
      ]
      let document: JSONValue = ["vlan:vlans": ["vlan": [instance]]]
      _ = try client.send("commit", ["edits": [["op": "merge", "path": "/", "value": document]]])
    }
    var changes = 0
    for _ in 0..<count { changes += try client.receive().result.get()["changes"]?.array?.count ?? 0 }
    say("\n\(count) commits of a vlan each, at once: \(changes) changes in \(milliseconds(since: clock)).")
  }

  private func showLostWorker(_ host: HostProcess) throws {
    var client = try connect(host)
    let pid = try workerOfTrace(&client)
    say("\nA worker is killed in mid-callback: process \(pid), which runs the action trace.")
    _ = try client.send(
      "action", ["path": "/vlan:vlans/vlan{v1}/trace", "input": ["milliseconds-per-hop": 60_000]])
    try waitUntilItRuns(&client)
    kill(pid, SIGKILL)
    let clock = ContinuousClock.now
    do {
      while true {
        let answer = try client.receive()
        if case .failure(let refusal) = answer.result { throw refusal }
      }
    } catch let refusal as ControlClient.Refusal {
      say("  \(refusal.kind) after \(milliseconds(since: clock)): \(refusal.message)")
    }
    _ = try client.call("action", ["path": "/vlan:vlans/vlan{v1}/trace", "input": ["milliseconds-per-hop": 0]])
    say("  the next call works: process \(try workerOfTrace(&client)), \(milliseconds(since: clock)) after the kill.")
  }

  private func measure(_ host: HostProcess) throws -> Figures {
    say("\nMeasuring: no-op actions and actions that compute for 1 ms, 64 at a time, on two callpoints …")
    let reactor = try Reactor()
    func throughput(_ paths: [String], _ input: String) throws -> Double {
      let templates = try paths.map { try RequestTemplate(action: $0, input: input) }
      let generator = try LoadGenerator(socketPath: host.socketPath, templates: templates, reactor: reactor)
      let outcome = try generator.run(LoadSchedule(parallel: 64, duration: .seconds(2)), first: 1)
      if let error = outcome?.errors.entries.first { throw LoadGenerator.Failure(description: error.message) }
      return outcome?.throughput ?? 0
    }
    return Figures(
      noop: try throughput(["/bench:a/noop", "/bench:b/noop"], "{}"),
      burn: try throughput(["/bench:a/burn", "/bench:b/burn"], "{\"microseconds\": 1000}"))
  }

  private func compare(_ threading: Figures, _ multiprocessing: Figures) {
    func row(_ name: String, _ left: Double, _ right: Double) -> [String] {
      [name, String(format: "%.0f/s", left), String(format: "%.0f/s", right), String(format: "%.2f", right / left)]
    }
    let rows = [
      ["", "THREADING", "MULTIPROCESSING", "RATIO"],
      row("no-op", threading.noop, multiprocessing.noop),
      row("1 ms of CPU", threading.burn, multiprocessing.burn),
    ]
    Console.print(indented(StatusTable.table(rows)))
  }

  private func showCleanup(_ host: HostProcess) -> Bool {
    let members = ProcessTree.members(below: host.pid)
    let clock = ContinuousClock.now
    host.killAtOnce()
    host.reap()
    // The guard is this process's child now, and cleans up before it leaves.
    while waitpid(-1, nil, 0) > 0 {}
    var left = members
    while !left.isEmpty, ContinuousClock.now - clock < .seconds(5) {
      left.removeAll { !$0.isAlive }
    }
    let time = milliseconds(since: clock)
    say("There were \(members.count) processes below the host; \(left.count) are left after \(time).")
    return left.isEmpty
  }

  // MARK: Pieces

  private func connect(_ host: HostProcess) throws -> ControlClient {
    try ControlClient(path: host.socketPath, patience: .seconds(30))
  }

  private func trace(_ client: inout ControlClient) throws -> JSONValue? {
    let vms = try client.call("status")["vms"]?.array ?? []
    let callpoints = vms.flatMap { $0["callpoints"]?.array ?? [] }
    return callpoints.first { $0["name"]?.string == "vlan-trace" }
  }

  private func workerOfTrace(_ client: inout ControlClient) throws -> Int32 {
    Int32(try trace(&client)?["workers"]?[0]?["pid"]?.int ?? 0)
  }

  /// Asks until the callback runs: there is no event for it on the control socket. A worker that is killed before has
  /// not started the request, which then goes to the next one.
  private func waitUntilItRuns(_ client: inout ControlClient) throws {
    while try trace(&client)?["running"]?.int == 0 {}
  }

  private func printChanges(_ result: JSONValue, limit: Int) {
    let changes = result["changes"]?.array ?? []
    for change in changes.prefix(limit) {
      let value = change["new"].map { " = \($0.text)" } ?? ""
      say("  \(change["op"]?.string ?? "") \(change["path"]?.string ?? "")\(value)")
    }
    if changes.count > limit { say("  … and \(changes.count - limit) more") }
  }

  private func title(_ text: String) { Console.print("\n\(text)\n" + String(repeating: "=", count: text.count)) }

  private func say(_ text: String) { Console.print(text) }

  private func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  " + $0 }.joined(
      separator: "\n")
  }

  private func milliseconds(since start: ContinuousClock.Instant) -> String {
    String(format: "%.1f ms", (ContinuousClock.now - start) / .milliseconds(1))
  }
}
