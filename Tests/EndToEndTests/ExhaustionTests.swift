import Foundation
import Glibc
import JSON
import TestSupport
import Testing

@testable import callpoint

/// What happens when processes, memory or Python itself run out.
@Suite(.timeLimit(.minutes(30))) struct Exhaustion {
  /// Allows a host that runs no descriptors from a number on; those that it has stay.
  ///
  /// - Parameters:
  ///   - host: The host.
  ///   - limit: The number.
  /// - Returns: The limit before.
  /// - Throws: An error if the limit cannot be changed.
  @discardableResult
  private static func limitDescriptors(of host: RunningHost, to limit: Int) throws -> Int {
    let program = """
      import resource
      pid, kind = \(host.process.pid), resource.RLIMIT_NOFILE
      before, most = resource.prlimit(pid, kind)
      resource.prlimit(pid, kind, (\(limit), most))
      print(before)
      """
    let answer = String(decoding: try Python.answer(to: "", program: program), as: UTF8.self)
    return try #require(Int(answer.trimmingCharacters(in: .newlines)))
  }

  private static func process(_ host: RunningHost, _ name: String) throws -> Int32 {
    try #require(ProcessTree.members(below: host.process.pid).first { $0.commandLine.contains(name) }).pid
  }

  private static func events(_ host: RunningHost) throws -> String {
    try String(contentsOfFile: host.directory.path + "/logs/callpoint.log", encoding: .utf8)
  }

  // MARK: Processes

  @Test(.enabled(if: ControlGroup.canLimit("pids"), "no control groups can be made here"))
  func `a worker that cannot be forked is refused with the reason, and comes when it can be`() throws {
    let group = try ControlGroup("pids")
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    let sound = try host.scriptSoundness()
    let bystander = try host.server(of: "other")
    try group.add(Self.process(host, "script template"))
    try group.set("pids.max", "1")
    kill(try host.server(), SIGKILL)
    // Until nobody should wait any more.
    let refused = try refusal { try host.script("pass") }
    #expect(refused.kind == "unavailable", "\(refused)")
    #expect(refused.message.contains("cannot fork: Resource temporarily unavailable"), "\(refused)")
    #expect(try host.server(of: "other") == bystander)
    _ = try host.call("action", RunningHost.script("pass", in: "other"))
    try group.set("pids.max", "max")
    try host.wait(until: { (try? host.script("result = 1")) == 1 })
    try sound.assertRecovered()
    try host.finish()
  }

  @Test(.enabled(if: ControlGroup.canLimit("pids"), "no control groups can be made here"))
  func `a VM that the guard cannot fork is refused with the reason, and comes when it can be`() throws {
    let group = try ControlGroup("pids")
    let host = try RunningHost(own: [.script()])
    let sound = try host.scriptSoundness()
    try group.add(Self.process(host, "callpoint-guard"))
    try group.set("pids.max", "1")
    kill(try host.server(), SIGKILL)
    let refused = try refusal { try host.script("pass") }
    #expect(refused.kind == "unavailable", "\(refused)")
    #expect(refused.message.contains("Resource temporarily unavailable"), "\(refused)")
    try group.set("pids.max", "max")
    try host.wait(until: { (try? host.script("result = 1")) == 1 })
    try sound.assertRecovered()
    try host.finish()
  }

  // MARK: Memory

  @Test(.enabled(if: ControlGroup.canLimit("memory"), "no control groups can be made here"))
  func `when memory runs out, the worker that took it goes, and nobody else`() throws {
    let group = try ControlGroup("memory")
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    let sound = try host.scriptSoundness()
    let names = ["startup.py", "script template", "script action script-run", "script action script-other"]
    let pids = try names.map { try Self.process(host, $0) }
    for pid in pids { try group.add(pid) }
    try group.set("memory.limit_in_bytes", String(128 << 20))
    let lost = try refusal {
      try host.script("taken = bytearray(1 << 30)\nfor n in range(0, 1 << 30, 4096): taken[n] = 1")
    }
    #expect(lost.kind == "worker-lost" && lost.message.contains("signal 9"), "\(lost)")
    for (name, pid) in zip(names, pids) where !name.hasSuffix("script-run") {
      #expect(try Self.process(host, name) == pid, "\(name) has gone too")
    }
    try sound.assertRecovered()
    try host.finish()
  }

  @Test func `a template that is killed costs what its workers run, once, and what waits runs on their successors`()
    throws
  {
    let host = try RunningHost(own: [.script(multiprocessing: true)], options: ["--threads", "1"])
    let sound = try host.scriptSoundness()
    let vm = try host.vm("script")["pid"]
    var client = try host.connect()
    let running = try client.send("action", RunningHost.script("import time\ntime.sleep(600)"))
    try host.waitUntilRunning(1)
    let waiting = try client.send("action", RunningHost.script("result = 1"))
    kill(try Self.process(host, "script template"), SIGKILL)
    let lost = try client.receive()
    #expect(lost.id == running)
    #expect(try refusal { try lost.result.get() }.kind == "worker-lost")
    let answer = try client.receive()
    #expect(answer.id == waiting)
    #expect(try answer.result.get()["output"] == ["result": "1"])
    #expect(try host.vm("script")["pid"] != vm)
    try sound.assertRecovered(clients: 1)
    try host.finish()
  }

  @Test func `a template that is killed while it forks leaves nothing, and its VM is replaced`() throws {
    let place = try TemporaryDirectory()
    let gate = place.path + "/gate"
    // What is forked stands still while there is a gate, before it has done anything, such as bind itself to its parent.
    let hold = """
      def hold():
          while os.path.exists("\(gate)"): time.sleep(0.005)
      os.register_at_fork(after_in_child=hold)
      """
    let host = try RunningHost(own: [.sayer("held", "word", start: hold, multiprocessing: true)])
    let sound = try host.soundness {
      for action in ["say", "other"] { _ = try host.call("action", RunningHost.say("held", in: action)) }
    }
    let template = try Self.process(host, "held template")
    #expect(FileManager.default.createFile(atPath: gate, contents: nil))
    kill(try Self.process(host, "held action held-say"), SIGKILL)
    var newborn: ProcessTree.Member?
    try host.wait(
      until: {
        newborn = ProcessTree.members(below: template).first { $0.commandLine.hasSuffix("template") }
        return newborn != nil
      }, "no worker is forked")
    kill(template, SIGKILL)
    try host.wait(until: { newborn?.isAlive == false }, "a worker that had just been forked outlives its template")
    try FileManager.default.removeItem(atPath: gate)
    try sound.assertRecovered()
    try host.finish()
  }

  @Test(.enabled(if: ControlGroup.canLimit("memory"), "no control groups can be made here"))
  func `a template that has no memory to fork is replaced with its VM, and nobody waits for longer than it takes`()
    throws
  {
    let group = try ControlGroup("memory")
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    let sound = try host.scriptSoundness()
    try group.add(Self.process(host, "script template"))
    try group.set("memory.limit_in_bytes", "65536")
    kill(try host.server(), SIGKILL)
    var client = try host.connect()
    let waiting = try client.send("action", RunningHost.script("result = 1"))
    // The system kills the template, or, as it likes, what is being forked, again and again.
    try host.wait(
      until: {
        let events = try Self.events(host)
        return events.contains("exit process=template") || events.split(separator: "restart process=worker").count > 2
      }, "there is memory enough")
    try group.set("memory.limit_in_bytes", "-1")
    let answer = try client.receive()
    #expect(answer.id == waiting)
    #expect(try answer.result.get()["output"] == ["result": "1"])
    try sound.assertRecovered(clients: 1)
    try host.finish()
  }

  /// How the processes of a VM are killed: by one signal after the other, or by the system at the same time.
  enum Massacre: CaseIterable {
    case signals, group

    static var possible: [Massacre] { allCases.filter { $0 == .signals || ControlGroup.canKill() } }
  }

  @Test(arguments: Massacre.possible)
  func `a VM whose processes are all killed at once is started again, and the others do not notice`(
    massacre: Massacre
  ) throws {
    let group = massacre == .group ? try ControlGroup("unified") : nil
    let host = try RunningHost(own: [
      .script(multiprocessing: true), .sayer("bystander", "word", multiprocessing: true),
    ])
    let sound = try host.soundness {
      for action in ["run", "other"] { _ = try host.call("action", RunningHost.script("pass", in: action)) }
      for action in ["say", "other"] { _ = try host.call("action", RunningHost.say("bystander", in: action)) }
    }
    let bystander = try Self.process(host, "bystander action bystander-say")
    let vm = try Int32(#require(host.vm("script")["pid"]?.int))
    let victims = [vm] + ProcessTree.members(below: vm).map(\.pid)
    #expect(victims.count == 4)
    var client = try host.connect()
    let running = try client.send("action", RunningHost.script("import time\ntime.sleep(600)"))
    try host.waitUntilRunning(1)
    if let group {
      for pid in victims { try group.add(pid) }
      try group.kill()
    } else {
      for pid in victims { kill(pid, SIGKILL) }
    }
    let lost = try client.receive()
    #expect(lost.id == running)
    #expect(try refusal { try lost.result.get() }.kind == "worker-lost")
    try sound.assertRecovered(clients: 1)
    #expect(try Self.process(host, "bystander action bystander-say") == bystander)
    try host.finish()
  }

  @Test(arguments: [false, true])
  func `a callback that finds no memory fails, and its process serves on`(multiprocessing: Bool) throws {
    let host = try RunningHost(own: [.script(multiprocessing: multiprocessing)])
    let sound = try host.scriptSoundness()
    let pid = try host.server()
    let failed = try refusal {
      try host.script(
        """
        import resource
        with open("/proc/self/statm") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + (64 << 20), resource.RLIM_INFINITY))
        taken = []
        while True: taken.append(bytearray(1 << 20))
        """)
    }
    #expect(failed.kind == "callback-error" && failed.message.contains("MemoryError"), "\(failed)")
    #expect(try host.script("import os\nresult = os.getpid()").int.map(Int32.init) == pid)
    try sound.assertRecovered()
    try host.finish()
  }

  // MARK: Python

  /// Why no VM can be started, and what is said of it.
  enum Obstacle: String, CaseIterable {
    case missing = "No such file or directory"
    case notExecutable = "Permission denied"
    case directory = "ermission denied"
    case notPython = "exit status 3"
  }

  @Test(arguments: Obstacle.allCases)
  func `what cannot start a VM is named, and the VM starts once it can`(obstacle: Obstacle) throws {
    let place = try TemporaryDirectory()
    let command = place.path + "/start"
    func write(_ script: String, mode: mode_t) throws {
      try Tool.install("#!/bin/sh\n\(script)\n", at: command)
      chmod(command, mode)
    }
    switch obstacle {
    case .missing: break
    case .notExecutable: try write("exit 0", mode: 0o644)
    case .directory: mkdir(command, 0o755)
    case .notPython: try write("exit 3", mode: 0o755)
    }
    let host = try RunningHost(own: [.script()], options: ["--start-command", command])
    let error = try host.vm("script")["error"]?.string ?? ""
    #expect(error.contains(obstacle.rawValue), "\(error)")
    if obstacle != .notPython { #expect(error.contains(command), "\(error)") }
    if obstacle == .directory { rmdir(command) }
    try write("exec '\(Self.startCommand)' \"$@\"", mode: 0o755)
    try host.wait(until: { (try? host.script("result = 1")) == 1 })
    try host.finish()
  }

  @Test func `workers serve and are forked though Python and the package have been deleted`() throws {
    let place = try TemporaryDirectory()
    let command = place.path + "/start"
    let script = "#!/bin/sh\nPATH='\(place.path)':$PATH exec '\(Self.startCommand)' \"$@\"\n"
    try Tool.install(script, at: command)
    let python = try Tool.run("/usr/bin/env", ["python3", "-c", "import sys; print(sys.executable, end='')"]).output
    try FileManager.default.createSymbolicLink(atPath: place.path + "/python3", withDestinationPath: python)
    let host = try RunningHost(own: [.script(multiprocessing: true)], options: ["--start-command", command])
    let sound = try host.scriptSoundness()
    let pid = try host.server()
    for gone in [place.path + "/python3", command, host.fixtures.path + "/script/python"] {
      try FileManager.default.removeItem(atPath: gone)
    }
    #expect(try host.script("import os\nresult = os.getpid()").int.map(Int32.init) == pid)
    kill(pid, SIGKILL)
    try sound.assertRecovered()
    try host.finish()
  }

  private static let startCommand = RunningHost.root + "/python/ncs_dir/bin/ncs-start-python-vm"

  @Test func `a host without descriptors serves what it has, and recovers when there are some`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    let soundness = try host.scriptSoundness()
    var client = try host.connect()
    _ = try client.call("status")
    let server = try host.server()
    let usual = try Self.limitDescriptors(of: host, to: 3)
    kill(server, SIGKILL)
    try host.wait(
      until: { try Self.events(host).contains("Too many open files") }, "a worker is forked without descriptors")
    let waiting = try client.send("action", RunningHost.script("result = 1"))
    #expect(try client.call("action", RunningHost.script("result = 2", in: "other"))["output"] == ["result": "2"])
    var newcomer = try host.connect()
    let early = try newcomer.send("status", [:])
    try Self.limitDescriptors(of: host, to: usual)
    let answer = try client.receive()
    #expect(answer.id == waiting)
    switch answer.result {
    case .success(let result): #expect(result["output"] == ["result": "1"])
    // The descriptors came back too late for its patience.
    case .failure(let refusal):
      #expect(refusal.kind == "unavailable" && refusal.message.contains("Too many open files"), "\(refusal)")
    }
    #expect(try newcomer.receive().id == early)
    try soundness.assertRecovered(clients: 2)
    try host.finish()
  }
}
