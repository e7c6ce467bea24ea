import Foundation
import JSON
import Testing

@testable import callpoint

@Suite struct `Service and validation callbacks` {
  /// A service whose instances say in Python what `create` does.
  static func service(multiprocessing: Bool = false) -> FixturePackage {
    FixturePackage(
      "svc",
      yang: """
        list job {
          key name;
          uses ncs:service-data;
          ncs:servicepoint svc-job;
          leaf name { type string; }
          leaf code { type string; }
          leaf limit { type int32; tailf:validate svc-limit; }
        }
        list result { key name; leaf name { type string; } leaf value { type string; } }
        leaf-list trace { type string; ordered-by user; }
        container state { config false; leaf seen { type string; } }
        """,
      python: """
        import ncs
        from ncs.application import Application, Service
        from ncs.dp import ValidationError, ValidationPoint

        class Job(Service):
            def init(self, init_args):
                self.tag = init_args

            def note(self, root, text):
                root.svc__trace.create(text)

            @Service.pre_modification
            def cb_pre_modification(self, tctx, op, kp, root, proplist):
                self.note(root, f"pre {len(root.svc__trace)} {op} {kp} {kp[0][0]} {proplist}")
                return proplist + [("pre", str(op))]

            @Service.create
            def cb_create(self, tctx, root, service, proplist):
                scope = {"ncs": ncs, "self": self, "tctx": tctx, "root": root, "service": service, "proplist": proplist}
                exec(service.code or "", scope)
                return scope.get("result")

            @Service.post_modification
            def cb_post_modification(self, tctx, op, kp, root, proplist):
                self.note(root, f"post {len(root.svc__trace)} {op} {kp} {self.tag} {proplist}")

        class Limit(ValidationPoint):
            @ValidationPoint.validate
            def cb_validate(self, tctx, kp, value, validationpoint):
                self.log.info("validate ", kp, " ", value, " at ", validationpoint)
                if value == "13":
                    raise ValidationError("13 brings bad luck")
                if int(value) == 14:
                    {}["fourteen"]
                if int(value) == 15:
                    return ncs.CONFD_ERR
                if int(value) == 16:
                    return ncs.dp.CONFD_VALIDATION_WARN if hasattr(ncs.dp, "CONFD_VALIDATION_WARN") else ncs.VALIDATION_WARN

        class Main(Application):
            def setup(self):
                self.register_service("svc-job", Job, ["the tag"])
                self.register_validation("svc-limit", Limit)
        """, multiprocessing: multiprocessing)
  }

  private static func run(_ host: RunningHost, _ code: String, name: String = "a") throws -> JSONValue {
    try host.merge(["svc:job": [["name": .string(name), "code": .string(code)]]])
  }

  private static func value(_ host: RunningHost, _ name: String) throws -> JSONValue? {
    try host.get("/svc:result{\(name)}")["svc:result"]?[0]?["value"]
  }

  @Test(arguments: [false, true])
  func `modification hooks get the operation, and the proplist lives as long as the instance`(processes: Bool) throws {
    let host = try RunningHost(own: [Self.service(multiprocessing: processes)])
    #expect(try host.vm("svc")["mode"] == (processes ? "multiprocessing" : "threading"))
    _ = try Self.run(host, "root.svc__result.create('r').value = str(proplist)\nresult = proplist + [('made', 'yes')]")
    #expect(try Self.value(host, "r") == "[('pre', '0')]")
    _ = try Self.run(host, "root.svc__result.create('s').value = str(dict(proplist))\nresult = [('only', 'one')]")
    #expect(try Self.value(host, "r") == nil)
    #expect(try Self.value(host, "s") == "{'pre': '1', 'made': 'yes'}")
    try host.commit([["op": "delete", "path": "/svc:job{a}"]])
    #expect(try Self.value(host, "s") == nil)
    _ = try Self.run(host, "")
    let trace = (try host.get("/svc:trace")["svc:trace"]?.array ?? []).compactMap(\.string)
    let path = "/svc:job{a}"
    #expect(
      trace == [
        "pre 0 0 \(path) a []", "post 1 0 \(path) ['the tag'] [('pre', '0'), ('made', 'yes')]",
        "pre 2 1 \(path) a [('pre', '0'), ('made', 'yes')]", "post 3 1 \(path) ['the tag'] [('only', 'one')]",
        "pre 4 2 \(path) a [('only', 'one')]", "post 5 2 \(path) ['the tag'] [('only', 'one'), ('pre', '2')]",
        "pre 6 0 \(path) a []", "post 7 0 \(path) ['the tag'] [('pre', '0')]",
      ])
    try host.finish()
  }

  @Test func `each way to fail is a failure that leaves nothing behind`() throws {
    let host = try RunningHost(own: [Self.service()])
    let before = try host.get("/")
    for (code, message) in [
      ("raise ValueError('no luck')", "Python cb_create error. no luck"),
      ("raise ncs.error.Error('no such thing', 1)", "Python cb_create error. item does not exist (1): no such thing"),
      ("result = ncs.CONFD_ERR", "Python cb_create error. it returned CONFD_ERR"),
      ("result = 'text'", "Python cb_create error. it returned 'text'"),
      ("result = [('a', 1)]", "Python cb_create error. ('a', 1)"),
      ("root.svc__result['missing']", "Python cb_create error. "),
      ("service.limit = 'many'", "Python cb_create error. item has a bad/wrong type (5)"),
      ("raise SystemExit(3)", "Python cb_create error. SystemExit(3)"),
    ] {
      let error = try refusal { try Self.run(host, "root.svc__result.create('r')\n" + code) }
      #expect(error.kind == "callback-error" && error.message.hasPrefix(message), "\(code): \(error.message)")
    }
    #expect(try host.get("/") == before)
    let log = try host.log("svc")
    #expect(log.contains("Traceback (most recent call last):") && log.contains("ValueError: no luck"))
    try host.finish()
  }

  @Test func `a validation point gets path and value, refuses, and may warn`() throws {
    let host = try RunningHost(own: [Self.service()])
    func set(_ limit: Int64) throws -> JSONValue {
      try host.merge(["svc:job": [["name": "a", "limit": .integer(limit)]]])
    }
    _ = try set(1)
    let log = try host.log("svc")
    #expect(log.contains("validate /svc:job{a}/limit 1 at svc-limit"), "\(log)")
    #expect(try refusal { try set(13) }.message.contains("13 brings bad luck"))
    #expect(try refusal { try set(14) }.message.contains("Python cb_validate error. 'fourteen'"))
    #expect(try refusal { try set(15) }.kind == "callback-error")
    #expect(try host.get("/svc:job{a}/limit")["svc:job"]?[0]?["limit"] == 1)
    _ = try set(16)
    #expect(try host.get("/svc:job{a}/limit")["svc:job"]?[0]?["limit"] == 16)
    #expect(try host.printed().contains("note callpoint=\"validation svc-limit\" path=/svc:job{a}/limit warning="))
    try host.finish()
  }

  @Test func `an instance that a service writes runs in the same transaction, and what two wrote stays for the last`()
    throws
  {
    let host = try RunningHost(own: [Self.service()])
    _ = try Self.run(host, "root.svc__job.create('below').code = \"root.svc__result.create('shared').value = 'low'\"")
    #expect(try Self.value(host, "shared") == "low")
    _ = try Self.run(host, "root.svc__result.create('shared')", name: "other")
    try host.commit([["op": "delete", "path": "/svc:job{a}"]])
    #expect(try host.get("/svc:job{below}") == [:])
    #expect(try host.get("/svc:result{shared}")["svc:result"]?[0]?["name"] == "shared")
    try host.commit([["op": "delete", "path": "/svc:job{other}"]])
    #expect(try host.get("/svc:result") == [:])
    try host.finish()
  }

  @Test func `callbacks open and apply transactions of their own`() throws {
    let host = try RunningHost(own: [Self.service()])
    _ = try host.merge(["svc:result": [["name": "there", "value": "before"]]])
    _ = try Self.run(
      host,
      """
      with ncs.maapi.single_read_trans("admin", "system") as trans:
          read = ncs.maagic.get_root(trans).svc__result["there"].value
      with ncs.maapi.single_write_trans("admin", "system", db=ncs.OPERATIONAL) as trans:
          ncs.maagic.get_root(trans).svc__state.seen = read
          trans.apply()
      with ncs.maapi.single_write_trans("admin", "system") as trans:
          ncs.maagic.get_root(trans).svc__result.create("own").value = "kept"
          trans.apply()
      raise RuntimeError("and yet it fails")
      """.replacingOccurrences(of: "raise", with: "if False: raise"))
    #expect(try host.get("/svc:state")["svc:state"] == ["seen": "before"])
    #expect(try Self.value(host, "own") == "kept")
    // What a transaction of its own wrote is not the service's.
    try host.commit([["op": "delete", "path": "/svc:job{a}"]])
    #expect(try Self.value(host, "own") == "kept")
    try host.finish()
  }

  @Test func `assigning to self in a service callback leaves a warning with the instance's path`() throws {
    let host = try RunningHost(own: [Self.service()])
    _ = try Self.run(host, "self.last = 1")
    let lines = try host.log("svc").split(separator: "\n").filter {
      $0.contains("Assigning to self is not thread safe")
    }
    #expect(lines.count == 1)
    #expect(lines.first?.hasPrefix("<WARNING>") == true && lines.first?.hasSuffix(": /svc:job{a}") == true)
    try host.finish()
  }

  @Test func `a typical create asks nothing of the host, in either mode`() throws {
    for processes in [false, true] {
      var package = Self.service(multiprocessing: processes)
      package.files["python/svc/main.py"]? += """

        from callpoint_vm.client import HostClient

        calls = []
        ask = HostClient._call

        def counted(self, method, params):
            calls.append(method)
            return ask(self, method, params)

        HostClient._call = counted
        """
      let host = try RunningHost(own: [package])
      // Reads its own instance and writes below the root; then tells what was asked of the host.
      _ = try Self.run(
        host,
        """
        import sys
        main = sys.modules[type(self).__module__]
        del main.calls[:]
        for number in range(20):
            entry = root.svc__result.create(f"{service.name}-{number}")
            entry.value = str(service.limit)
        before = list(main.calls)
        root.svc__result.create("count").value = str(before)
        """)
      #expect(try Self.value(host, "count") == "[]")
      try host.finish()
    }
  }

  @Test func `a commit whose callback read what another commit changed is run again`() throws {
    let host = try RunningHost(own: [Self.service()])
    let gate = host.fixtures.path + "/gate"
    _ = try host.merge(["svc:result": [["name": "input", "value": "old"]]])
    var client = try host.connect()
    let code = """
      import os, time
      seen = root.svc__result["input"].value
      while not os.path.exists("\(gate)"): time.sleep(0.01)
      root.svc__result.create("output").value = seen
      """
    _ = try client.send(
      "commit",
      ["edits": [["op": "merge", "path": "/", "value": ["svc:job": [["name": "a", "code": .string(code)]]]]]])
    try host.wait(until: { try host.log("svc").isEmpty || host.callpoint("svc-job")["calls"]?.int ?? 0 >= 1 })
    try host.commit([["op": "set", "path": "/svc:result{input}/value", "value": "new"]])
    #expect(FileManager.default.createFile(atPath: gate, contents: nil))
    _ = try client.receive().result.get()
    #expect(try Self.value(host, "output") == "new")
    try host.finish()
  }
}

@Suite struct `Action callbacks` {
  private static let package = FixturePackage(
    "act",
    yang: """
      container box {
        list item {
          key "name number";
          leaf name { type string; }
          leaf number { type uint8; }
          tailf:action plain { tailf:actionpoint act-plain; input { leaf text { type string; } } output { leaf text { type string; } } }
          tailf:action wrapped { tailf:actionpoint act-wrapped; input { leaf text { type string; } } output { leaf text { type string; } } }
        }
        tailf:action orphan { tailf:actionpoint act-orphan; }
        tailf:action slow { tailf:actionpoint act-slow; input { leaf seconds { type uint32; } } output { leaf text { type string; } } }
      }
      rpc ask { tailf:actionpoint act-ask; input { leaf text { type string; mandatory true; } } output { leaf text { type string; } } }
      """,
    python: """
      import threading
      import ncs
      import _ncs
      from ncs.application import Application
      from ncs.dp import Action

      aborted = threading.Event()

      def decorated(function):
          def wrapper(*args, **kwargs):
              return function(*args, **kwargs)
          return wrapper

      class Plain(Action):
          @Action.action
          def cb_action(self, uinfo, name, kp, input, output):
              output.text = f"{name} {kp} {kp[0][0]} {kp[0][1].as_pyval() + 1} {len(kp)} {uinfo.username} {uinfo.context} {input.text}"

      class Wrapped(Action):
          @Action.action
          @decorated
          def cb_action(self, uinfo, name, kp, input, output, trans):
              item = ncs.maagic.get_node(trans, kp)
              output.text = f"{item.name} {item.number} {item._path}"
              try:
                  item._parent.create("new", 1)
              except ncs.error.Error as error:
                  output.text += f" {error.confd_errno}"

      class Ask(Action):
          @Action.rpc
          def cb_action(self, uinfo, name, input, output):
              output.text = name + " " + input.text

      class Slow(Action):
          def cb_abort(self, uinfo):
              aborted.set()

          @Action.action
          def cb_action(self, uinfo, name, kp, input, output):
              if input.seconds:
                  _ncs.dp.action_set_timeout(uinfo, input.seconds)
              output.text = str(aborted.wait(3 if input.seconds else 60))

      class Main(Application):
          def setup(self):
              self.register_action("act-plain", Plain)
              self.register_action("act-wrapped", Wrapped)
              self.register_action("act-ask", Ask)
              self.register_action("act-slow", Slow)
              self.register_action("act-nowhere", Plain)
      """)

  @Test func `actions of an entry get name, keypath, user and transaction, through the user's own decorators`() throws {
    let host = try RunningHost(own: [Self.package])
    _ = try host.merge(["act:box": ["item": [["name": "a b", "number": 7]]]])
    let plain = try host.call(
      "action", ["path": "/act:box/item{\"a b\" 7}/plain", "input": ["text": "hi"], "user": "joe"])
    #expect(plain["output"]?["text"] == "plain /act:box/item{\"a b\" 7} a b 8 3 joe system hi")
    #expect(try host.action("/act:box/item{\"a b\" 7}/wrapped") == ["text": "a b 7 /act:box/item{\"a b\" 7} 4"])
    #expect(try host.action("/act:ask", ["text": "me"]) == ["text": "ask me"])
    let missing = try refusal { try host.action("/act:ask") }
    #expect(
      missing.kind == "invalid-value" && missing.message.contains("/act:ask needs the parameter 'text'"),
      "\(missing.message)")
    try host.finish()
  }

  @Test func `points without registration and registrations without a point are named`() throws {
    let host = try RunningHost(own: [Self.package])
    let status = try host.status()
    #expect(status["unregistered"]?[0]?["name"] == "act-orphan")
    #expect(status["unregistered"]?[0]?["paths"] == ["/act:box/orphan"])
    #expect(try host.callpoint("act-nowhere")["paths"] == [])
    #expect(try host.callpoint("act-plain")["paths"] == ["/act:box/item/plain"])
    let error = try refusal { try host.action("/act:box/orphan") }
    #expect(error.kind == "unknown-callpoint" && error.message == "no registration found for callpoint act-orphan")
    let printed = try host.printed()
    #expect(printed.contains("registered, but in no YANG module") && printed.contains("nobody registered it"))
    try host.finish()
  }

  @Test func `an action that takes too long is a timeout, and cb_abort runs; action_set_timeout moves it`() throws {
    let host = try RunningHost(own: [Self.package])
    // While the host starts, a request that waits would use up its time.
    _ = try host.status()
    let error = try refusal { try host.call("action", ["path": "/act:box/slow", "input": [:], "timeoutSeconds": 0.2]) }
    #expect(error.kind == "timeout" && error.message.contains("act-slow"), "\(error.message)")
    // The object saw the abort: the event is set for the next call, which needs no time.
    try host.wait(until: { try host.callpoint("act-slow")["calls"] == 1 })
    #expect(try host.action("/act:box/slow") == ["text": "True"])
    try host.finish()
    let patient = try RunningHost(own: [Self.package])
    let answer = try patient.call(
      "action", ["path": "/act:box/slow", "input": ["seconds": 60], "timeoutSeconds": 1.5])
    #expect(answer["output"]?["text"] == "False")
    try patient.finish()
  }

  @Test(arguments: [false, true])
  func `a callback calls an action of its own VM with every thread busy`(processes: Bool) throws {
    let host = try RunningHost(own: [.script(multiprocessing: processes)], options: ["--threads", "1"])
    let result = try host.script(
      """
      inner = root.script__script.run.get_input()
      inner.code = "other = root.script__script.other.get_input(); other.code = 'result = 40 + 2'; result = root.script__script.other(other).result"
      result = root.script__script.run(inner).result
      """)
    #expect(result == "\"42\"")
    try host.finish()
  }

  @Test func `a child that a callback forks or spawns talks to the host by itself`() throws {
    var package = FixturePackage.script(yang: "leaf answer { type string; }")
    package.files["python/script/jobs.py"] = """
      import ncs

      def work(text):
          with ncs.maapi.single_write_trans("admin", "system") as trans:
              ncs.maagic.get_root(trans).script__answer = text
              trans.apply()
          return text
      """
    let host = try RunningHost(own: [package])
    for method in ["spawn", "fork"] {
      let code = """
        import multiprocessing
        from script.jobs import work
        process = multiprocessing.get_context("\(method)").Process(target=work, args=("\(method)",))
        process.start()
        process.join()
        result = process.exitcode
        """
      #expect(try host.script(code) == 0)
      #expect(try host.get("/script:answer")["script:answer"]?.string == method)
    }
    try host.finish()
  }
}

@Suite struct `Nano service callbacks` {
  private static func package(_ statement: String = "", states: [String] = ["made"]) -> FixturePackage {
    FixturePackage(
      "nano",
      yang: """
        identity made { base ncs:plan-state; }
        identity tuned { base ncs:plan-state; }
        identity thing { base ncs:plan-component-type; }
        list thing {
          key name;
          leaf name { type string; }
          uses ncs:nano-plan-data;
          uses ncs:service-data;
          ncs:servicepoint nano-point;
        }
        list part { key name; leaf name { type string; } leaf note { type string; } }
        ncs:plan-outline nano-plan {
          ncs:component-type "nano:thing" {
            ncs:state "ncs:init";
            ncs:state "nano:made" { ncs:create { ncs:nano-callback; \(statement) } ncs:delete { ncs:nano-callback; } }
            ncs:state "nano:tuned" { ncs:create { ncs:nano-callback; } }
            ncs:state "ncs:ready";
          }
        }
        ncs:service-behavior-tree nano-point {
          ncs:plan-outline-ref "nano:nano-plan";
          ncs:selector { ncs:create-component "'one'" { ncs:component-type-ref "nano:thing"; } }
        }
        """,
      python: """
        from ncs.application import Application, NanoService

        class State(NanoService):
            @NanoService.create
            def cb_nano_create(self, tctx, root, service, plan, component, state, proplist, compproplist):
                part = root.nano__part.create(f"{service.name}-{state}")
                part.note = f"{component} {proplist} {[s.name for s in plan.component[component].state]}"
                if service.name == "bad" and state == "nano:tuned":
                    raise RuntimeError("cannot tune")
                return proplist + [(state, "done")]

            @NanoService.delete
            def cb_nano_delete(self, tctx, root, service, plan, component, state, proplist, compproplist):
                root.nano__part.create(f"{service.name}-gone").note = f"{state} {proplist}"

        class Main(Application):
            def setup(self):
                for state in \(states):
                    self.register_nano_service("nano-point", "nano:thing", "nano:" + state, State)
        """, multiprocessing: true)
  }

  @Test func `states run in order in processes of their own, and deleting runs cb_nano_delete`() throws {
    let host = try RunningHost(own: [Self.package(states: ["made", "tuned"])])
    #expect(try host.vm("nano")["mode"] == "multiprocessing")
    let names = (try host.vm("nano")["callpoints"]?.array ?? []).compactMap { $0["nanoState"]?.string }
    #expect(names == ["nano:made", "nano:tuned"])
    _ = try host.merge(["nano:thing": [["name": "x"]]])
    let parts = try host.get("/nano:part")["nano:part"]?.array ?? []
    #expect(parts.map { $0["name"] } == ["x-nano:made", "x-nano:tuned"])
    #expect(parts.last?["note"]?.string?.contains("('nano:thing', 'one') [('nano:made', 'done')]") == true, "\(parts)")
    let plan = try host.get("/nano:thing{x}/plan")["nano:thing"]?[0]?["plan"]?["component"]?[0]
    #expect(
      plan?["state"]?.array?.map { $0["name"] } == ["tailf-ncs:init", "nano:made", "nano:tuned", "tailf-ncs:ready"])
    #expect(plan?["state"]?.array?.allSatisfy { $0["status"] == "reached" } == true)
    let error = try refusal { try host.merge(["nano:thing": [["name": "bad"]]]) }
    #expect(error.message.hasPrefix("Python cb_nano_create error. cannot tune"))
    #expect(try host.get("/nano:thing{bad}") == [:])
    try host.commit([["op": "delete", "path": "/nano:thing{x}"]])
    let left = try host.get("/nano:part")["nano:part"]?.array ?? []
    #expect(left.map { $0["name"] } == ["x-gone"])
    #expect(left.first?["note"]?.string?.hasPrefix("nano:made ") == true)
    try host.finish()
  }

  @Test func `a state that nobody registered and a statement that is not supported are named`() throws {
    let host = try RunningHost(own: [Self.package()])
    let error = try refusal { try host.merge(["nano:thing": [["name": "x"]]]) }
    #expect(error.message.hasPrefix("no registration found for callpoint nano-point"), "\(error.message)")
    #expect(error.message.contains("nano:tuned"))
    try host.finish()
    let other = try RunningHost(
      own: [
        Self.package(
          "ncs:pre-condition { ncs:monitor \"/nano:part\" { ncs:trigger-expr \"note\"; } }", states: ["made", "tuned"])
      ])
    let refused = try refusal { try other.merge(["nano:thing": [["name": "x"]]]) }
    #expect(refused.kind == "not-supported")
    #expect(refused.message.contains("/nano/src/yang/nano.yang:") && refused.message.contains("pre-condition"))
    try other.finish()
  }
}
