import Foundation
import Glibc
import JSON
import Testing

@testable import callpoint

@Suite struct `Stop` {
  private func trace(_ milliseconds: Int) -> JSONObject {
    ["path": "/vlan:vlans/vlan{v1}/trace", "input": ["milliseconds-per-hop": .integer(Int64(milliseconds))]]
  }

  private func hostWithVLAN(_ package: String) throws -> RunningHost {
    let host = try RunningHost(["demo-router", package], load: "devices.json")
    _ = try host.merge(["vlan:vlans": ["vlan": [["name": "v1", "vlan-id": 7, "device": ["ce0", "ce1"]]]]])
    return host
  }

  @Test(arguments: ["vlan", "threading/vlan"])
  func `running callbacks finish, teardown runs, and a stopped VM is unavailable until it is started`(
    package: String
  ) throws {
    let host = try hostWithVLAN(package)
    var client = try host.connect()
    let running = try client.send("action", trace(300))
    try host.wait(until: { try isRunning(host) })
    #expect(try host.call("stop", ["vm": "vlan"]) == ["result": "stopped"])
    let answer = try client.receive()
    #expect(answer.id == running)
    #expect(try answer.result.get()["output"]?["hop"]?.array?.count == 2)
    #expect(try host.log("vlan").contains("Main FINISHED"))

    #expect(try host.vm("vlan")["state"] == "stopped")
    let refused = try refusal { try host.action("/vlan:vlans/whoami") }
    #expect(refused.kind == "unavailable" && refused.message == "VM vlan is stopped")

    #expect(try host.call("start", ["vm": "vlan"]) == ["result": "started"])
    #expect(try host.action("/vlan:vlans/whoami")["pid"] != nil)
    try host.finish()
  }

  private func isRunning(_ host: RunningHost) throws -> Bool {
    try host.callpoint("vlan-trace")["running"]?.int == 1
  }

  @Test func `a callback that outlasts the grace period is cut off, and teardown runs all the same`() throws {
    let host = try RunningHost(["demo-router", "vlan"], load: "devices.json", options: ["--grace", "0.2"])
    _ = try host.merge(["vlan:vlans": ["vlan": [["name": "v1", "vlan-id": 7, "device": ["ce0"]]]]])
    var client = try host.connect()
    _ = try client.send("action", trace(60_000))
    try host.wait(until: { try isRunning(host) })
    #expect(try host.call("stop", ["vm": "vlan"]) == ["result": "stopped"])
    guard case .failure(let error) = try client.receive().result else {
      Issue.record("a callback of a minute has finished")
      return
    }
    #expect(error.kind == "worker-lost")
    #expect(try host.log("vlan").contains("Main FINISHED"))
    try host.finish()
  }

  @Test func `a second host on the same state directory is refused, and a killed one's directory is free`() throws {
    let host = try RunningHost(["actions"])
    let serve = ["serve", RunningHost.examples + "/actions", "--state", host.directory.path]
    _ = try host.status()
    // Another socket does not help: the files are the first host's all the same.
    let second = try Tool.callpoint(serve + ["--socket", host.directory.path + "/second"])
    #expect(second.status == 1 && second.errors.contains("process number \(host.process.pid)"), "\(second)")
    #expect(second.errors.contains(host.directory.path) && second.errors.contains("--state"), "\(second)")
    #expect(try host.action("/actions:actions/double", ["number": 1]) == ["result": 2])

    host.process.killAtOnce()
    host.process.reap()
    let third = try HostProcess(
      packages: [RunningHost.examples + "/actions"], directory: host.directory.path, executable: RunningHost.executable)
    var client = try ControlClient(path: third.socketPath, patience: .seconds(60))
    _ = try client.call("get", ["path": "/"])
    third.stop()
    #expect(third.status == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: host.directory.path).sorted() == ["host.log", "logs"])
  }

  // MARK: The host

  /// The kinds of what the host answers until it has closed a connection, by the number of the request.
  private func kinds(_ client: inout ControlClient, _ count: Int) throws -> [Int: String] {
    var kinds: [Int: String] = [:]
    for _ in 0..<count {
      let answer = try client.receive()
      #expect(kinds[answer.id] == nil, "a second answer")
      switch answer.result {
      case .success: kinds[answer.id] = "success"
      case .failure(let refusal): kinds[answer.id] = refusal.kind
      }
    }
    return kinds
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func `a signal while the host starts answers what waits for it`(signal: Int32) throws {
    let host = try RunningHost(
      own: [.sayer("a", "one", setup: "time.sleep(1000)"), .sayer("b", "one")], options: ["--grace", "0.3"])
    var first = try host.connect()
    var second = try host.connect()
    _ = try first.send("action", RunningHost.say("b"))
    _ = try first.send("reload", [:])
    _ = try second.send("commit", ["edits": []])
    _ = try second.send("stop", ["vm": "b"])
    // A second answer to the same connection: the others have arrived.
    for _ in 1...2 { _ = try host.call("status") }
    kill(host.process.pid, signal)
    #expect(try kinds(&first, 2) == [1: "unavailable", 2: "unavailable"])
    #expect(try kinds(&second, 2) == [1: "unavailable", 2: "unavailable"])
    try host.finish()
    let printed = try host.printed()
    for method in ["action", "reload", "commit", "stop"] {
      let line = " refuse request=\(method) kind=unavailable reason=\"the host is stopping\""
      #expect(printed.contains(line), "\(printed)")
    }
  }

  @Test(arguments: [false, true])
  func `a signal lets callbacks that run finish, and answers everything else at once`(multiprocessing: Bool) throws {
    let host = try RunningHost(
      own: [.sayer("a", "one", multiprocessing: multiprocessing)], options: ["--threads", "2"])
    let file = host.fixtures.path + "/go"
    var client = try host.connect()
    let running = try client.send("action", RunningHost.say("a", until: file))
    try host.wait(until: { try host.callpoint("a-say")["running"]?.int == 1 })
    var queued: Set<Int> = []
    for _ in 1...3 { queued.insert(try client.send("action", RunningHost.say("a", until: file))) }
    try host.wait(until: { try (host.callpoint("a-say")["queued"]?.int ?? 0) > 0 })
    kill(host.process.pid, SIGTERM)
    var first = try client.receive()
    while case .success = first.result { first = try client.receive() }
    // What comes now is refused too.
    let late = try client.send("action", RunningHost.say("a"))
    try Data().write(to: URL(fileURLWithPath: file))
    let rest = try kinds(&client, 4)
    #expect(rest[running] == "success" && rest[late] == "unavailable")
    #expect(Set(rest.keys).union([first.id]) == queued.union([running, late]))
    // Not asked a second time, which would end it at once.
    host.process.reap()
    try host.finish()
    #expect(try host.log("a").contains("Main FINISHED"))
  }

  @Test func `a second signal ends the host now, and even then what ran has its outcome`() throws {
    let host = try RunningHost(own: [.sayer("a", "one", multiprocessing: true), .sayer("b", "one")])
    var client = try host.connect()
    for package in ["a", "b"] {
      _ = try client.send("action", RunningHost.say(package, until: "/nowhere"))
      try host.wait(until: { try host.callpoint("\(package)-say")["running"]?.int == 1 })
    }
    let members = ProcessTree.members(below: host.process.pid)
    kill(host.process.pid, SIGTERM)
    try host.wait(until: { try host.printed().contains(" stop process=host") })
    kill(host.process.pid, SIGINT)
    #expect(try kinds(&client, 2) == [1: "unavailable", 2: "unavailable"])
    host.process.reap()
    #expect(members.allSatisfy { !$0.isAlive })
    try host.finish()
  }

  @Test func `an interrupt from the terminal hits the host alone`() throws {
    let directory = try TemporaryDirectory()
    let packages = try TemporaryDirectory()
    let path = try FixturePackage.sayer("a", "one", multiprocessing: true).write(below: packages.path)
    let process = try HostProcess(
      packages: [path], directory: directory.path, executable: RunningHost.executable, leadsGroup: true)
    var client = try ControlClient(path: process.socketPath, patience: .seconds(60))
    let file = packages.path + "/go"
    _ = try client.send("action", RunningHost.say("a", until: file))
    var other = try ControlClient(path: process.socketPath)
    _ = try other.call("get", ["path": "/"])
    var isRunning = false
    while !isRunning {
      let points = try other.call("status")["vms"]?[0]?["callpoints"]?.array ?? []
      isRunning = points.contains { $0["running"]?.int == 1 }
    }
    // As a terminal does it: every process of the group has it.
    kill(-process.pid, SIGINT)
    try Data().write(to: URL(fileURLWithPath: file))
    #expect(try client.receive().result.get()["output"]?["word"] == "one")
    process.reap()
    #expect(process.status == 0)
    let log = try String(contentsOfFile: process.logPrefix + "-a.log", encoding: .utf8)
    #expect(log.contains("Main FINISHED") && !log.contains("KeyboardInterrupt"))
  }

  @Test func `a signal during a reload ends the trial and keeps nobody waiting`() throws {
    let host = try RunningHost(own: [.sayer("a", "one")], options: ["--grace", "0.5"])
    _ = try host.word(of: "a")
    let mark = host.fixtures.path + "/tried"
    _ = try FixturePackage.sayer(
      "a", "two", setup: "open('\(mark)', 'w').close(); time.sleep(1000)", yang: "leaf more { type string; }"
    ).write(below: host.fixtures.path)
    var client = try host.connect()
    _ = try client.send("reload", [:])
    try host.wait(until: { FileManager.default.fileExists(atPath: mark) })
    _ = try client.send("action", RunningHost.say("a"))
    _ = try host.call("status")
    kill(host.process.pid, SIGTERM)
    #expect(try kinds(&client, 2) == [1: "unavailable", 2: "unavailable"])
    // Not asked a second time, which would end it at once.
    host.process.reap()
    try host.finish()
    #expect(try host.log("a").contains("Main FINISHED"))
  }

  // MARK: One VM

  @Test func `start and stop have one answer each, however they meet, and what waits is answered`() throws {
    let host = try RunningHost(own: [.sayer("a", "one", multiprocessing: true)])
    let sound = try host.soundness { _ = try host.word(of: "a") }
    var first = try host.connect()
    var second = try host.connect()
    var third = try host.connect()
    for round in 0..<6 {
      _ = try first.send(round % 2 == 0 ? "stop" : "start", ["vm": "a"])
      _ = try second.send(round % 3 == 0 ? "start" : "stop", ["vm": "a"])
      _ = try third.send("action", RunningHost.say("a"))
    }
    for kind in try kinds(&first, 6).values { #expect(kind == "success") }
    for kind in try kinds(&second, 6).values { #expect(kind == "success") }
    for kind in try kinds(&third, 6).values { #expect(["success", "unavailable"].contains(kind)) }
    #expect(try host.call("start", ["vm": "a"]) == ["result": "started"])
    try sound.assertRecovered(clients: 3)
    try host.finish()
  }

  @Test func `a VM in a pause after a crash can be stopped and started, and the host too`() throws {
    let flag = try TemporaryDirectory()
    let host = try RunningHost(own: [
      .sayer("a", "one", start: "if os.path.exists('\(flag.path)/broken'): os._exit(7)"), .sayer("b", "one"),
    ])
    let sound = try host.soundness { for package in ["a", "b"] { _ = try host.word(of: package) } }
    let broken = flag.path + "/broken"
    try Data().write(to: URL(fileURLWithPath: broken))
    kill(try #require(host.vm("a")["pid"]?.int.map { Int32($0) }), SIGKILL)
    try host.wait(until: { try (host.vm("a")["restarts"]?.int ?? 0) >= 2 })
    #expect(try host.call("stop", ["vm": "a"]) == ["result": "stopped"])
    #expect(try refusal { try host.call("action", RunningHost.say("a")) }.message == "VM a is stopped")
    #expect(try host.word(of: "b") == "one")
    #expect(try refusal { try host.call("start", ["vm": "a"]) }.message.contains("exit status 7"))
    try FileManager.default.removeItem(atPath: broken)
    // What comes while it starts waits for it.
    #expect(try host.call("start", ["vm": "a"]) == ["result": "started"])
    try sound.assertRecovered()
    try Data().write(to: URL(fileURLWithPath: broken))
    kill(try #require(host.vm("a")["pid"]?.int.map { Int32($0) }), SIGKILL)
    try host.wait(until: { try (host.vm("a")["restarts"]?.int ?? 0) >= 4 })
    try host.finish()
  }
}
