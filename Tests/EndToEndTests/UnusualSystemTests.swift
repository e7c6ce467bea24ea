import Foundation
import JSON
import TestSupport
import Testing

@testable import callpoint

/// Systems on which processes die, or have numbers, in other ways than usual.
@Suite(.timeLimit(.minutes(30))) struct `An unusual system` {
  private func program(_ text: String, in directory: TemporaryDirectory, name: String) throws -> String {
    let path = "\(directory.path)/\(name)"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    chmod(path, 0o700)
    return path
  }

  /// Kills the host with a callback's daemon running, and checks that everything goes.
  private func expectNothingSurvives(_ host: RunningHost) throws {
    _ = try host.action("/household:household/family", ["mark": "last"])
    let own = try #require(ProcessTree.member(host.process.pid))
    let watch = DeathWatch()
    for member in [own] + ProcessTree.members(below: own.pid) { watch.add(member) }
    #expect(watch.count >= 6)
    #expect(watch.kill(own))
    host.process.reap()
    watch.wait(until: .now + .seconds(60))
    #expect(watch.survivors == [])
  }

  @Test(arguments: [EPERM, 0])
  func `that forbids the parent-death signal or ignores it has threads, and nothing left behind`(errno: Int32) throws {
    let directory = try TemporaryDirectory()
    let executable = try program(
      programWithoutDeathSignal(failingWith: errno, executable: RunningHost.executable), in: directory, name: "sandbox")
    let host = try RunningHost(["household"], executable: executable)
    let vm = try host.vm("household")
    #expect(vm["mode"] == "threading" && vm["reason"]?.string?.contains("parent") == true, "\(vm.text)")
    try expectNothingSurvives(host)
  }

  @Test func `whose VMs are started by a shell that stays their parent arms them all the same`() throws {
    let directory = try TemporaryDirectory()
    let start = RunningHost.root + "/python/ncs_dir/bin/ncs-start-python-vm"
    let command = try program("#!/bin/sh\n'\(start)' \"$@\"\ntrue\n", in: directory, name: "start")
    let host = try RunningHost(["household"], options: ["--start-command", command])
    let sound = try host.soundness { _ = try host.action("/household:household/alive") }
    #expect(try host.vm("household")["mode"] == "multiprocessing")
    // Who is killed is the shell, of which the VM's Python is a child.
    let shell = try #require(try host.vm("household")["pid"]?.int.flatMap { ProcessTree.member(Int32($0)) })
    let below = ProcessTree.members(below: shell.pid)
    #expect(shell.commandLine.contains("/bin/sh") && below.count == 4)
    let watch = DeathWatch()
    for member in [shell] + below { watch.add(member) }
    #expect(watch.kill(shell))
    watch.wait(until: .now + .seconds(60))
    #expect(watch.survivors == [])
    try sound.assertRecovered()
    try expectNothingSurvives(host)
  }

  @Test func `that is a PID namespace of the host's own is like any other`() throws {
    let directory = try TemporaryDirectory()
    guard try canUnshare() else { return }
    let executable = try program(
      "#!/bin/sh\nexec unshare --pid --fork --kill-child --mount-proc '\(RunningHost.executable)' \"$@\"\n",
      in: directory, name: "container")
    let host = try RunningHost(["household"], executable: executable)
    #expect(try host.vm("household")["mode"] == "multiprocessing")
    let pid = try #require(host.action("/household:household/alive")["pid"]?.int)
    #expect(pid < 200)
    try expectNothingSurvives(host)
  }

  @Test func `that gives each VM a PID namespace kills no healthy process, and leaves none`() throws {
    let directory = try TemporaryDirectory()
    guard try canUnshare() else { return }
    let start = RunningHost.root + "/python/ncs_dir/bin/ncs-start-python-vm"
    let command = try program(
      "#!/bin/sh\nexec unshare --pid --fork --mount-proc '\(start)' \"$@\"\n", in: directory, name: "start")
    let host = try RunningHost(
      ["household"], options: ["--start-command", command, "--grace", "1"])
    let sound = try host.soundness { _ = try host.action("/household:household/alive") }
    // A worker's number in there is another process's out here: what is stuck costs the VM, and nobody else.
    let refused = try refusal {
      try host.call(
        "action",
        ["path": "/household:household/family", "input": ["seconds": "600.0"], "timeoutSeconds": 2])
    }
    #expect(refused.kind == "timeout")
    try host.wait(until: { try host.vm("household")["restarts"] == 1 })
    try sound.assertRecovered()
    let vm = try #require(try host.vm("household")["pid"]?.int.flatMap { ProcessTree.member(Int32($0)) })
    let watch = DeathWatch()
    for member in [vm] + ProcessTree.members(below: vm.pid) { watch.add(member) }
    #expect(watch.kill(vm))
    watch.wait(until: .now + .seconds(60))
    #expect(watch.survivors == [])
    try sound.assertRecovered()
    try expectNothingSurvives(host)
  }

  private func canUnshare() throws -> Bool {
    let outcome = try Tool.run("/usr/bin/env", ["unshare", "--pid", "--fork", "--mount-proc", "true"])
    if outcome.status != 0 { print("skipped: no PID namespace can be made here: \(outcome.errors)") }
    return outcome.status == 0
  }
}
