import Foundation
import JSON
import Testing

@testable import callpoint

@Suite struct `Reload of a model` {
  private func model(_ host: RunningHost, _ yang: String, setup: String = "pass") throws {
    _ = try FixturePackage.sayer("a", "new", setup: setup, yang: yang).write(below: host.fixtures.path)
  }

  @Test func `a VM that does not change works on, and what it began before is in conflict`() throws {
    let host = try RunningHost(
      own: [
        .script(yang: "list thing { key name; leaf name { type string; } leaf size { type int32; } }"),
        .sayer("a", "old", yang: "augment \"/script:thing\" { leaf old { type string; } }", requires: ["script"])
          .importing("script"),
      ], options: ["--grace", "0.3"])
    _ = try host.merge(["script:thing": [["name": "t", "size": 1]]])
    let vm = try host.vm("script")["pid"]
    var client = try host.connect()
    let file = host.fixtures.path + "/go"
    // A callback with a transaction that it goes on with when the model is another one.
    _ = try client.send(
      "action",
      RunningHost.script(
        """
        import os, time
        root.script__thing["t"].size = 2
        while not os.path.exists("\(file)"): time.sleep(0.005)
        try:
            trans.apply()
        except Exception as error:
            result = str(error)
        """))
    try host.waitUntilRunning(1)
    _ = try FixturePackage.sayer(
      "a", "new", yang: "augment \"/script:thing\" { leaf fresh { type string; default \"d\"; } }", requires: ["script"]
    ).importing("script").write(below: host.fixtures.path)
    let results = try host.reload()
    #expect(results.mapValues(\.info) == ["a": "started again", "script": "unchanged"])
    try Data().write(to: URL(fileURLWithPath: file))
    let said = try client.receive().result.get()["output"]?["result"]?.string ?? ""
    #expect(said.contains("Conflict detected (70)") && said.contains("data model"), "\(said)")
    #expect(try host.get("/script:thing") == ["script:thing": [["name": "t", "size": 1]]])

    // It knows nothing of the new leaf, and passes it over.
    _ = try host.merge(["script:thing": [["name": "t", "a:fresh": "x"]]])
    let seen = try host.script(
      """
      thing = root.script__thing["t"]
      result = [thing.name, thing.size, len(root.script__thing)]
      thing.size = 5
      trans.apply()
      """)
    #expect(seen == ["t", 1, 1])
    #expect(try host.get("/script:thing") == ["script:thing": [["name": "t", "size": 5, "a:fresh": "x"]]])
    #expect(try host.vm("script")["pid"] == vm)
    try host.finish()
  }

  @Test func `a model that goes back brings back what it had left out, unless something was written since`() throws {
    let host = try RunningHost(own: [.sayer("a", "old", yang: "leaf old { type string; }"), .script()])
    _ = try host.merge(["a:old": "kept"])
    try model(host, "leaf fresh { type string; }", setup: "raise ValueError('no')")
    #expect(try host.reload()["a"]?.result == false)
    #expect(try host.get("/a:old") == ["a:old": "kept"])
    #expect(try host.word(of: "a") == "old")
    // A setup() that commits under the new model before it fails.
    try model(
      host, "leaf fresh { type string; } leaf both { type string; }",
      setup: """
        with ncs.maapi.single_write_trans("admin", "system") as trans:
                    ncs.maagic.get_root(trans).a__fresh = "seen by setup"
                    trans.apply()
                raise ValueError('later')
        """)
    let later = try host.reload()
    #expect(later["a"]?.info.contains("later") == true, "\(later)")
    #expect(try host.word(of: "a") == "old")
    #expect(try host.get("/a:old") == [:])
    _ = try host.merge(["a:old": "again"])
    try host.finish()
  }

  @Test func `a model that cannot go back stays, with what was written under it, and the answer says so`() throws {
    let host = try RunningHost(own: [.sayer("a", "old", yang: "leaf size { type uint8; }"), .script()])
    let sound = try host.soundness {
      _ = try host.word(of: "a")
      try host.script("pass")
    }
    _ = try host.merge(["a:size": 1])
    let before = try host.vm("a")["pid"]
    // What it commits has no place in the old model.
    try model(
      host, "leaf size { type string; }",
      setup: """
        with ncs.maapi.single_write_trans("admin", "system") as trans:
                    ncs.maagic.get_root(trans).a__size = "many"
                    trans.apply()
                raise ValueError('not today')
        """)
    let failed = try host.reload()
    let info = failed["a"]?.info ?? ""
    #expect(failed["a"]?.result == false && info.contains("not today"))
    #expect(info.contains("the old one keeps running, under the new model") && info.contains("/a:size"), "\(info)")
    #expect(failed["script"]?.info == "unchanged")
    #expect(try host.vm("a")["pid"] == before)
    #expect(try host.word(of: "a") == "old")
    #expect(try host.get("/a:size") == ["a:size": "many"])
    try sound.assertRecovered()

    // The old package is refused as any is whose model the data do not fit, until they do.
    _ = try FixturePackage.sayer("a", "back", yang: "leaf size { type uint8; }").write(below: host.fixtures.path)
    let refused = try refusal { try host.call("reload") }
    #expect(refused.kind == "invalid-value" && refused.message.contains("/a:size"), "\(refused)")
    _ = try host.merge(["a:size": "7"])
    #expect(try host.reload()["a"]?.info == "started again")
    #expect(try host.get("/a:size") == ["a:size": 7])
    #expect(try host.word(of: "a") == "back")
    try sound.assertRecovered()
    try host.finish()
  }

  @Test func `what setup() reads is of the new model, and its schema file is the only one left`() throws {
    let host = try RunningHost(own: [.sayer("a", "old")])
    _ = try host.word(of: "a")
    try model(
      host, "leaf fresh { type string; default \"new\"; }",
      setup: """
        with ncs.maapi.single_read_trans("admin", "system") as trans:
                    assert ncs.maagic.get_root(trans).a__fresh == "new"
        """)
    #expect(try host.reload()["a"]?.info == "started again")
    try host.wait(
      until: {
        try FileManager.default.contentsOfDirectory(atPath: host.directory.path).count { $0.hasPrefix("schema-") } == 1
      }, "a schema file stays that nobody needs")
    try host.finish()
  }
}

extension FixturePackage {
  /// The same package, whose module imports another one under its own name.
  fileprivate func importing(_ module: String) -> FixturePackage {
    var copy = self
    copy.files = files.mapValues {
      $0.replacing("import tailf-ncs", with: "import \(module) { prefix \(module); }\n  import tailf-ncs")
    }
    return copy
  }
}
