import Datastore
import JSON
import Testing
import Yang

@Suite struct `Data under a new schema` {
  private static func model(_ leafs: String, key: String = "name") -> [String: String] {
    [
      "m.yang": """
      module m {
        yang-version 1.1; namespace "urn:m"; prefix m;
        import tailf-ncs { prefix ncs; }
        \(leafs)
        list svc { key \(key); leaf \(key) { type string; } uses ncs:service-data; ncs:servicepoint sp; leaf to { type string; } }
        list out { key id; ordered-by user; leaf id { type string; } leaf v { type uint8; } }
      }
      """
    ]
  }

  @Test func `a transaction that began before is in conflict, whatever it did`() throws {
    let old = try Fixture.compile(Self.model(""))
    let store = Snapshot(old)
    let transaction = Transaction(on: store)
    try transaction.set(try Keypath("/m:out{a}/v", in: old), to: 1)
    #expect(transaction.conflict(with: store) == nil)
    let migrated = try store.migrated(to: old.schema)
    #expect(transaction.conflict(with: migrated) == .root)
    let error = #expect(throws: DataError.self) { try transaction.committed(onto: migrated) }
    #expect(error?.kind == .conflict && error?.description.contains("data model") == true)
  }

  @Test func `what has a place keeps it, services included, and the rest is left out`() throws {
    let old = try Fixture.compile(Self.model("container c { leaf gone { type string; } leaf kept { type uint16; } }"))
    let transaction = Transaction(on: Snapshot(old))
    try transaction.merge(
      [
        "m:c": ["gone": "x", "kept": 7], "m:svc": [["name": "s1", "to": "a"]],
        "m:out": [["id": "z", "v": 1], ["id": "a", "v": 2]],
      ], at: .root)
    let run = ServiceRun(try Keypath("/m:svc{s1}", in: old))
    try transaction.apply(
      [["create", "/m:out{n}"], ["set", "/m:out{n}/v", 3], ["set", "/m:out{z}/v", 9], ["delete", "/m:out{a}"]], as: run)
    transaction.setProperties([ServiceRecord.Property(name: "k", value: "v")], of: run.instance)

    let schema = try Fixture.compile(
      Self.model("leaf first { type string; } container c { leaf kept { type uint32; } leaf more { type string; } }")
    ).schema
    let migrated = try transaction.working.migrated(to: schema)
    #expect(
      migrated.document() == [
        "m:c": ["kept": 7], "m:svc": [["name": "s1", "to": "a"]],
        "m:out": [["id": "z", "v": 9], ["id": "n", "v": 3]],
      ])
    let instance = try Keypath("/m:svc{s1}", in: migrated.index)
    #expect(migrated.record(of: instance)?.properties.map(\.name) == ["k"])
    let next = Transaction(on: migrated)
    next.takeBack(instance)
    #expect(
      next.working.document(at: try Keypath("/m:out", in: migrated.index)) == [
        "m:out": [["id": "z", "v": 1], ["id": "a", "v": 2]]
      ])
  }

  @Test func `a container that lost all it held is gone, and selects no case`() throws {
    let old = try Fixture.compile(Self.model("container c { leaf gone { type string; } leaf more { type string; } }"))
    let transaction = Transaction(on: Snapshot(old))
    try transaction.merge(["m:c": ["gone": "x"]], at: .root)
    let schema = try Fixture.compile(Self.model("container c { leaf more { type string; } }")).schema
    #expect(try transaction.working.migrated(to: schema).document() == [:])
  }

  @Test func `a value that the new type refuses is named`() throws {
    let old = try Fixture.compile(Self.model("leaf n { type string; }"))
    let transaction = Transaction(on: Snapshot(old))
    try transaction.merge(["m:n": "text"], at: .root)
    let schema = try Fixture.compile(Self.model("leaf n { type uint8; }")).schema
    let error = #expect(throws: DataError.self) { try transaction.working.migrated(to: schema) }
    #expect(error?.description.hasPrefix("/m:n: \"text\" is not a valid uint8") == true)
  }

  @Test func `a list whose keys have changed is left out`() throws {
    let old = try Fixture.compile(Self.model(""))
    let transaction = Transaction(on: Snapshot(old))
    try transaction.merge(["m:svc": [["name": "s1"]]], at: .root)
    transaction.setProperties([ServiceRecord.Property(name: "k", value: "v")], of: try Keypath("/m:svc{s1}", in: old))
    let schema = try Fixture.compile(Self.model("", key: "id")).schema
    #expect(try transaction.working.migrated(to: schema).document() == [:])
  }
}
