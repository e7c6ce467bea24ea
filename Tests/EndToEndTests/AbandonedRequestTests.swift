import Foundation
import JSON
import Testing

@testable import callpoint

/// Requests whose callers have gone, or do not wait any longer.
@Suite struct `Abandoned requests` {
  /// Where callbacks say that they have begun, and where they are told to end.
  private let gates: TemporaryDirectory
  private let host: RunningHost

  /// Starts a host with one thread whose services say that they have begun and end when they are told.
  init() throws {
    gates = try TemporaryDirectory()
    let package = FixturePackage(
      "svc",
      yang: """
        list svc {
          key name; leaf name { type string; } leaf size { type int32; }
          uses ncs:service-data; ncs:servicepoint svc-servicepoint;
        }
        leaf-list seen { type string; }
        container acts { tailf:action quick { tailf:actionpoint svc-quick; input { } output { } } }
        """,
      python: """
        import os, time
        from ncs.application import Application, Service
        from ncs.dp import Action

        class Create(Service):
            @Service.create
            def cb_create(self, tctx, root, service, proplist):
                gate = "\(gates.path)/" + service.name
                with open(gate + "-began", "a") as file:
                    file.write("x")
                while not os.path.exists(gate):
                    time.sleep(0.005)
                root.svc__seen.create(service.name)

        class Quick(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                pass

        class Main(Application):
            def setup(self):
                self.register_service("svc-servicepoint", Create)
                self.register_action("svc-quick", Quick)
        """)
    host = try RunningHost(own: [package], options: ["--threads", "1"])
  }

  private static func create(_ name: String, size: Int = 1) -> JSONObject {
    [
      "edits": [
        ["op": "merge", "path": "/", "value": ["svc:svc": [["name": .string(name), "size": .integer(Int64(size))]]]]
      ]
    ]
  }

  /// How often the callback has begun for an instance.
  private func beginnings(of name: String) -> Int {
    FileManager.default.contents(atPath: "\(gates.path)/\(name)-began")?.count ?? 0
  }

  private func open(_ name: String) {
    #expect(FileManager.default.createFile(atPath: gates.path + "/" + name, contents: nil))
  }

  private func waitUntilBegun(_ name: String) throws { try host.wait(until: { beginnings(of: name) > 0 }) }

  private var queued: Int { get throws { try host.callpoint("svc-servicepoint")["queued"]?.int ?? -1 } }

  @Test func `a commit whose time is over is answered at once, also while it waits for an instance of another`() throws
  {
    var first = try host.connect()
    _ = try first.send("commit", Self.create("a"))
    try waitUntilBegun("a")
    // This one waits for the instance, and this one in the queue of the callpoint.
    for params in [Self.create("a", size: 2), Self.create("b")] {
      var timed = params
      timed["timeoutSeconds"] = 0.1
      let refused = try refusal { try host.call("commit", timed) }
      #expect(refused.kind == "timeout", "\(refused)")
    }
    #expect(try queued == 0)
    open("a")
    _ = try first.receive().result.get()
    open("b")
    _ = try host.call("action", ["path": "/svc:acts/quick", "input": [:]])
    #expect(beginnings(of: "a") == 1 && beginnings(of: "b") == 0)
    #expect(try host.get("/") == ["svc:svc": [["name": "a", "size": 1]], "svc:seen": ["a"]])
    try host.finish()
  }

  @Test func `a commit whose callback runs at its deadline is not applied, and holds its instance until the end`()
    throws
  {
    _ = try host.status()
    var timed = Self.create("a")
    // Long enough for the callback to begin.
    timed["timeoutSeconds"] = 3
    var next = try host.connect()
    _ = try next.send("commit", timed)
    try waitUntilBegun("a")
    let refused = try refusal { try next.receive().result.get() }
    #expect(refused.kind == "timeout", "\(refused)")
    let second = try next.send("commit", Self.create("a", size: 2))
    let dry = try next.send("get", ["path": "/"])
    #expect(try next.receive().id == dry)
    #expect(beginnings(of: "a") == 1)
    open("a")
    #expect(try next.receive().id == second)
    #expect(beginnings(of: "a") == 2)
    #expect(try host.get("/") == ["svc:svc": [["name": "a", "size": 2]], "svc:seen": ["a"]])
    try host.finish()
  }

  @Test func `the time for which the host was stopped does not count towards the deadline of a commit`() throws {
    _ = try host.status()
    var timed = Self.create("a")
    timed["timeoutSeconds"] = 4
    var client = try host.connect()
    _ = try client.send("commit", timed)
    try waitUntilBegun("a")
    try host.halt(host.process.pid)
    // Nothing tells a stopped process that its deadlines have passed: that takes time.
    sleep(6)
    kill(host.process.pid, SIGCONT)
    // Only now, so that it is not the answer that saves it.
    open("a")
    _ = try client.receive().result.get()
    #expect(try host.get("/") == ["svc:svc": [["name": "a", "size": 1]], "svc:seen": ["a"]])
    try host.finish()
  }

  @Test func `a client that leaves cancels what it had queued, and nothing of what it had begun is applied`() throws {
    _ = try host.status()
    do {
      var leaves = try host.connect()
      _ = try leaves.send("commit", Self.create("a"))
      try waitUntilBegun("a")
      _ = try leaves.send("commit", Self.create("a", size: 2))
      _ = try leaves.send("commit", Self.create("b"))
      _ = try leaves.send("action", ["path": "/svc:acts/quick", "input": [:]])
      try host.wait(until: { try queued == 1 }, "the second commit does not wait")
    }
    try host.wait(until: { try queued == 0 }, "the second commit waits although its client is gone")
    open("a")
    open("b")
    open("c")
    _ = try host.call("commit", Self.create("c"))
    #expect(beginnings(of: "a") == 1 && beginnings(of: "b") == 0)
    #expect(try host.get("/") == ["svc:svc": [["name": "c", "size": 1]], "svc:seen": ["c"]])
    try host.finish()
  }

  @Test func `every command takes a timeout`() throws {
    _ = try host.status()
    let file = gates.path + "/edits"
    try Data(JSONValue.object(Self.create("a"))["edits"]?.text.utf8 ?? "".utf8).write(to: URL(fileURLWithPath: file))
    let late = try Tool.callpoint(["commit", file, "--socket", host.process.socketPath, "--timeout", "0.1"])
    #expect(late.status == 1 && late.errors.contains("0.1 s"), "\(late)")
    open("a")
    for command in [
      ["commit", file], ["get", "/"], ["delete", "/svc:svc{a}"], ["action", "/svc:acts/quick"], ["status"],
      ["stop", "svc"], ["start", "svc"], ["reload"],
    ] {
      let outcome = try Tool.callpoint(command + ["--socket", host.process.socketPath, "--timeout", "60"])
      #expect(outcome.status == 0, "\(command): \(outcome)")
    }
    try host.finish()
  }

  @Test func `a request that waits for the host to be ready is given up in time`() throws {
    let slow = FixturePackage(
      "slow",
      python: """
        import os, time
        from ncs.application import Application

        class Main(Application):
            def setup(self):
                while not os.path.exists("\(gates.path)/ready"):
                    time.sleep(0.005)
        """)
    let starting = try RunningHost(own: [slow])
    let refused = try refusal { try starting.call("get", ["path": "/", "timeoutSeconds": 0.1]) }
    #expect(refused.kind == "timeout", "\(refused)")
    open("ready")
    #expect(try starting.get("/") == [:])
    try starting.finish()
    try host.finish()
  }
}
