import Foundation
import Glibc
import JSON
import Testing

@testable import callpoint

/// What becomes of callbacks that go on after their deadlines, of processes that stand still, and of a host that did.
@Suite(.timeLimit(.minutes(30))) struct `Deadlines` {
  private static func host(multiprocessing: Bool, options: [String] = []) throws -> RunningHost {
    try RunningHost(own: [.script(multiprocessing: multiprocessing)], options: ["--grace", "1"] + options)
  }

  /// A request with a deadline of its own.
  private static func script(_ code: String, in action: String = "run", seconds: Double) -> JSONObject {
    var params = RunningHost.script(code, in: action)
    params["timeoutSeconds"] = .double(seconds)
    return params
  }

  /// A request whose callback sets itself a deadline a second ahead, and so has begun when that passes.
  private static func overrunning(_ code: String) -> JSONObject {
    RunningHost.script("import _ncs\n_ncs.dp.action_set_timeout(uinfo, 1)\n" + code)
  }

  /// What the host has logged.
  private static func events(_ host: RunningHost) throws -> [Substring] {
    let directory = URL(fileURLWithPath: host.process.logPrefix).deletingLastPathComponent().path
    return try String(contentsOfFile: directory + "/callpoint.log", encoding: .utf8).split(separator: "\n")
  }

  private static func events(_ host: RunningHost, _ word: String, _ process: String) throws -> [Substring] {
    try events(host).filter { $0.contains(" \(word) process=\(process) ") }
  }

  // MARK: Workers

  @Test(arguments: [
    "while True: pass",
    // The engine of regular expressions keeps the interpreter's lock.
    "import re\nre.match('(a+)+$', 'a' * 64 + 'b')",
    """
    import faulthandler, signal, time
    faulthandler.disable()
    for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE, signal.SIGUSR1, signal.SIGALRM):
        signal.pthread_sigmask(signal.SIG_BLOCK, [number])
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True: time.sleep(1)
    """,
  ])
  func `a worker that is stuck writes its stacks to the log and is killed, and the others do not notice`(
    code: String
  ) throws {
    let host = try Self.host(multiprocessing: true)
    let sound = try host.scriptSoundness()
    let (stuck, bystander) = (try host.server(), try host.server(of: "other"))
    let late = try refusal { try host.call("action", Self.overrunning(code)) }
    #expect(late.kind == "timeout" && late.message.contains("script-run"), "\(late.message)")
    // It waits for the successor, or runs beside what is stuck.
    #expect(try host.call("action", RunningHost.script("result = 1", in: "other"))["output"]?["result"] == "1")
    try host.wait(until: { kill(stuck, 0) != 0 }, "the worker is not killed")
    try sound.assertRecovered()
    #expect(try host.server(of: "other") == bystander)
    #expect(try host.log().contains("most recent call first"))
    let reports = try Self.events(host, "stuck", "worker")
    #expect(reports.count == 1 && reports[0].contains("script-run") && reports[0].contains("pid=\(stuck)"))
    #expect(try Self.events(host, "kill", "worker").contains { $0.contains("goes on after its deadline") })
    try host.finish()
  }

  @Test func `what a stuck worker has not started runs on the next one`() throws {
    let host = try Self.host(multiprocessing: true, options: ["--threads", "1"])
    let stuck = try host.server()
    var client = try host.connect()
    let first = try client.send("action", Self.overrunning("import time\ntime.sleep(600)"))
    let second = try client.send("action", RunningHost.script("import os\nresult = os.getpid()"))
    let late = try client.receive()
    #expect(late.id == first)
    #expect(try refusal { try late.result.get() }.kind == "timeout")
    let answer = try client.receive()
    let pid = try answer.result.get()["output"]?["result"]?.string.flatMap { Int32($0) }
    let successor = try host.server()
    #expect(answer.id == second && pid != stuck && pid == successor)
    try host.finish()
  }

  @Test func `a worker that is stopped at work is killed after its deadline, and nothing is answered twice`() throws {
    let host = try Self.host(multiprocessing: true)
    let sound = try host.scriptSoundness()
    let stopped = try host.server()
    var client = try host.connect()
    let gate = host.fixtures.path + "/gate"
    let code = "import os, time\nwhile not os.path.exists('\(gate)'): time.sleep(0.01)"
    let running = try client.send("action", Self.overrunning(code))
    try host.waitUntilRunning(1)
    try host.halt(stopped)
    #expect(FileManager.default.createFile(atPath: gate, contents: nil))
    let answer = try client.receive()
    #expect(answer.id == running)
    #expect(try refusal { try answer.result.get() }.kind == "timeout")
    try host.wait(until: { kill(stopped, 0) != 0 }, "the worker is not killed")
    // An answer more would come before this one.
    let next = try client.send("action", RunningHost.script("result = 1"))
    #expect(try client.receive().id == next)
    try sound.assertRecovered(clients: 1)
    try host.finish()
  }

  @Test func `a worker that reads nothing is killed, and the other callpoint does not notice`() throws {
    let host = try Self.host(multiprocessing: true)
    let sound = try host.scriptSoundness()
    let stopped = try host.server()
    try host.halt(stopped)
    var client = try host.connect()
    for _ in 1...20 { _ = try client.send("action", Self.script("result = 1", seconds: 2)) }
    for _ in 1...20 { _ = try host.call("action", RunningHost.script("pass", in: "other")) }
    for _ in 1...20 {
      let answer = try client.receive()
      #expect(try refusal { try answer.result.get() }.kind == "timeout")
    }
    try host.wait(until: { kill(stopped, 0) != 0 }, "the worker is not killed")
    try host.wait(
      until: { try Self.events(host, "kill", "worker").contains { $0.contains("does not read") } },
      "the log does not say why")
    try sound.assertRecovered(clients: 1)
    try host.finish()
  }

  @Test func `a worker that writes its reply byte by byte holds up nobody and is killed after its deadline`() throws {
    let host = try Self.host(multiprocessing: true)
    let sound = try host.scriptSoundness()
    let slow = try host.server()
    var client = try host.connect()
    let code =
      RunningHost.replyPipe + "import time\nwhile True:\n    os.write(reply_pipe(), b' ')\n    time.sleep(0.01)"
    let running = try client.send("action", Self.overrunning(code))
    try host.waitUntilRunning(1)
    for _ in 1...20 { _ = try host.call("action", RunningHost.script("pass", in: "other")) }
    let answer = try client.receive()
    #expect(answer.id == running)
    #expect(try refusal { try answer.result.get() }.kind == "timeout")
    try host.wait(until: { kill(slow, 0) != 0 }, "the worker is not killed")
    try sound.assertRecovered(clients: 1)
    try host.finish()
  }

  @Test func `a template that is stopped is replaced with its VM when a worker has died`() throws {
    let host = try Self.host(multiprocessing: true, options: ["--start-timeout", "10"])
    let sound = try host.scriptSoundness()
    let members = ProcessTree.members(below: host.process.pid)
    let template = try #require(members.first { $0.commandLine.contains("script template") })
    try host.halt(template.pid)
    kill(try host.server(), SIGKILL)
    // It waits for a worker of the next VM.
    #expect(try host.script("result = 1") == 1)
    #expect(!template.isAlive)
    #expect(try Self.events(host, "kill", "vm").contains { $0.contains("its template has not told within 10 s") })
    try sound.assertRecovered()
    try host.finish()
  }

  // MARK: The guard

  /// What needs the guard.
  enum Need: CaseIterable {
    case vmDied, workerDied, start
  }

  @Test(arguments: Need.allCases)
  func `a guard that is stopped is killed when it is needed, and all that it had started is started again`(
    need: Need
  ) throws {
    let host = try Self.host(multiprocessing: need != .vmDied)
    let sound = try host.scriptSoundness()
    let vm = try Int32(#require(host.vm("script")["pid"]?.int))
    let stopped = try #require(
      ProcessTree.members(below: host.process.pid).first { $0.commandLine.contains("callpoint-guard") })
    if need == .start { _ = try host.call("stop", ["vm": "script"]) }
    try host.halt(stopped.pid)
    switch need {
    case .vmDied: kill(vm, SIGKILL)
    case .workerDied: kill(try host.server(), SIGKILL)
    case .start: _ = try host.call("start", ["vm": "script"])
    }
    // What is asked meanwhile waits, is served by the old processes, or is lost with them.
    try host.wait(until: { !stopped.isAlive }, "the guard is not killed")
    let isReplaced = { try host.vm("script")["pid"]?.int.map { $0 != Int(vm) } ?? false }
    try host.wait(until: isReplaced, "the VM is not started again")
    #expect(try host.script("result = 1") == 1)
    let kills = try Self.events(host, "kill", "guard")
    #expect(kills.count == 1 && kills[0].contains("pid=\(stopped.pid)"), "\(kills)")
    #expect(kills.first?.contains("it has not answered for 10 s") == true, "\(kills)")
    try sound.assertRecovered()
    try host.finish()
  }

  @Test func `a guard that is stopped does not keep the host from stopping, and nothing is left`() throws {
    let host = try Self.host(multiprocessing: false)
    try host.script("import subprocess\nsubprocess.Popen(['sleep', '600'], start_new_session=True)")
    // A process that has just begun a program has no arguments yet.
    let member = { (program: String) in
      ProcessTree.members(below: host.process.pid).first { $0.commandLine.contains(program) }
    }
    try host.wait(until: { member("sleep 600") != nil }, "the process is not there")
    let stopped = try #require(member("callpoint-guard"))
    try host.halt(stopped.pid)
    try host.finish()
    #expect(try host.printed().contains("kill process=guard pid=\(stopped.pid)"))
  }

  // MARK: Threads

  @Test func `a stuck thread is reported and not counted on until it comes back`() throws {
    let host = try Self.host(multiprocessing: false)
    let sound = try host.scriptSoundness()
    let vm = try host.server()
    let gate = host.fixtures.path + "/gate"
    let code = "import os, time\nwhile not os.path.exists('\(gate)'): time.sleep(0.01)"
    let late = try refusal { try host.call("action", Self.overrunning(code)) }
    #expect(late.kind == "timeout")
    try host.wait(until: { try host.callpoint("script-run")["stuck"] == 1 }, "nobody reports it")
    #expect(try host.callpoint("script-other")["stuck"] == nil)
    #expect(try host.vm("script")["stuck"] == 1)
    #expect(StatusTable(try host.status()).text.contains(/\nscript +\d+  running, 1 stuck  threading/))
    #expect(try Self.events(host, "stuck", "vm").first?.contains("script-run") == true)
    try host.wait(until: { try host.log().contains("most recent call first") }, "there are no stacks in the log")
    #expect(try host.script("result = 1") == 1)
    #expect(FileManager.default.createFile(atPath: gate, contents: nil))
    try host.wait(until: { try host.callpoint("script-run")["stuck"] == nil }, "its thread does not come back")
    #expect(try host.server() == vm)
    try sound.assertRecovered()
    try host.finish()
  }

  @Test func `a VM that has no thread left for a callpoint is killed and started again, with the reason`() throws {
    let host = try Self.host(multiprocessing: false, options: ["--threads", "3"])
    let sound = try host.scriptSoundness()
    let vm = try host.server()
    var client = try host.connect()
    for _ in 1...2 { _ = try client.send("action", Self.overrunning("import time\ntime.sleep(600)")) }
    for _ in 1...2 { #expect(try refusal { try client.receive().result.get() }.kind == "timeout") }
    #expect(try host.script("result = 1") == 1)
    #expect(try host.server() != vm)
    let kills = try Self.events(host, "kill", "vm")
    #expect(kills.count == 1 && kills[0].contains("2 callbacks go on after their deadlines"), "\(kills)")
    try sound.assertRecovered(clients: 1)
    try host.finish()
  }

  @Test func `where nothing is restarted such a VM has failed, with the reason`() throws {
    let host = try Self.host(multiprocessing: false, options: ["--threads", "1", "--no-auto-restart"])
    let late = try refusal { try host.call("action", Self.overrunning("while True: pass")) }
    #expect(late.kind == "timeout")
    try host.wait(until: { try host.vm("script")["state"] == "failed" }, "the VM is not killed")
    #expect(try host.vm("script")["error"]?.string?.contains("goes on after its deadline") == true)
    #expect(try refusal { try host.script("pass") }.kind == "unavailable")
    try host.finish()
  }

  // MARK: The host

  @Test(arguments: [false, true])
  func `the time for which the host was stopped does not count`(multiprocessing: Bool) throws {
    let host = try Self.host(multiprocessing: multiprocessing)
    let sound = try host.scriptSoundness()
    let server = try host.server()
    let done = host.fixtures.path + "/done"
    var client = try host.connect()
    let code = "import os, time\ntime.sleep(1)\nopen('\(done)', 'w').close()\nresult = 1"
    let short = try client.send("action", Self.script(code, seconds: 4))
    try host.waitUntilRunning(1)
    try host.halt(host.process.pid)
    // Nothing tells a stopped process that its deadlines have passed: that takes time.
    sleep(6)
    #expect(FileManager.default.fileExists(atPath: done))
    kill(host.process.pid, SIGCONT)
    let answer = try client.receive()
    #expect(try answer.result.get()["output"]?["result"] == "1")
    #expect(answer.id == short)
    #expect(try host.server() == server)
    try sound.assertRecovered(clients: 1)
    try host.finish()
  }

  @Test func `the time for which the host was stopped does not count towards a start and those who wait for it`() throws
  {
    let gates = try TemporaryDirectory()
    let slow = FixturePackage(
      "slow",
      python: """
        import os, time
        from ncs.application import Application

        class Main(Application):
            def setup(self):
                open("\(gates.path)/began", "w").close()
                while not os.path.exists("\(gates.path)/ready"):
                    time.sleep(0.005)
        """)
    let host = try RunningHost(own: [slow], options: ["--start-timeout", "10", "--no-auto-restart"])
    var client = try host.connect()
    let waiting = try client.send("get", ["path": "/", "timeoutSeconds": 10])
    try host.wait(until: { FileManager.default.fileExists(atPath: gates.path + "/began") }, "setup() is not called")
    try host.halt(host.process.pid)
    // Nothing tells a stopped process that its deadlines have passed: that takes time.
    sleep(12)
    kill(host.process.pid, SIGCONT)
    // Only now, so that it is not the answer that saves it.
    #expect(FileManager.default.createFile(atPath: gates.path + "/ready", contents: nil))
    let answer = try client.receive()
    #expect(answer.id == waiting)
    #expect(try answer.result.get()["data"] == [:])
    #expect(try host.vm("slow")["state"] == "running")
    try host.finish()
  }
}
