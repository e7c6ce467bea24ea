import Foundation
import Glibc
import JSON
import Testing

@testable import callpoint

/// What becomes of VMs and requests when something else stops, fails or dies.
@Suite(.timeLimit(.minutes(5))) struct `Stops, losses and restarts` {
  /// A package whose component cannot be imported, which is loaded before those of the examples.
  private func brokenPackage(in directory: TemporaryDirectory) throws -> String {
    let path = directory.path + "/a-broken"
    try FileManager.default.createDirectory(atPath: path + "/python", withIntermediateDirectories: true)
    let metadata = """
      <ncs-package xmlns="http://tail-f.com/ns/ncs-packages">
        <name>a-broken</name><package-version>1.0</package-version>
        <component><name>main</name><application><python-class-name>nowhere.Main</python-class-name></application></component>
      </ncs-package>
      """
    try Data(metadata.utf8).write(to: URL(fileURLWithPath: path + "/package-meta-data.xml"))
    return path
  }

  private func stops(of vm: String, _ host: RunningHost) throws -> Int {
    try host.log(vm).components(separatedBy: "Main FINISHED").count - 1
  }

  @Test func `a VM that has failed does not keep the others from stopping in order`() throws {
    let directory = try TemporaryDirectory()
    let host = try RunningHost([try brokenPackage(in: directory), "vlan", "demo-router"])
    #expect(try host.vm("a-broken")["state"] == "failed")
    let before = try #require(host.vm("vlan")["pid"])
    _ = try host.call("reload")
    #expect(try stops(of: "vlan", host) == 1)
    #expect(try host.vm("vlan")["pid"] != before)
    let log = host.process.logPrefix + "-vlan.log"
    try host.finish()
    #expect(try String(contentsOfFile: log, encoding: .utf8).components(separatedBy: "Main FINISHED").count == 3)
  }

  @Test func `a host that is stopped while workers start does not wait for them`() throws {
    let host = try RunningHost(["vlan", "demo-router"], options: ["--workers", "16"])
    try host.wait(until: {
      let vms = try host.call("status")["vms"]?.array ?? []
      return vms.contains { vm in
        (vm["callpoints"]?.array ?? []).contains { $0["workers"]?.array?.isEmpty == false }
      }
    })
    try host.finish()
  }

  @Test func `a request that waits when its VM dies is served by the next`() throws {
    let host = try RunningHost(["actions"], options: ["--threads", "1"])
    let vm = try Int32(#require(host.vm("actions")["pid"]?.int))
    var client = try host.connect()
    let lost = try client.send("action", ["path": "/actions:actions/sleep", "input": ["milliseconds": 60_000]])
    try host.wait(until: { try host.callpoint("actions-load")["inFlight"] == 1 })
    let kept = try client.send("action", ["path": "/actions:actions/double", "input": ["number": 21]])
    try host.wait(until: { try host.callpoint("actions-math")["queued"] == 1 })
    kill(vm, SIGKILL)
    let first = try client.receive()
    guard case .failure(let error) = first.result else {
      Issue.record("a callback outlives its VM")
      return
    }
    #expect(first.id == lost && error.kind == "worker-lost")
    let second = try client.receive()
    #expect(second.id == kept)
    #expect(try second.result.get() == ["output": ["result": 42]])
    try host.finish()
  }

  @Test func `a lost guard brings back the VMs that ran, and leaves those alone that were stopped`() throws {
    let host = try RunningHost(["actions", "l3vpn", "demo-router"])
    #expect(try host.call("stop", ["vm": "actions"]) == ["result": "stopped"])
    let before = try #require(host.vm("l3vpn")["pid"]?.int)
    let members = ProcessTree.members(below: host.process.pid)
    let processGuard = try #require(
      members.first { (try? String(contentsOfFile: "/proc/\($0.pid)/comm", encoding: .utf8)) == "callpoint-guard\n" })
    kill(processGuard.pid, SIGKILL)
    try host.wait(until: {
      let vm = try host.vm("l3vpn")
      return vm["state"] == "running" && vm["pid"]?.int != before
    })
    #expect(try host.vm("actions")["state"] == "stopped")
    #expect(try host.call("start", ["vm": "actions"]) == ["result": "started"])
    try host.finish()
  }

  @Test func `who has the token of a VM cannot take its place`() throws {
    let host = try RunningHost(["actions"])
    let pid = try #require(host.vm("actions")["pid"]?.int)
    let environment = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/environ"))
    let variables = environment.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    let token = try #require(variables.first { $0.hasPrefix("CALLPOINT_TOKEN=") }?.dropFirst(16))
    var client = try host.connect()
    let refused = try refusal { try client.call("vm.hello", ["token": .string(String(token)), "pid": 1]) }
    #expect(refused.kind == "invalid-request")
    _ = try client.call("status")
    #expect(try host.vm("actions")["pid"]?.int == pid)
    try host.finish()
  }

  @Test func `a timeout longer than anybody waits is as good as none`() throws {
    let host = try RunningHost(["actions"])
    let result = try host.call(
      "action", ["path": "/actions:actions/double", "input": ["number": 1], "timeoutSeconds": 1e300])
    #expect(result == ["output": ["result": 2]])
    try host.finish()
  }
}
