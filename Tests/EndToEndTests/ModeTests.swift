import Foundation
import JSON
import Testing

@testable import callpoint

@Suite struct `Execution modes` {
  private static func mode(_ host: RunningHost, _ package: String) throws -> (mode: JSONValue?, reason: String) {
    let component = try host.package(package)["components"]?[0]
    return (component?["mode"], component?["reason"]?.string ?? "")
  }

  private static func commandLine(_ pid: Int) throws -> String {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/cmdline"))
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  @Test func `every callpoint has a process of its own that ps shows with its full name`() throws {
    let host = try RunningHost(["vlan", "demo-router"], load: "devices.json")
    let vm = try host.vm("vlan")
    #expect(vm["mode"] == "multiprocessing")
    var pids: Set<Int> = [vm["pid"]?.int ?? 0]
    for callpoint in vm["callpoints"]?.array ?? [] {
      let workers = callpoint["workers"]?.array ?? []
      #expect(workers.count == 1)
      let pid = try #require(workers.first?["pid"]?.int)
      let kind = callpoint["kind"]?.string ?? ""
      #expect(try Self.commandLine(pid) == "callpoint: vlan \(kind) \(callpoint["name"]?.string ?? "")")
      pids.insert(pid)
    }
    #expect(pids.count == 5)
    let answer = try host.action("/vlan:vlans/whoami")
    #expect(pids.contains(answer["pid"]?.int ?? 0) && answer["pid"] != vm["pid"])
    try host.finish()
  }

  @Test func `what setup built is there in four workers at once, a manager's semaphore too`() throws {
    let names = ["a", "b", "c", "d"]
    let package = FixturePackage(
      "four",
      yang: """
        container four {
          \(names.map { "tailf:action \($0) { tailf:actionpoint four-\($0); output { leaf pid { type int32; } leaf built { type string; } leaf most { type int32; } } }" }.joined(separator: "\n"))
        }
        """,
      python: """
        import multiprocessing, os, random, time
        from ncs.application import Application
        from ncs.dp import Action

        BUILT = {}

        class Meet(Action):
            def init(self, init_args):
                self.semaphore, self.present, self.most = init_args

            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                with self.semaphore:
                    self.present.append(name)
                    # Two may be here; whoever is first waits until the other has come.
                    while len(self.most) < 2:
                        if len(self.present) == 2:
                            self.most.append(2)
                            self.most.append(2)
                    self.most.append(len(self.present))
                    self.present.remove(name)
                output.pid = os.getpid()
                output.built = BUILT["in"]
                output.most = max(self.most)

        class Main(Application):
            def setup(self):
                BUILT["in"] = str(os.getpid())
                self.manager = multiprocessing.Manager()
                semaphore = self.manager.Semaphore(2)
                with semaphore:
                    pass
                arguments = [semaphore, self.manager.list(), self.manager.list()]
                for name in "abcd":
                    self.register_action("four-" + name, Meet, arguments)

            def teardown(self):
                self.manager.shutdown()
        """, multiprocessing: true)
    let host = try RunningHost(own: [package])
    var client = try host.connect()
    for name in names { _ = try client.send("action", ["path": .string("/four:four/\(name)"), "input": [:]]) }
    var answers: [JSONValue] = []
    for _ in names { answers.append(try client.receive().result.get()["output"] ?? .null) }
    let vm = try host.vm("four")["pid"]?.int ?? 0
    #expect(Set(answers.compactMap { $0["pid"]?.int }).subtracting([vm]).count == 4)
    #expect(answers.allSatisfy { $0["built"]?.string == "\(vm)" && $0["most"] == 2 }, "\(answers)")
    try host.finish()
  }

  @Test func `each of more callpoints than one order to the template can name has its worker`() throws {
    let numbers = 0..<53
    let package = FixturePackage(
      "many",
      yang: """
        container many {
          \(numbers.map { "tailf:action a\($0) { tailf:actionpoint many-\($0); output { leaf pid { type int32; } leaf text { type string; } } }" }.joined(separator: "\n"))
        }
        """,
      python: """
        import os
        from ncs.application import Application
        from ncs.dp import Action

        class Tell(Action):
            def init(self, init_args):
                self.text = init_args

            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                output.pid, output.text = os.getpid(), self.text

        class Main(Application):
            def setup(self):
                for number in range(\(numbers.count)):
                    self.register_action(f"many-{number}", Tell, f"number {number}")
        """, multiprocessing: true)
    let host = try RunningHost(own: [package])
    let answers = try numbers.map { try host.action("/many:many/a\($0)") }
    #expect(answers.map { $0["text"]?.string } == numbers.map { "number \($0)" })
    let pids = Set(answers.compactMap { $0["pid"]?.int })
    #expect(pids.count == numbers.count)
    try host.finish()

    // The first ones are ready before the template says that it has forked them all.
    let log = try String(contentsOfFile: host.directory.path + "/logs/callpoint.log", encoding: .utf8)
    let told = log.split(separator: "\n").filter { $0.contains(" process=worker ") }
    for pid in pids {
      #expect(told.filter { $0.hasSuffix(" pid=\(pid)") }.map { $0.split(separator: " ")[1] } == ["start", "ready"])
    }
  }

  @Test func `threads that setup left running prevent processes, a subscriber and a registered function do not`() throws
  {
    func package(_ name: String, _ setup: String) -> FixturePackage {
      FixturePackage(
        name,
        python: """
          import threading
          import ncs
          from ncs.application import Application
          from ncs.dp import Action

          class Nothing(Action):
              @Action.action
              def cb_action(self, uinfo, name, kp, input, output):
                  pass

          class Watcher(ncs.cdb.Subscriber):
              def init(self):
                  self.register("/ncs:devices", priority=100)

          class Main(Application):
              def setup(self):
                  self.register_action("\(name)-1", Nothing)
                  self.register_action("\(name)-2", Nothing)
                  \(setup)

              def teardown(self):
                  self.log.info("teardown ran")
          """, multiprocessing: true)
    }
    let host = try RunningHost(own: [
      package("watching", "Watcher(app=self).start()"),
      package("starting", "self.register_fun(lambda state: state.log.info('function runs'), lambda value: None)"),
      package("busy", "threading.Thread(target=threading.Event().wait, name='my-poller', daemon=True).start()"),
    ])
    #expect(try Self.mode(host, "watching").mode == "multiprocessing")
    #expect(try Self.mode(host, "starting").mode == "multiprocessing")
    let busy = try Self.mode(host, "busy")
    #expect(busy.mode == "threading" && busy.reason.contains("my-poller"), "\(busy)")
    try host.wait(until: { try host.log("starting").contains("function runs") })
    #expect(try host.vm("busy")["reason"]?.string?.contains("my-poller") == true)
    #expect(try host.printed().contains("my-poller"))
    try host.finish()
  }

  @Test func `without a parent-death signal, or with one callpoint, threads serve`() throws {
    let host = try RunningHost(["vlan", "demo-router"], load: "devices.json", options: ["--no-parent-death-signal"])
    let (mode, reason) = try Self.mode(host, "vlan")
    #expect(mode == "threading" && reason.contains("does not kill children when their parent dies"))
    #expect(try host.action("/vlan:vlans/whoami")["pid"] == host.vm("vlan")["pid"])
    try host.finish()
  }

  @Test func `the host's user may override the packages, and status says so`() throws {
    let lone = FixturePackage(
      "lone",
      python: """
        import ncs
        from ncs.dp import Action

        class Nothing(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                pass

        class Main(ncs.application.Application):
            def setup(self):
                self.register_action("lone", Nothing)
        """)
    let forked = try RunningHost(["vlan", "demo-router"], own: [lone], options: ["--mode", "multiprocessing"])
    let (mode, reason) = try Self.mode(forked, "lone")
    #expect(mode == "multiprocessing" && reason.hasPrefix("--mode multiprocessing overrides that callpoint-model is"))
    #expect(try forked.callpoint("lone")["workers"]?.array?.count == 1)
    #expect(try Self.mode(forked, "vlan").reason.contains("overrides") == false)
    try forked.finish()
    let threaded = try RunningHost(["vlan", "demo-router"], options: ["--mode", "threading"])
    let other = try Self.mode(threaded, "vlan")
    #expect(other.mode == "threading" && other.reason.hasPrefix("--mode threading overrides that callpoint-model is"))
    #expect(try threaded.callpoint("vlan-trace")["workers"] == [])
    try threaded.finish()
  }

  @Test func `callpoints have as many workers as were asked for`() throws {
    let host = try RunningHost(
      own: [.script(multiprocessing: true)], options: ["--workers", "2", "--workers", "script-other=3"])
    #expect(try host.callpoint("script-run")["workers"]?.array?.count == 2)
    #expect(try host.callpoint("script-other")["workers"]?.array?.count == 3)
    try host.finish()
  }

  @Test func `one callpoint may hold all threads of its VM but one, and the rest wait`() throws {
    let host = try RunningHost(own: [.script()], options: ["--threads", "3"])
    let gate = host.fixtures.path + "/gate"
    var client = try host.connect()
    let code = "import os, time\nwhile not os.path.exists('\(gate)'): time.sleep(0.01)\n"
    for _ in 1...4 {
      _ = try client.send("action", ["path": "/script:script/run", "input": ["code": .string(code)]])
    }
    try host.wait(until: { try host.callpoint("script-run")["queued"] == 2 })
    // The last thread is for the others.
    _ = try host.action("/script:script/other", ["code": "result = 1"])
    #expect(try host.callpoint("script-run")["queued"] == 2)
    #expect(FileManager.default.createFile(atPath: gate, contents: nil))
    for _ in 1...4 { _ = try client.receive().result.get() }
    #expect(try host.callpoint("script-run")["calls"] == 4)
    try host.finish()
  }
}
