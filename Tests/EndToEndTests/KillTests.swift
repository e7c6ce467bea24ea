import Foundation
import JSON
import Testing

@testable import callpoint

/// Whichever process is killed, everything below it is gone, and everything else carries on.
@Suite(.timeLimit(.minutes(30))) struct `Whoever is killed` {
  /// Holds a process and all that is below it, kills it, and checks that all of them go.
  private func kill(
    _ target: ProcessTree.Member, sourceLocation: SourceLocation = #_sourceLocation
  ) -> DeathWatch {
    let watch = DeathWatch()
    watch.add(target)
    for member in ProcessTree.members(below: target.pid) { watch.add(member) }
    #expect(watch.kill(target), sourceLocation: sourceLocation)
    watch.wait(until: .now + .seconds(60))
    #expect(watch.survivors == [], sourceLocation: sourceLocation)
    return watch
  }

  private func target(_ victim: Victim, _ moment: Moment, _ host: RunningHost) throws -> ProcessTree.Member {
    try #require(ProcessTree.candidates(for: Kill(victim: victim, moment: moment), host: host.process.pid).first)
  }

  /// What the action `family` leaves behind: a child, a process group of two and a daemon.
  private func startFamily(_ mark: String, _ host: RunningHost) throws -> [ProcessTree.Member] {
    _ = try host.action("/household:household/family", ["mark": .string(mark)])
    func family() -> [ProcessTree.Member] {
      ProcessTree.members(below: host.process.pid).filter { $0.hasVariable("HOUSEHOLD=\(mark)") }
    }
    try host.wait(until: { family().count { $0.commandLine == "sleep 86400" } == 4 })
    return family()
  }

  private func pids(of vm: String, _ host: RunningHost) throws -> [Int] {
    let vm = try host.vm(vm)
    let workers = (vm["callpoints"]?.array ?? []).flatMap { $0["workers"]?.array ?? [] }
    return ([vm] + workers).compactMap { $0["pid"]?.int }
  }

  @Test func `fifty idle workers go with their host`() throws {
    let host = try RunningHost(["bench"], options: ["--workers", "25"])
    _ = try host.status()
    let own = try target(.host, .idle, host)
    let workers = ProcessTree.members(below: own.pid).filter { $0.commandLine.contains(" action bench-") }
    #expect(workers.count == 50)
    #expect(kill(own).count >= 54)
    host.process.reap()
  }

  @Test(arguments: 0..<12) func `a host that is killed while it starts leaves nothing`(round: Int) throws {
    let host = try RunningHost(["household", "vlan", "demo-router"])
    usleep(UInt32.random(in: 0...600_000))
    let own = try target(.host, .idle, host)
    // What begins between the look and the kill is below this process's parent or init afterwards, and carries a token.
    let tokens = Set(ProcessTree.members(below: own.pid).compactMap { $0.variable("CALLPOINT_TOKEN") })
    _ = kill(own)
    host.process.reap()
    try host.wait(
      until: {
        ProcessTree.members(below: 1).allSatisfy { member in
          guard let token = member.variable("CALLPOINT_TOKEN") else { return true }
          return !tokens.contains(token)
        }
      }, "a process of a killed host lives on")
  }

  @Test(arguments: [Victim.guard, .vm, .template, .worker])
  func `takes along what its callbacks have started, and the host restarts only what is lost`(victim: Victim) throws {
    let host = try RunningHost(["household", "bench"])
    let sound = try host.soundness {
      _ = try host.action("/household:household/alive")
      for path in ["/bench:a/noop", "/bench:b/noop"] { _ = try host.action(path) }
    }
    let elsewhere = try pids(of: "bench", host)
    let sibling = try host.action("/household:household/alive")["pid"]
    let family = try startFamily("family", host)
    let watch = kill(try target(victim, .running, host))
    #expect(watch.count > 4)
    try host.wait(until: { family.allSatisfy { !$0.isAlive } }, "\(family.filter(\.isAlive).map(\.commandLine))")
    try sound.assertRecovered()
    if victim != .guard { #expect(try pids(of: "bench", host) == elsewhere) }
    if victim == .worker { #expect(try host.action("/household:household/alive")["pid"] == sibling) }
    _ = try startFamily("next", host)
    try host.finish()
  }

  @Test func `a daemon of a worker that lives is left alone`() throws {
    let host = try RunningHost(["household", "bench"])
    let family = try startFamily("stays", host)
    // Each of these deaths makes the guard look for what it has adopted.
    for path in ["/bench:a/noop", "/bench:b/noop"] {
      _ = try host.action(path)
      let name = path.contains(":a") ? "bench-a" : "bench-b"
      let pid = try #require(host.callpoint(name)["workers"]?[0]?["pid"]?.int)
      Glibc.kill(Int32(pid), SIGKILL)
      _ = try host.action(path)
      #expect(try host.callpoint(name)["workers"]?[0]?["pid"]?.int != pid)
    }
    #expect(family.filter { !$0.isAlive }.isEmpty)
    let worker = try target(.worker, .running, host)
    _ = kill(worker)
    try host.wait(until: { family.allSatisfy { !$0.isAlive } }, "a daemon outlives its worker")
    _ = try host.action("/household:household/family")
    try host.finish()
  }

  @Test func `a worker that is being traced goes with its host`() throws {
    let host = try RunningHost(["household"])
    _ = try host.status()
    let worker = try target(.worker, .idle, host)
    // What strace and gdb do; where it is forbidden there is nothing to test.
    let tracer = Process()
    let output = Pipe()
    tracer.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    tracer.arguments = [
      "python3", "-c",
      """
      import ctypes, os, sys
      ptrace = ctypes.CDLL(None, use_errno=True).ptrace
      ptrace.argtypes = [ctypes.c_long] * 4
      seized = ptrace(0x4206, int(sys.argv[1]), 0, 0) == 0
      print("seized" if seized else os.strerror(ctypes.get_errno()), flush=True)
      sys.stdin.read()
      """, "\(worker.pid)",
    ]
    let input = Pipe()
    tracer.standardInput = input
    tracer.standardOutput = output
    try tracer.run()
    let answer = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    if !answer.hasPrefix("seized") { print("skipped: this system does not let a worker be traced: \(answer)") }
    let own = try target(.host, .idle, host)
    let watch = DeathWatch()
    for member in [own] + ProcessTree.members(below: own.pid) { watch.add(member) }
    #expect(watch.kill(own))
    host.process.reap()
    watch.wait(until: .now + .seconds(60))
    #expect(watch.survivors == [])
    try input.fileHandleForWriting.close()
    tracer.waitUntilExit()
  }

  @Test func `what Python leaves in the temporary directory goes with its VM`() throws {
    let host = try RunningHost(["vlan", "demo-router"])
    _ = try host.status()
    func sockets() throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: host.directory.path).filter { $0.contains("/listener-") }
    }
    // The Manager that setup() makes listens in a directory that it removes only when it ends in order.
    let before = try sockets()
    #expect(before.count == 1 && before[0].hasPrefix("callpoint-tmp."))
    _ = kill(try target(.vm, .idle, host))
    try host.wait(until: { try sockets().count == 1 && sockets() != before })
    _ = try host.action("/vlan:vlans/whoami")
    try host.finish()
  }
}
