import Foundation
import JSON
import Testing

@testable import callpoint

/// Commits of many instances, and of Python's own sessions.
@Suite(.timeLimit(.minutes(30))) struct `Commits` {
  private static let notes = FixturePackage(
    "notes",
    yang: """
      list note { key name; leaf name { type string; } uses ncs:service-data; ncs:servicepoint notes-note; }
      list written { key name; leaf name { type string; } }
      container tools { tailf:action try-again {
        tailf:actionpoint notes-try-again;
        output { leaf error { type string; } } }
      }
      """,
    python: """
      import ncs

      class Note(ncs.application.Service):
          @ncs.application.Service.create
          def cb_create(self, tctx, root, service, proplist):
              if service.name == "bad":
                  raise ValueError("bad note")
              root.notes__written.create(service.name)

      class TryAgain(ncs.dp.Action):
          @ncs.dp.Action.action
          def cb_action(self, uinfo, name, kp, input, output):
              with ncs.maapi.single_write_trans("admin", "system") as trans:
                  root = ncs.maagic.get_root(trans)
                  root.notes__note.create("a-good-one")
                  root.notes__note.create("bad")
                  try:
                      trans.apply()
                  except Exception as error:
                      output.error = str(error)
                  del root.notes__note["a-good-one"]
                  del root.notes__note["bad"]
                  root.notes__note.create("other")
                  trans.apply()

      class Main(ncs.application.Application):
          def setup(self):
              self.register_service("notes-note", Note)
              self.register_action("notes-try-again", TryAgain)
      """)

  private func names(_ list: String, _ host: RunningHost) throws -> [String] {
    let entries = try host.call("get", ["path": .string("/notes:\(list)")])["data"]?["notes:\(list)"]?.array ?? []
    return entries.compactMap { $0["name"]?.string }
  }

  @Test func `a session goes on after a failed commit without what services wrote for it`() throws {
    let directory = try TemporaryDirectory()
    let host = try RunningHost([Self.notes.write(below: directory.path)])
    let output = try host.call("action", ["path": "/notes:tools/try-again"])["output"]
    #expect(output?["error"]?.string?.contains("bad note") == true)
    #expect(try names("note", host) == ["other"])
    #expect(try names("written", host) == ["other"])
    try host.finish()
  }

  @Test func `many thousands of instances go in one commit`() throws {
    let directory = try TemporaryDirectory()
    let path = try Self.notes.write(below: directory.path)
    let instances = (0..<10_000).map { JSONValue.object(["name": .string("n\($0)")]) }
    let document: JSONValue = ["notes:note": .array(instances)]
    try Data(document.text.utf8).write(to: URL(fileURLWithPath: directory.path + "/notes.json"))
    let host = try RunningHost([path], load: directory.path + "/notes.json")
    #expect(try names("note", host).count == 10_000)
    _ = try host.call("commit", ["edits": [["op": "delete", "path": "/notes:note"]]])
    #expect(try names("note", host).isEmpty)
    try host.finish()
  }
}
