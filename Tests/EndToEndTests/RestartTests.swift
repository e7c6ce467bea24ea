import Foundation
import Glibc
import JSON
import Testing

@testable import callpoint

/// What becomes of VMs and requests when something else stops, fails or dies.
@Suite(.timeLimit(.minutes(30))) struct `Stops, losses and restarts` {
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
    #expect(try host.vm("vlan")["pid"] == before)
    #expect(try stops(of: "vlan", host) == 0)
    try host.finish()
    #expect(try stops(of: "vlan", host) == 1)
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
    try host.wait(until: { try host.callpoint("actions-load")["running"] == 1 })
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

  @Test func `a component that fails when its VM is started again refuses calls`() throws {
    let directory = try TemporaryDirectory()
    var package = FixturePackage(
      "pair",
      yang: """
        container pair {
          tailf:action steady { tailf:actionpoint pair-steady; }
          tailf:action fragile { tailf:actionpoint pair-fragile; }
        }
        """,
      python: """
        import os
        import ncs

        class Act(ncs.dp.Action):
            @ncs.dp.Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                pass

        class Steady(ncs.application.Application):
            def setup(self):
                self.register_action("pair-steady", Act)

        class Fragile(ncs.application.Application):
            def setup(self):
                if os.path.exists("\(directory.path)/broken"):
                    raise ValueError("it broke")
                self.register_action("pair-fragile", Act)
        """)
    package.metadata = FixturePackage.metadata(
      "pair",
      """
      <component><name>steady</name><application><python-class-name>pair.main.Steady</python-class-name></application></component>
      <component><name>fragile</name><application><python-class-name>pair.main.Fragile</python-class-name></application></component>
      """)
    let host = try RunningHost([package.write(below: directory.path)])
    _ = try host.action("/pair:pair/fragile")
    let before = try #require(host.vm("pair")["pid"]?.int)
    try Data().write(to: URL(fileURLWithPath: directory.path + "/broken"))
    kill(Int32(before), SIGKILL)
    try host.wait(until: {
      let vm = try host.vm("pair")
      return vm["state"] == "running" && vm["pid"]?.int != before
    })
    _ = try host.action("/pair:pair/steady")
    let refused = try refusal { try host.action("/pair:pair/fragile") }
    #expect(refused.kind == "unavailable" && refused.message.contains("it broke"))
    try host.finish()
  }

  @Test func `packages that cannot take over leave the old ones at work`() throws {
    let directory = try TemporaryDirectory()
    let package = FixturePackage(
      "word", yang: "leaf word { type string; }",
      python: "import ncs\n\nclass Main(ncs.application.Application):\n    def setup(self):\n        pass\n")
    let host = try RunningHost([package.write(below: directory.path), "actions"])
    _ = try host.status()
    // Nothing can be put in the place of a directory that is not empty.
    let schema = "\(host.directory.path)/schema-2"
    try FileManager.default.createDirectory(atPath: schema + "/full", withIntermediateDirectories: true)
    var changed = package
    changed.files["src/yang/word.yang"] = FixturePackage.module("word", "leaf sentence { type string; }")
    _ = try changed.write(below: directory.path)
    var early = try host.connect()
    var client = try host.connect()
    let reload = try client.send("reload", [:])
    let waiting = try early.send("get", ["path": "/"])
    let answer = try client.receive()
    #expect(answer.id == reload)
    guard case .failure(let error) = answer.result else {
      Issue.record("a schema was written in the place of a directory")
      return
    }
    #expect(error.kind == "unavailable" && error.message.contains("the packages stay as they were"))
    #expect(try early.receive().id == waiting)
    _ = try host.merge(["word:word": "still"])
    try FileManager.default.removeItem(atPath: schema)
    try host.finish()
  }

  @Test func `callbacks on a VM's threads have the grace period too`() throws {
    let host = try RunningHost(["actions"], options: ["--grace", "20"])
    var client = try host.connect()
    _ = try client.send("action", ["path": "/actions:actions/sleep", "input": ["milliseconds": 2500]])
    try host.wait(until: { try host.callpoint("actions-load")["running"] == 1 })
    #expect(try host.call("stop", ["vm": "actions"]) == ["result": "stopped"])
    #expect(try client.receive().result.get()["output"] != nil)
    try host.finish()
  }

  @Test func `a client that goes away has its action aborted`() throws {
    let directory = try TemporaryDirectory()
    let package = FixturePackage(
      "patient", yang: "container patient { tailf:action wait { tailf:actionpoint patient-wait; } }",
      python: """
        import threading
        import ncs

        class Wait(ncs.dp.Action):
            def init(self, init_args):
                self.over = threading.Event()

            @ncs.dp.Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                self.over.wait(60)
                self.log.info("the wait is over")

            def cb_abort(self, uinfo):
                self.over.set()

        class Main(ncs.application.Application):
            def setup(self):
                self.register_action("patient-wait", Wait)
        """)
    let host = try RunningHost([package.write(below: directory.path)])
    do {
      var client = try host.connect()
      _ = try client.send("action", ["path": "/patient:patient/wait"])
      try host.wait(until: { try host.callpoint("patient-wait")["running"] == 1 })
    }
    try host.wait(until: { try host.callpoint("patient-wait")["running"] == 0 })
    #expect(try host.log("patient").contains("the wait is over"))
    try host.finish()
  }

  @Test func `a process that does not read is not written to without end`() throws {
    let directory = try TemporaryDirectory()
    let package = FixturePackage(
      "sink",
      yang: "container sink { tailf:action put { tailf:actionpoint sink-put; input { leaf text { type string; } } } }",
      python: """
        import ncs

        class Put(ncs.dp.Action):
            @ncs.dp.Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                pass

        class Main(ncs.application.Application):
            def setup(self):
                self.register_action("sink-put", Put)
        """)
    let host = try RunningHost([package.write(below: directory.path)])
    let vm = try Int32(#require(host.vm("sink")["pid"]?.int))
    var client = try host.connect()
    try host.halt(vm)
    let text = JSONValue.string(String(repeating: "x", count: 14 << 20))
    let sent = try (1...5).map { _ in try client.send("action", ["path": "/sink:sink/put", "input": ["text": text]]) }
    let first = try client.receive()
    kill(vm, SIGCONT)
    #expect(first.id == sent.last)
    guard case .failure(let error) = first.result else {
      Issue.record("a process that is stopped has answered")
      return
    }
    #expect(error.kind == "busy")
    for _ in 1...4 { _ = try client.receive().result.get() }

    // What fits into a message to the host need not fit into one to a worker, which tells more.
    let params: JSONObject = ["path": "/sink:sink/put", "input": ["text": ""]]
    let rest = (16 << 20) - JSONValue.object(params).text.utf8.count - 60
    let long = JSONValue.string(String(repeating: "x", count: rest))
    let refused = try refusal { try host.action("/sink:sink/put", ["text": long]) }
    #expect(refused.kind == "too-large")
    try host.finish()
  }

  @Test func `an action that calls itself without end is refused, and its VM serves on`() throws {
    let directory = try TemporaryDirectory()
    let package = FixturePackage(
      "deep",
      yang: """
        container deep {
          tailf:action again { tailf:actionpoint deep-again; input { leaf n { type uint32; } } output { leaf error { type string; } } }
        }
        """,
      python: """
        import ncs

        class Again(ncs.dp.Action):
            @ncs.dp.Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                if input.n == 0:
                    return
                with ncs.maapi.single_read_trans("admin", "system") as trans:
                    action = ncs.maagic.get_node(trans, kp).again
                    more = action.get_input()
                    more.n = input.n + 1
                    output.error = action.request(more).error

        class Main(ncs.application.Application):
            def setup(self):
                self.register_action("deep-again", Again)
        """)
    let host = try RunningHost([package.write(below: directory.path)])
    let refused = try refusal { try host.action("/deep:deep/again", ["n": 1]) }
    #expect(refused.message.contains("16 deep"))
    #expect(try host.action("/deep:deep/again", ["n": 0]) == [:])
    try host.finish()
  }

  @Test func `a callpoint that keeps losing its worker is refused, and the others serve`() throws {
    let directory = try TemporaryDirectory()
    let package = FixturePackage(
      "frail",
      yang: """
        container frail {
          tailf:action dies { tailf:actionpoint frail-dies; }
          tailf:action lives { tailf:actionpoint frail-lives; }
        }
        """,
      python: """
        import os
        import ncs

        class Act(ncs.dp.Action):
            def init(self, init_args):
                if init_args == "die":
                    os._exit(3)

            @ncs.dp.Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                pass

        class Main(ncs.application.Application):
            def setup(self):
                self.register_action("frail-dies", Act, "die")
                self.register_action("frail-lives", Act, "live")
        """, multiprocessing: true)
    let host = try RunningHost([package.write(below: directory.path)])
    #expect(try host.vm("frail")["state"] == "running")
    _ = try host.action("/frail:frail/lives")
    let refused = try refusal { try host.action("/frail:frail/dies") }
    #expect(refused.kind == "unavailable" && refused.message.contains("exit status 3"))
    try host.finish()
  }
}
