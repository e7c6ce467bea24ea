import Foundation
import JSON
import Testing

@testable import callpoint

@Suite struct `Data store` {
  private static let package = FixturePackage(
    "model",
    yang: """
      identity shape; identity round { base shape; } identity flat { base shape; }
      typedef percent { type uint8 { range "0..100"; } }
      list server {
        key "site rack";
        unique "address";
        leaf site { type string; }
        leaf rack { type int16; }
        leaf address { type string { pattern '[0-9]+(\\.[0-9]+){3}'; } }
        leaf load { type percent; default 10; }
        leaf owner { type string; mandatory true; }
        leaf-list tag { type string { length "1..8"; } max-elements 3; }
        leaf shape { type identityref { base shape; } }
        leaf price { type decimal64 { fraction-digits 2; } }
        leaf size { type union { type uint8; type enumeration { enum unlimited; } } }
        leaf flags { type bits { bit a; bit b; bit c; } }
        leaf on { type empty; }
        leaf big { type uint64; }
        leaf raw { type binary; }
        container tuning { presence "tuned"; leaf level { type int32; mandatory true; } }
        choice access { case by-name { leaf login { type string; } } case by-key { leaf key { type string; } leaf key-type { type string; default rsa; } } }
      }
      leaf chosen { type leafref { path "/server/site"; } }
      container state { config false; leaf counter { type uint64; } }
      """)

  private static func merge(_ host: RunningHost, _ server: JSONValue) throws -> JSONValue {
    try host.merge(["model:server": [server]])
  }

  @Test func `values of every type are kept as RFC 7951 writes them`() throws {
    let host = try RunningHost(own: [Self.package])
    let server: JSONValue = [
      "site": "north \"1\"", "rack": -3, "address": "10.0.0.1", "load": 55, "owner": "me", "tag": ["b", "a"],
      "shape": "model:round", "price": "9.50", "size": "unlimited", "flags": "a c", "on": [.null],
      "big": "18446744073709551615",
      "raw": "AAEC", "tuning": ["level": 3], "login": "joe",
    ]
    _ = try Self.merge(host, server)
    let path = "/model:server{\"north \\\"1\\\"\" -3}"
    let kept = try host.get(path)["model:server"]?[0]
    #expect(kept?["tag"] == ["a", "b"])
    for (name, value) in server.object ?? [:] where name != "tag" && name != "price" {
      #expect(kept?[name] == value, "\(name)")
    }
    #expect(kept?["price"] == "9.5")
    // What get prints commit accepts, and it changes nothing.
    let all = try host.get("/")
    #expect(try host.merge(all)["changes"] == [])
    // The other case takes the place of the first.
    _ = try Self.merge(host, ["site": "north \"1\"", "rack": -3, "key": "abc"])
    let other = try host.get(path)["model:server"]?[0]
    #expect(other?["login"] == nil && other?["key"] == "abc")
    try host.finish()
  }

  @Test func `what the model does not allow is refused with its path`() throws {
    let host = try RunningHost(own: [Self.package])
    _ = try Self.merge(host, ["site": "s", "rack": 1, "owner": "me", "address": "10.0.0.1"])
    let before = try host.get("/")
    let path = "/model:server{s 1}"
    let refused: [(JSONObject, String, String)] = [
      (["load": 101], "invalid-value", path + "/load"), (["load": "x"], "invalid-value", path + "/load"),
      (["address": "10.0.0"], "invalid-value", path + "/address"),
      (["tag": [""]], "invalid-value", path + "/tag"), (["tag": ["1", "2", "3", "4"]], "invalid-value", path + "/tag"),
      (["shape": "square"], "invalid-value", path + "/shape"), (["price": "1.234"], "invalid-value", path + "/price"),
      (["size": 256], "invalid-value", path + "/size"), (["flags": "a d"], "invalid-value", path + "/flags"),
      (["big": "18446744073709551616"], "invalid-value", path + "/big"), (["raw": "?"], "invalid-value", path + "/raw"),
      (["colour": "red"], "invalid-path", "colour"), (["tuning": [:]], "invalid-value", path + "/tuning/level"),
    ]
    for (members, kind, place) in refused {
      var server: JSONObject = ["site": "s", "rack": 1]
      for (name, value) in members { server[name] = value }
      let error = try refusal { try Self.merge(host, .object(server)) }
      #expect(error.kind == kind && error.message.contains(place), "\(members): \(error.kind) \(error.message)")
    }
    let mandatory = try refusal { try Self.merge(host, ["site": "t", "rack": 1]) }
    #expect(mandatory.message.contains("/model:server{t 1}/owner"), "\(mandatory.message)")
    let unique = try refusal {
      try Self.merge(host, ["site": "t", "rack": 1, "owner": "me", "address": "10.0.0.1"])
    }
    #expect(unique.message.contains("address") && unique.message.contains("/model:server{"), "\(unique.message)")
    let dangling = try refusal { try host.merge(["model:chosen": "nowhere"]) }
    #expect(dangling.message.contains("/model:chosen"), "\(dangling.message)")
    _ = try host.merge(["model:chosen": "s"])
    let needed = try refusal { try host.commit([["op": "delete", "path": .string(path)]]) }
    #expect(needed.message.contains("/model:chosen"), "\(needed.message)")
    let state = try refusal {
      // A merge passes over state data, so that it takes what get prints.
      try host.commit([["op": "set", "path": "/model:state/counter", "value": "1"]])
    }
    #expect(state.message.contains("/model:state"), "\(state.message)")
    try host.commit([["op": "delete", "path": "/model:chosen"]])
    #expect(try host.get("/") == before)
    try host.finish()
  }

  @Test func `each edit does what its name says, all of a commit or nothing, and the changes are told`() throws {
    let host = try RunningHost(own: [Self.package])
    let path = "/model:server{s 1}"
    let result = try host.commit([
      ["op": "create", "path": .string(path)],
      ["op": "set", "path": .string(path + "/owner"), "value": "me"],
      ["op": "merge", "path": .string(path), "value": ["load": 20, "tag": ["x"]]],
    ])
    let changes = result["changes"]?.array ?? []
    #expect(changes.first?["op"] == "create" && changes.first?["path"]?.string == path, "\(changes)")
    #expect(changes.count == 1 && changes.first?["new"]?["load"] == 20 && changes.first?["new"]?["tag"] == ["x"])
    let second = try host.commit([["op": "set", "path": .string(path + "/load"), "value": 21]])
    let change = second["changes"]?[0]
    #expect(change?["old"] == 20 && change?["new"] == 21 && change?["op"] == "set", "\(second)")
    let error = try refusal {
      try host.commit([
        ["op": "set", "path": .string(path + "/load"), "value": 22], ["op": "delete", "path": "/model:server{none 0}"],
      ])
    }
    #expect(error.message.contains("/model:server{none 0}"))
    #expect(try host.get(path + "/load")["model:server"]?[0]?["load"] == 21)
    #expect(try refusal { try host.commit([["op": "create", "path": .string(path)]]) }.message.contains("exists"))
    #expect(try refusal { try host.commit([["op": "twist", "path": .string(path)]]) }.message.contains("twist"))
    let gone = try host.commit([["op": "delete", "path": .string(path)]])
    #expect(gone["changes"]?[0]?["op"] == "delete" && gone["changes"]?[0]?["path"]?.string == path)
    #expect(try host.get("/model:server") == [:])
    try host.finish()
  }

  @Test func `get goes as deep as it was asked to, and a document is loaded at the start`() throws {
    let directory = try TemporaryDirectory()
    let file = directory.path + "/data.json"
    try """
    {"model:server": [{"site": "s", "rack": 1, "owner": "me", "tuning": {"level": 5}}], "model:state": {"counter": "7"}}
    """.write(toFile: file, atomically: true, encoding: .utf8)
    let host = try RunningHost(own: [Self.package], load: file)
    let shallow = try host.call("get", ["path": "/model:server", "depth": 1])["data"]?["model:server"]?[0]
    #expect(shallow?["site"] == "s" && shallow?["tuning"] == nil, "\(shallow ?? .null)")
    #expect(try host.get("/model:server{s 1}/tuning/level")["model:server"]?[0]?["tuning"]?["level"] == 5)
    #expect(try host.get("/model:state/counter")["model:state"]?["counter"] == "7")
    #expect(try host.get("/model:server{x 2}") == [:])
    try host.finish()
  }

  @Test func `two commits that change one leaf are both done, the last wins`() throws {
    let host = try RunningHost(own: [Self.package])
    _ = try Self.merge(host, ["site": "s", "rack": 1, "owner": "me"])
    var client = try host.connect()
    for number in 1...20 {
      _ = try client.send(
        "commit", ["edits": [["op": "set", "path": "/model:server{s 1}/load", "value": .integer(Int64(number))]]])
    }
    for _ in 1...20 { _ = try client.receive().result.get() }
    #expect(try host.get("/model:server{s 1}/load")["model:server"]?[0]?["load"] == 20)
    try host.finish()
  }
}
