import Foundation
import JSON
import Testing

@testable import callpoint

@Suite struct `Parent death` {
  /// Starts what a callback may leave behind: a child, and a daemon in a session of its own.
  private static let offspring = """
    import subprocess
    subprocess.Popen(["sleep", "86401"])
    subprocess.run(["setsid", "--fork", "sleep", "86402"], check=True)
    """
  private static let forever = "import time\nwhile True: time.sleep(1)"

  private static func members(_ host: RunningHost) -> [ProcessTree.Member] {
    ProcessTree.members(below: host.process.pid)
  }

  private static func guardProcess(_ host: RunningHost) throws -> ProcessTree.Member {
    try #require(members(host).first { $0.commandLine.contains("callpoint-guard") })
  }

  private static func soundness(_ host: RunningHost) throws -> Soundness {
    try host.soundness {
      try host.script("result = 1")
      _ = try host.action("/script:script/other", ["code": ""])
    }
  }

  @Test(arguments: [false, true])
  func `nothing is left when the host is killed, in either mode`(multiprocessing: Bool) throws {
    let host = try RunningHost(own: [.script(multiprocessing: multiprocessing)])
    try host.script(Self.offspring)
    try host.wait(until: { Self.members(host).filter { $0.commandLine.contains("sleep 8640") }.count == 2 })
    let members = Self.members(host)
    host.process.killAtOnce()
    host.process.reap()
    try host.wait(until: { members.allSatisfy { !$0.isAlive } }, "\(members.filter(\.isAlive).map(\.commandLine))")
  }

  @Test func `a guard that is killed takes everything along, and the host starts again`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    let sound = try Self.soundness(host)
    try host.script(Self.offspring)
    let members = Self.members(host)
    let before = try host.vm("script")["pid"]
    var client = try host.connect()
    let number = try client.send("action", ["path": "/script:script/run", "input": ["code": .string(Self.forever)]])
    try host.waitUntilRunning(1)
    kill(try Self.guardProcess(host).pid, SIGKILL)
    let answer = try client.receive()
    #expect(answer.id == number)
    #expect(try refusal { try answer.result.get() }.kind == "worker-lost")
    try host.wait(until: { members.allSatisfy { !$0.isAlive } }, "\(members.filter(\.isAlive).map(\.commandLine))")
    try sound.assertRecovered(clients: 1)
    #expect(try host.vm("script")["pid"] != before)
    try host.wait(until: { try host.printed().contains("exit process=guard status=\"signal 9 (Killed)\"") })
    try host.finish()
  }

  @Test func `a worker that is killed loses its request and no other`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)], options: ["--threads", "1"])
    var client = try host.connect()
    func send(_ action: String, _ code: String) throws -> Int {
      try client.send("action", ["path": .string("/script:script/\(action)"), "input": ["code": .string(code)]])
    }
    let gate = host.fixtures.path + "/gate"
    let lost = try send("run", Self.forever)
    try host.waitUntilRunning(1)
    let waiting = try send("run", "result = 'next worker'")
    let elsewhere = try send(
      "other", "import os, time\nwhile not os.path.exists('\(gate)'): time.sleep(0.01)\nresult = 1")
    try host.wait(until: { try host.callpoint("script-run")["queued"] == 1 })
    let pid = try #require(try host.callpoint("script-run")["workers"]?[0]?["pid"]?.int)
    kill(Int32(pid), SIGKILL)
    var answers: [Int: Result<JSONValue, ControlClient.Refusal>] = [:]
    for _ in 1...2 {
      let answer = try client.receive()
      answers[answer.id] = answer.result
    }
    let error = try refusal { try #require(answers[lost]).get() }
    #expect(error.kind == "worker-lost")
    #expect(error.message.contains("signal 9") && error.message.contains("script-run"), "\(error.message)")
    #expect(try #require(answers[waiting]).get()["output"]?["result"] == "\"next worker\"")
    #expect(try host.callpoint("script-other")["workers"]?[0]?["restarts"] == 0)
    #expect(FileManager.default.createFile(atPath: gate, contents: nil))
    let last = try client.receive()
    #expect(last.id == elsewhere)
    _ = try last.result.get()
    #expect(try host.callpoint("script-run")["workers"]?[0]?["restarts"] == 1)
    try host.finish()
  }

  @Test func `a template that is killed costs the VM's requests, and the VM is started again`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    let sound = try Self.soundness(host)
    try host.script(Self.offspring)
    let template = try #require(Self.members(host).first { $0.commandLine.contains("script template") })
    let below = ProcessTree.members(below: template.pid)
    #expect(below.count >= 3)
    kill(template.pid, SIGKILL)
    try host.wait(until: { below.allSatisfy { !$0.isAlive } }, "what was below the template lives on")
    try sound.assertRecovered()
    #expect(try host.vm("script")["restarts"] == 1)
    try host.finish()
  }

  @Test func `a callback that leaves with os._exit is worker-lost with its status`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    let error = try refusal { try host.script("import os\nos._exit(3)") }
    #expect(error.kind == "worker-lost")
    #expect(error.message.contains("3") && error.message.contains("script-run"), "\(error.message)")
    #expect(try host.script("result = 2") == 2)
    try host.finish()
  }

  @Test func `a VM that dies in threading mode loses its requests and is started again`() throws {
    let host = try RunningHost(own: [.script()])
    let sound = try Self.soundness(host)
    let before = try host.vm("script")["pid"]
    let error = try refusal { try host.script("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)") }
    #expect(error.kind == "worker-lost")
    #expect(error.message.contains("signal 9") && error.message.contains("script"), "\(error.message)")
    try sound.assertRecovered()
    let vm = try host.vm("script")
    #expect(vm["restarts"] == 1 && vm["pid"] != before)
    try host.finish()
  }
}
