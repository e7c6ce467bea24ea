import Foundation
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
}
