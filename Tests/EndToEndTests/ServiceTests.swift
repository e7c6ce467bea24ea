import Foundation
import JSON
import Testing

@testable import callpoint

@Suite struct `Services` {
  private static func document(_ name: String) throws -> JSONValue {
    try JSONValue(parsing: String(contentsOfFile: RunningHost.examples + "/" + name, encoding: .utf8))
  }

  private static func interface(_ host: RunningHost, _ device: String) throws -> JSONValue? {
    let data = try host.call("get", ["path": .string("/ncs:devices/device{\(device)}/config/r:interfaces")])["data"]
    let config = data?["tailf-ncs:devices"]?["device"]?[0]?["config"]?["demo-router:interfaces"]
    return config?["interface"]?.array?.first { $0["name"]?.string == "GigabitEthernet0/1" }
  }

  @Test func `a commit runs create and configures devices, a dry run changes nothing`() throws {
    let host = try RunningHost(["demo-router", "l3vpn"], load: "devices.json")
    let vpn = try Self.document("vpn.json")
    let preview = try host.merge(vpn, dryRun: true)
    #expect((preview["changes"]?.array?.count ?? 0) > 4)
    #expect(try Self.interface(host, "ce0") == nil)
    let result = try host.merge(vpn)
    #expect(result["changes"] == preview["changes"])
    #expect(try Self.interface(host, "ce0")?["description"] == "acme/berlin")
    try host.finish()
  }

  @Test func `an update takes back what the last create wrote, a delete takes back everything`() throws {
    let host = try RunningHost(["demo-router", "l3vpn"], load: "devices.json")
    let before = try host.call("get", ["path": "/ncs:devices"])
    _ = try host.merge(try Self.document("vpn.json"))
    let edits: JSONValue = [
      ["op": "set", "path": "/l3vpn:vpn/l3vpn{acme}/endpoint{berlin}/ce-interface", "value": "GigabitEthernet0/7"]
    ]
    _ = try host.call("commit", ["edits": edits])
    #expect(try Self.interface(host, "ce0") == nil)
    #expect(try Self.interface(host, "ce1") != nil)
    _ = try host.call("commit", ["edits": [["op": "delete", "path": "/l3vpn:vpn/l3vpn{acme}"]]])
    #expect(try host.call("get", ["path": "/ncs:devices"]) == before)
    try host.finish()
  }

  @Test func `committing what is there already runs nothing`() throws {
    let host = try RunningHost(["demo-router", "l3vpn"], load: "devices.json")
    _ = try host.merge(try Self.document("vpn.json"))
    let calls = try host.callpoint("l3vpn-servicepoint")["calls"]
    let result = try host.merge(try Self.document("vpn.json"))
    #expect(result["changes"] == [])
    #expect(try host.callpoint("l3vpn-servicepoint")["calls"] == calls)
    try host.finish()
  }

  @Test func `a create that raises leaves nothing behind, and the log has the traceback`() throws {
    let host = try RunningHost(["demo-router", "l3vpn"], load: "devices.json")
    _ = try host.merge(try Self.document("vpn.json"))
    let before = try host.call("get", ["path": "/"])
    let error = try refusal {
      try host.call(
        "commit",
        ["edits": [["op": "set", "path": "/l3vpn:vpn/l3vpn{acme}/endpoint{lyon}/bandwidth", "value": 666]]])
    }
    #expect(error.kind == "callback-error")
    #expect(error.message.hasPrefix("Python cb_create error. no policer for 666 kbit/s"))
    #expect(try host.log("l3vpn").contains("Traceback (most recent call last):"))
    #expect(try host.call("get", ["path": "/"]) == before)
    try host.finish()
  }

  @Test func `a validation point refuses a commit`() throws {
    let host = try RunningHost(["demo-router", "l3vpn"], load: "devices.json")
    _ = try host.merge(try Self.document("vpn.json"))
    let error = try refusal {
      try host.call(
        "commit", ["edits": [["op": "set", "path": "/l3vpn:vpn/l3vpn{acme}/as-number", "value": 23456]]])
    }
    #expect(error.kind == "callback-error")
    #expect(error.message.contains("AS number 23456 is reserved"))
    try host.finish()
  }

  @Test func `independent commits run their callbacks in parallel`() throws {
    let host = try RunningHost(["demo-router", "vlan"], load: "devices.json")
    var client = try host.connect()
    for number in 1...12 {
      let vlan: JSONValue = [
        "name": .string("v\(number)"), "vlan-id": .integer(Int64(number)), "device": ["ce0", "ce1"],
      ]
      _ = try client.send("commit", ["edits": [["op": "merge", "path": "/vlan:vlans", "value": ["vlan": [vlan]]]]])
    }
    for _ in 1...12 { _ = try client.receive().result.get() }
    let vlans = try host.call("get", ["path": "/vlan:vlans"])["data"]?["vlan:vlans"]?["vlan"]?.array
    #expect(vlans?.count == 12)
    try host.finish()
  }

  @Test func `a nano service runs its states in order and the plan shows each as reached, a delete leaves them`() throws
  {
    let host = try RunningHost(["vrouter"])
    _ = try host.merge(["vrouter:vrouter": [["name": "r1"]]])
    let data = try host.call("get", ["path": "/vr:vrouter{r1}"])["data"]
    let plan = data?["vrouter:vrouter"]?[0]?["plan"]?["component"]?.array ?? []
    let states = plan.flatMap { $0["state"]?.array ?? [] }
    #expect(states.count >= 4)
    #expect(states.allSatisfy { $0["status"] == "reached" })
    let machine = try host.call("get", ["path": "/vr:vm-instance"])["data"]?["vrouter:vm-instance"]?[0]
    #expect(machine?["boot-image"]?.string?.hasPrefix("vrouter-") == true)

    _ = try host.call("commit", ["edits": [["op": "delete", "path": "/vr:vrouter{r1}"]]])
    #expect(try host.call("get", ["path": "/vr:vrouter"])["data"] == [:])
    #expect(try host.call("get", ["path": "/vr:vm-instance"])["data"] == [:])
    // What the delete callback wrote stays.
    #expect(try host.call("get", ["path": "/vr:vm-released"])["data"] == ["vrouter:vm-released": [["name": "r1"]]])
    try host.finish()
  }
}

@Suite struct `Rules of the model` {
  @Test func `a commit that breaks one changes nothing and names the path`() throws {
    let host = try RunningHost(["demo-router", "l3vpn"], load: "devices.json")
    let before = try host.call("get", ["path": "/"])
    let error = try refusal {
      try host.merge([
        "l3vpn:vpn": [
          "l3vpn": [
            [
              "name": "acme", "as-number": 64512,
              "endpoint": [["id": "e", "ce-device": "ce0", "ce-interface": "x", "ip-network": "10.0.0.0/24"]],
            ]
          ]
        ]
      ])
    }
    #expect(error.message.contains("/l3vpn:vpn/l3vpn{acme}/endpoint{e}/bandwidth"))
    #expect(try host.call("get", ["path": "/"]) == before)
    try host.finish()
  }
}
