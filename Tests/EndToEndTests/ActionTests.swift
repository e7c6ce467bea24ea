import Foundation
import JSON
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
