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
    #expect(result == ["packages": [["name": "note", "result": true]]])
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
    let results = try host.call("reload")["packages"]?.array ?? []
    let note = results.first { $0["name"] == "note" }
    #expect(note?["result"] == false && note?["info"]?.string?.contains("nowhere") == true)
    #expect(results.first { $0["name"] == "actions" }?["result"] == true)
    #expect(try host.action("/actions:actions/double", ["number": 1]) == ["result": 2])
    try host.finish()
  }
}
