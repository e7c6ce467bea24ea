import Foundation
import JSON
import Testing

@testable import callpoint

@Suite struct `Reload` {
  /// A service that writes its instance's text into a list, in a directory that the test may change.
  private final class Package {
    let directory: TemporaryDirectory
    var path: String { directory.path + "/note" }

    init() throws {
      directory = try TemporaryDirectory()
      try write(
        "package-meta-data.xml",
        """
        <ncs-package xmlns="http://tail-f.com/ns/ncs-packages">
          <name>note</name><package-version>1.0</package-version>
          <component><name>main</name><application><python-class-name>note.Main</python-class-name></application></component>
        </ncs-package>
        """)
      try code(suffix: "one")
      try model(extra: "")
    }

    func code(suffix: String) throws {
      try write(
        "python/note.py",
        """
        import ncs
        from ncs.application import Service

        class Notes(Service):
            @Service.create
            def cb_create(self, tctx, root, service, proplist):
                root.written.create(service.name + "-\(suffix)")

        class Main(ncs.application.Application):
            def setup(self):
                self.register_service("note-servicepoint", Notes)
        """)
    }

    func model(extra: String) throws {
      try write(
        "src/yang/note.yang",
        """
        module note {
          yang-version 1.1; namespace "urn:note"; prefix note;
          import tailf-ncs { prefix ncs; }
          \(extra)
          list note { key name; leaf name { type string; } uses ncs:service-data; ncs:servicepoint note-servicepoint; }
          list written { key name; leaf name { type string; } }
        }
        """)
    }

    func write(_ name: String, _ text: String) throws {
      let file = URL(fileURLWithPath: path + "/" + name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
  }

  private func written(_ host: RunningHost) throws -> [String] {
    let list = try host.call("get", ["path": "/note:written"])["data"]?["note:written"]?.array ?? []
    return list.compactMap { $0["name"]?.string }
  }

  @Test func `new code and a new model take effect, and data and what services wrote stay`() throws {
    let package = try Package()
    let host = try RunningHost([package.path])
    _ = try host.merge(["note:note": [["name": "a"]]])
    #expect(try written(host) == ["a-one"])

    try package.code(suffix: "two")
    try package.model(extra: "leaf greeting { type string; }")
    let result = try host.call("reload")
    #expect(result == ["packages": [["name": "note", "result": true, "info": "started again"]]])
    #expect(try written(host) == ["a-one"])
    _ = try host.merge(["note:greeting": "hello", "note:note": [["name": "b"]]])
    #expect(try written(host) == ["a-one", "b-two"])
    _ = try host.call("commit", ["edits": [["op": "delete", "path": "/note:note{a}"]]])
    #expect(try written(host) == ["b-two"])
    try host.finish()
  }

  @Test func `a package that does not load any more is named, and data that do not fit stop the reload`() throws {
    let package = try Package()
    try package.model(extra: "leaf number { type string; }")
    let host = try RunningHost([package.path, "actions"])
    _ = try host.merge(["note:number": "many"])
    try package.model(extra: "leaf number { type uint8; }")
    let refused = try refusal { try host.call("reload") }
    #expect(refused.kind == "invalid-value" && refused.message.contains("/note:number"))
    #expect(try host.action("/actions:actions/double", ["number": 1]) == ["result": 2])

    try package.model(extra: "leaf number { type string; }")
    try package.write("python/note.py", "import nowhere\n")
    let results = try host.reload()
    #expect(results["note"]?.result == false && results["note"]?.info.contains("nowhere") == true)
    #expect(results["note"]?.info.contains("the old one keeps running") == true)
    #expect(results["actions"]?.result == true && results["actions"]?.info == "unchanged")
    #expect(try host.action("/actions:actions/double", ["number": 1]) == ["result": 2])
    _ = try host.merge(["note:note": [["name": "a"]]])
    #expect(try written(host) == ["a-one"])
    try host.finish()
  }

  // MARK: What changed

  @Test(arguments: [false, true])
  func `only what changed starts, and callbacks that run finish where they are`(multiprocessing: Bool) throws {
    let host = try RunningHost(own: [
      .sayer("a", "one", multiprocessing: multiprocessing), .sayer("b", "one"), .sayer("lib", "one"),
      .sayer("user", "one", requires: ["lib"]),
    ])
    let before = try pids(host)
    var client = try host.connect()
    let file = host.fixtures.path + "/go"
    _ = try client.send("action", RunningHost.say("a", until: file))
    try host.wait(until: { try host.callpoint("a-say")["running"]?.int == 1 })

    _ = try FixturePackage.sayer("a", "two", multiprocessing: multiprocessing).write(below: host.fixtures.path)
    _ = try FixturePackage.sayer("lib", "two").write(below: host.fixtures.path)
    let results = try host.reload()
    #expect(
      results.mapValues(\.info) == [
        "a": "started again", "b": "unchanged", "lib": "started again", "user": "started again",
      ])
    // The old process has its callback still, and everybody else is served by the new one.
    #expect(try words(host, "a", "lib") == ["two", "two"])
    try Data().write(to: URL(fileURLWithPath: file))
    #expect(try client.receive().result.get()["output"]?["word"] == "one")
    let after = try pids(host)
    #expect(before["b"] == after["b"] && Set(before.values).intersection(after.values).count == 1)
    try host.wait(until: { try host.log("a").contains("Main FINISHED") })
    #expect(try host.reload().mapValues(\.info).values.allSatisfy { $0 == "unchanged" })
    #expect(try pids(host) == after)
    try host.finish()
  }

  private func words(_ host: RunningHost, _ packages: String...) throws -> [String?] {
    try packages.map { try host.word(of: $0) }
  }

  private func pids(_ host: RunningHost) throws -> [String: Int] {
    let vms = (try host.status()["vms"]?.array ?? []).filter { $0["standing"] == nil }
    return Dictionary(vms.map { ($0["name"]?.string ?? "", $0["pid"]?.int ?? 0) }, uniquingKeysWith: { $1 })
  }

  @Test(
    arguments: [
      ("import nowhere", "pass", "nowhere"), ("", "raise ValueError('not today')", "not today"),
      ("", "os._exit(3)", "exit status 3"), ("", "time.sleep(1000)", "did not start within"),
      ("", "self.register_action('b-say', Say)", "already registered by package b"),
    ], [false, true])
  func `a package whose new version does not start keeps running its old one, which notices nothing`(
    fault: (start: String, setup: String, reason: String), multiprocessing: Bool
  ) throws {
    let host = try RunningHost(
      own: [.sayer("a", "one", multiprocessing: multiprocessing), .sayer("b", "one")],
      options: ["--start-timeout", "5"])
    let sound = try host.soundness {
      let said = try words(host, "a", "b")
      #expect(said == ["one", "one"])
    }
    let before = try pids(host)
    _ = try FixturePackage.sayer(
      "a", "two", setup: fault.setup, start: fault.start, yang: "leaf more { type string; }",
      multiprocessing: multiprocessing
    ).write(below: host.fixtures.path)
    let failed = try host.reload()
    #expect(failed["a"]?.result == false && failed["a"]?.info.contains(fault.reason) == true, "\(failed)")
    #expect(failed["b"]?.info == "unchanged")
    #expect(try pids(host) == before)
    // Its model went back with it.
    #expect(try refusal { try host.merge(["a:more": "x"]) }.message.contains("more"))
    try sound.assertRecovered()

    _ = try FixturePackage.sayer("a", "three", yang: "leaf more { type string; }", multiprocessing: multiprocessing)
      .write(below: host.fixtures.path)
    #expect(try host.reload()["a"]?.info == "started again")
    #expect(try host.word(of: "a") == "three")
    _ = try host.merge(["a:more": "x"])
    try host.finish()
  }

  @Test(arguments: ["package-meta-data.xml", "src/yang/a.yang"])
  func `a package whose metadata or YANG cannot be read keeps both, and its VM`(file: String) throws {
    let host = try RunningHost(own: [.sayer("a", "one", yang: "leaf a1 { type string; }"), .sayer("b", "one")])
    _ = try host.merge(["a:a1": "kept"])
    let before = try pids(host)
    try Data("<ncs-package".utf8).write(to: URL(fileURLWithPath: "\(host.fixtures.path)/a/\(file)"))
    _ = try FixturePackage.sayer("b", "two", yang: "leaf b2 { type string; }").write(below: host.fixtures.path)
    let results = try host.reload()
    #expect(results["a"]?.result == false && results["a"]?.info.contains(file) == true)
    #expect(results["b"]?.result == true)
    let after = try pids(host)
    #expect(after["a"] == before["a"] && after["b"] != before["b"])
    _ = try host.merge(["b:b2": "new"])
    #expect(try host.get("/a:a1") == ["a:a1": "kept"])
    #expect(try words(host, "a", "b") == ["one", "two"])
    try host.finish()
  }

  @Test func `packages come and go, and begin and cease to share a VM`() throws {
    let packages = try TemporaryDirectory()
    for name in ["a", "b"] { _ = try FixturePackage.sayer(name, "one").write(below: packages.path) }
    let host = try RunningHost([packages.path])
    #expect(try host.word(of: "a") == "one")
    try FileManager.default.removeItem(atPath: packages.path + "/a")
    _ = try FixturePackage.sayer("c", "one").write(below: packages.path)
    let changed = try host.reload()
    #expect(changed.mapValues(\.info) == ["a": "stopped: it is not there any more", "b": "unchanged", "c": "started"])
    #expect(try host.word(of: "c") == "one")
    #expect(try refusal { try host.call("action", RunningHost.say("a")) }.kind == "invalid-path")
    for name in ["b", "c"] { _ = try FixturePackage.sayer(name, "two", vm: "shared").write(below: packages.path) }
    _ = try host.reload()
    #expect(try words(host, "b", "c") == ["two", "two"])
    #expect(try pids(host).keys.sorted() == ["shared"])
    for name in ["b", "c"] { _ = try FixturePackage.sayer(name, "three").write(below: packages.path) }
    _ = try host.reload()
    #expect(try words(host, "b", "c") == ["three", "three"])
    #expect(try pids(host).keys.sorted() == ["b", "c"])
    try host.wait(until: { try host.log("shared").components(separatedBy: "Main FINISHED").count == 3 })
    try host.finish()
  }

  @Test func `a stopped VM stays stopped until its package changes, and a failed one starts again`() throws {
    let flag = try TemporaryDirectory()
    let host = try RunningHost(own: [
      .sayer("a", "one"), .sayer("b", "one", setup: "assert not os.path.exists('\(flag.path)/broken')"),
    ])
    try Data().write(to: URL(fileURLWithPath: flag.path + "/broken"))
    for name in ["a", "b"] { _ = try host.call("stop", ["vm": .string(name)]) }
    let failed = try refusal { try host.call("start", ["vm": "b"]) }
    #expect(failed.kind == "unavailable")
    try FileManager.default.removeItem(atPath: flag.path + "/broken")
    #expect(try host.reload().mapValues(\.info) == ["a": "unchanged", "b": "started again"])
    #expect(try host.word(of: "b") == "one")
    #expect(try refusal { try host.call("action", RunningHost.say("a")) }.message == "VM a is stopped")
    _ = try FixturePackage.sayer("a", "two").write(below: host.fixtures.path)
    #expect(try host.reload()["a"]?.info == "started again")
    #expect(try host.word(of: "a") == "two")
    try host.finish()
  }
}
