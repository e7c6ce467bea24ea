import Foundation
import JSON
import Testing

@testable import callpoint

@Suite struct `Stacked services` {
  /// A package of two services: each instance of the upper one writes the only instance of the lower one, which writes
  /// what it was given into a list.
  private static func package(in directory: TemporaryDirectory) throws -> String {
    let files = [
      "package-meta-data.xml": """
      <ncs-package xmlns="http://tail-f.com/ns/ncs-packages">
        <name>stack</name><package-version>1.0</package-version>
        <component><name>main</name><application><python-class-name>stack.Main</python-class-name></application></component>
      </ncs-package>
      """,
      "python/stack.py": """
      import ncs
      from ncs.application import Service

      class Upper(Service):
          @Service.create
          def cb_create(self, tctx, root, service, proplist):
              root.lower.create("shared").text = service.name

      class Lower(Service):
          @Service.create
          def cb_create(self, tctx, root, service, proplist):
              root.written.create(service.text)

      class Main(ncs.application.Application):
          def setup(self):
              self.register_service("upper", Upper)
              self.register_service("lower", Lower)
      """,
      "src/yang/stack.yang": """
      module stack {
        yang-version 1.1; namespace "urn:stack"; prefix stack;
        import tailf-ncs { prefix ncs; }
        list upper { key name; leaf name { type string; } uses ncs:service-data; ncs:servicepoint upper; }
        list lower {
          key name; leaf name { type string; } leaf text { type string; }
          uses ncs:service-data; ncs:servicepoint lower;
        }
        list written { key name; leaf name { type string; } }
      }
      """,
    ]
    for (name, text) in files {
      let file = URL(fileURLWithPath: directory.path + "/stack/" + name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    return directory.path + "/stack"
  }

  @Test func `commits that write one lower instance all succeed, and leave nothing when all are taken back`() throws {
    let directory = try TemporaryDirectory()
    let host = try RunningHost([try Self.package(in: directory)])
    var client = try host.connect()
    let names = (1...32).map { "u\($0)" }
    for name in names {
      _ = try client.send("commit", ["edits": [["op": "create", "path": .string("/stack:upper{\(name)}")]]])
    }
    for _ in names { _ = try client.receive().result.get() }
    let data = try host.call("get", ["path": "/"])["data"]
    let text = try #require(data?["stack:lower"]?[0]?["text"]?.string)
    #expect(data?["stack:written"] == [["name": .string(text)]])
    for name in names {
      _ = try client.send("commit", ["edits": [["op": "delete", "path": .string("/stack:upper{\(name)}")]]])
    }
    for _ in names { _ = try client.receive().result.get() }
    #expect(try host.call("get", ["path": "/"])["data"] == [:])
    try host.finish()
  }
}
