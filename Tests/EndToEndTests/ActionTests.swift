import Foundation
import Glibc
import JSON
import Kernel
import Testing

@testable import callpoint

@Suite struct `Actions` {
  @Test func `an action gets its input and returns its output`() throws {
    let host = try RunningHost(["actions"], load: nil)
    #expect(try host.action("/actions:actions/double", ["number": 21]) == ["result": 42])
    try host.finish()
  }

  @Test func `an exception, a refusal and wrong input each say what was wrong`() throws {
    let host = try RunningHost(["actions"])
    let raised = try refusal { try host.action("/actions:actions/divide", ["dividend": 1, "divisor": 0]) }
    #expect(raised.kind == "callback-error" && raised.message.hasPrefix("Python cb_action error. "))
    #expect(try host.log("actions").contains("ZeroDivisionError"))
    let refused = try refusal { try host.action("/actions:actions/refuse") }
    #expect(refused.kind == "callback-error")
    let wrong = try refusal { try host.action("/actions:actions/double", ["number": 300]) }
    #expect(wrong.kind == "invalid-value" && wrong.message.contains("/actions:actions/double/number"))
    let unknown = try refusal { try host.action("/actions:actions/double", ["numbr": 3]) }
    #expect(unknown.kind == "invalid-path")
    let missing = try refusal { try host.action("/actions:actions/double") }
    #expect(missing.kind == "invalid-value" && missing.message.contains("number"))
    let nowhere = try refusal { try host.action("/actions:servers/server{s9}/reboot") }
    #expect(nowhere.kind == "invalid-path" && nowhere.message.contains("does not exist"))
    try host.finish()
  }

  @Test func `what is called again is checked again`() throws {
    let host = try RunningHost(["actions"], load: nil)
    let path = "/actions:actions/double"
    for number in [21, 4, 100] {
      #expect(try host.action(path, ["number": .init(number)])["result"]?.int == 2 * number)
    }
    let wrong: [(JSONValue, String, String)] = [
      (["number": 300], "invalid-value", "/actions:actions/double/number"), (["numbr": 3], "invalid-path", "numbr"),
      ([:], "invalid-value", "number"), (["number": [3]], "invalid-value", "number"), (3, "invalid-value", "input"),
    ]
    for (input, kind, part) in wrong {
      let error = try refusal { try host.call("action", ["path": .string(path), "input": input]) }
      #expect(error.kind == kind && error.message.contains(part), "\(error)")
    }
    #expect(try host.action(path, ["actions:number": "7"]) == ["result": 14])
    let socket = try UnixSocket.connect(path: host.process.socketPath)
    let twice = #"{"id":1,"method":"action","params":{"path":"\#(path)","input":{"number":1,"number":2}}}"# + "\n"
    #expect(write(socket.number, twice, twice.utf8.count) == twice.utf8.count)
    var buffer = [UInt8](repeating: 0, count: 4096)
    let answer = try JSONValue(parsing: buffer[..<max(0, read(socket.number, &buffer, buffer.count))])
    #expect(answer["id"] == .null && answer["error"]?["code"] == -32700, "\(answer)")
    try host.finish()
  }

  @Test func `an instance that has gone has no actions any more`() throws {
    let host = try RunningHost(["actions"], load: nil)
    let server = "/actions:servers/server{s1}"
    for _ in 1...2 {
      _ = try host.commit([["op": "create", "path": .string(server)]])
      for _ in 1...2 { _ = try host.action(server + "/reboot") }
      _ = try host.commit([["op": "delete", "path": .string(server)]])
      #expect(try refusal { try host.action(server + "/reboot") }.message.contains("does not exist"))
    }
    try host.finish()
  }

  @Test func `a callback that blocks does not delay another request to its callpoint`() throws {
    let host = try RunningHost(["actions"])
    var client = try host.connect()
    let slow = try client.send("action", ["path": "/actions:actions/sleep", "input": ["milliseconds": 60_000]])
    for _ in 1...5 {
      let quick = try client.send("action", ["path": "/actions:actions/sleep", "input": ["milliseconds": 0]])
      let answer = try client.receive()
      #expect(answer.id == quick && answer.id != slow)
    }
    // The host stops only after its grace period otherwise: the callback sleeps for a minute.
    host.process.killAtOnce()
    host.process.reap()
  }

  @Test func `an rpc is called at the root`() throws {
    let host = try RunningHost(["demo-router", "actions", "inventory"], load: "devices.json")
    #expect(try host.action("/actions:count-servers")["count"]?.int == 0)
    try host.finish()
  }

  @Test func `two packages in one VM share its memory`() throws {
    let host = try RunningHost(["shared-a", "shared-b"])
    let first = try host.action("/shared-a:shared-a/draw")
    let second = try host.action("/shared-b:shared-b/draw")
    #expect(first["pid"] == second["pid"] && first["pid"] != nil)
    #expect(first["ticket"] != second["ticket"])
    try host.finish()
  }

  @Test func `a point that nobody registered is named`() throws {
    let host = try RunningHost(["actions"])
    let status = try host.status()
    #expect(status["unregistered"] == [])
    try host.finish()
  }
}
