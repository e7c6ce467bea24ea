import Foundation
import Glibc
import JSON
import Testing

@testable import callpoint

/// A service callback that commits something itself, in a transaction of its own, while it runs in somebody's commit.
@Suite struct `Commits made by callbacks` {
  private let gates: TemporaryDirectory
  private let host: RunningHost

  /// Starts a host whose service `outer` commits an instance of `inner`, a service of another VM, which waits to be told.
  init() throws {
    gates = try TemporaryDirectory()
    func service(_ name: String, _ body: String) -> FixturePackage {
      FixturePackage(
        name,
        yang: """
          list \(name) {
            key name; leaf name { type string; }
            uses ncs:service-data; ncs:servicepoint \(name)-servicepoint;
          }
          leaf-list done { type string; }
          """,
        python: """
          import os, time
          import ncs
          from ncs.application import Application, Service

          class Create(Service):
              @Service.create
              def cb_create(self, tctx, root, service, proplist):
                  \(body)
                  root.\(name)__done.create(service.name)

          class Main(Application):
              def setup(self):
                  self.register_service("\(name)-servicepoint", Create)
          """)
    }
    let commits = """
      with ncs.maapi.single_write_trans("admin", "system") as trans:
                  ncs.maagic.get_root(trans).inner__inner.create(service.name)
                  trans.apply()
              open("\(gates.path)/" + service.name + "-over", "w").close()
      """
    let waits = """
      open("\(gates.path)/" + service.name + "-began", "w").close()
              while not os.path.exists("\(gates.path)/" + service.name):
                  time.sleep(0.005)
      """
    host = try RunningHost(own: [service("outer", commits), service("inner", waits)])
  }

  private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(gates.path)/\(name)") }

  private func open(_ name: String) {
    #expect(FileManager.default.createFile(atPath: "\(gates.path)/\(name)", contents: nil))
  }

  private static func create(_ name: String) -> JSONObject {
    ["edits": [["op": "merge", "path": "/", "value": ["outer:outer": [["name": .string(name)]]]]]]
  }

  /// With the second answer the host has seen the end of every connection that was closed before.
  private func waitUntilNoticed() throws {
    var client = try host.connect()
    _ = try client.call("status")
    _ = try client.call("status")
  }

  private func soundness() throws -> Soundness {
    let names = (0...9).map { "s\($0)" }
    for name in names { open(name) }
    var next = names.makeIterator()
    return try host.soundness { _ = try host.call("commit", Self.create(next.next() ?? "")) }
  }

  /// What is in the data of one instance.
  private func traces(of name: String) throws -> [String] {
    let data = try host.get("/")
    return ["outer:outer", "outer:done", "inner:inner", "inner:done"].filter { list in
      (data[list]?.array ?? []).contains { $0["name"]?.string == name || $0.string == name }
    }
  }

  @Test func `are applied also when the commit in which the callback runs has been given up`() throws {
    let sound = try soundness()
    do {
      var leaves = try host.connect()
      _ = try leaves.send("commit", Self.create("a"))
      try host.wait(until: { exists("a-began") }, "the inner callback does not begin")
    }
    try waitUntilNoticed()
    #expect(try traces(of: "a") == [])
    open("a")
    // The callback is not interrupted, and what it asks for is carried out.
    try host.wait(until: { exists("a-over") }, "the callback's own commit has no outcome")
    #expect(try traces(of: "a") == ["inner:inner", "inner:done"])
    try sound.assertRecovered()
    #expect(try traces(of: "a") == ["inner:inner", "inner:done"])
    // What it did is there; the instance that was given up can be made.
    _ = try host.call("commit", Self.create("a"))
    #expect(try traces(of: "a") == ["outer:outer", "outer:done", "inner:inner", "inner:done"])
    try host.finish()
  }

  @Test func `are given up with the process that made them, once a callback of theirs has ended`() throws {
    let sound = try soundness()
    let outer = try #require(host.vm("outer")["pid"]?.int)
    var client = try host.connect()
    _ = try client.send("commit", Self.create("a"))
    try host.wait(until: { exists("a-began") }, "the inner callback does not begin")
    kill(Int32(outer), SIGKILL)
    let lost = try refusal { try client.receive().result.get() }
    #expect(lost.kind == "worker-lost", "\(lost)")
    try waitUntilNoticed()
    #expect(try host.callpoint("inner-servicepoint")["running"] == 1)
    open("a")
    try host.wait(
      until: { try host.callpoint("inner-servicepoint")["inFlight"] == 0 }, "the inner callback does not end")
    #expect(try traces(of: "a") == [] && !exists("a-over"))
    try sound.assertRecovered(clients: 1)
    _ = try host.call("commit", Self.create("a"))
    #expect(try traces(of: "a") == ["outer:outer", "outer:done", "inner:inner", "inner:done"])
    try host.finish()
  }
}
