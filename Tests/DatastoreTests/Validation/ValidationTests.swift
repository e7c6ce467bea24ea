import Datastore
import JSON
import Testing
import Yang

@Suite struct `Validation` {
  /// What is wrong after writes to a store that was right.
  private func failures(_ writes: JSONValue, on document: JSONValue = [:]) throws -> [String] {
    let transaction = Transaction(on: try Fixture.store(document))
    try transaction.apply(writes)
    return transaction.validate().map { "\($0.code.rawValue) \($0)" }
  }

  private static let hosts: JSONValue = [
    "store:limits": [
      "host": [
        ["name": "a", "address": ["ip": "1", "port": 1], "best": "b"],
        ["name": "b", "address": ["ip": "1", "port": 2], "friend": [["name": "a"]]],
      ]
    ]
  ]

  @Test func `mandatory leafs and choices are asked for in entries that exist`() throws {
    #expect(
      try failures([["create", "/st:limits/must-have{x}"]]) == [
        "12 /st:limits/must-have{x}/given: is mandatory and not configured",
        "12 /st:limits/must-have{x}/nested/also: is mandatory and not configured",
        "40 /st:limits/must-have{x}: no case is selected for the mandatory choice kind",
      ])
    let complete: JSONValue = [
      ["set", "/st:limits/must-have{x}/given", "g"], ["set", "/st:limits/must-have{x}/nested/also", "a"],
      ["set", "/st:limits/must-have{x}/left", "l"],
    ]
    #expect(try failures(complete) == [])
    #expect(
      try failures(.array((complete.array ?? []) + [["create", "/st:limits/must-have{x}/maybe"]]))
        == ["12 /st:limits/must-have{x}/maybe/inside: is mandatory and not configured"])
    #expect(
      try failures(
        [["delete", "/st:limits/must-have{x}/given"]],
        on: ["store:limits": ["must-have": [["id": "x", "given": "g", "nested": ["also": "a"], "left": "l"]]]])
        == ["12 /st:limits/must-have{x}/given: is mandatory and not configured"])
  }

  @Test func `the number of entries has its limits`() throws {
    #expect(
      try failures([["create", "/st:counted/few{a}"]])
        == ["15 /st:counted/few: too few, 1 configured, at least 2 must be configured"])
    let two: JSONValue = ["store:counted": ["few": [["id": "a"], ["id": "b"]]]]
    #expect(try failures([["create", "/st:counted/few{c}"]], on: two) == [])
    #expect(
      try failures(
        [
          ["create", "/st:counted/few{c}"], ["create", "/st:counted/few{d}"],
          ["set", "/st:limits/pair", ["1", "2", "3"]],
        ], on: two)
        == [
          "16 /st:counted/few: too many, 4 configured, at most 3 may be configured",
          "16 /st:limits/pair: too many, 3 configured, at most 2 may be configured",
        ])
  }

  @Test func `unique leafs are unique together`() throws {
    #expect(
      try failures([["set", "/st:limits/host{b}/address/port", 1]], on: Self.hosts).filter { $0.hasPrefix("13") }
        == ["13 /st:limits/host{b}: not unique: /st:limits/host{a} has the same ip and port"])
    #expect(
      try failures(
        [["delete", "/st:limits/host{b}/address/port"], ["delete", "/st:limits/host{a}/address/port"]], on: Self.hosts
      )
      .filter { $0.hasPrefix("13") } == [])
  }

  @Test func `a key may be among unique leafs`() throws {
    let racks: JSONValue = ["store:limits": ["rack": [["row": 1, "place": 1, "serial": "a"]]]]
    #expect(
      try failures([["set", "/st:limits/rack{2 1}/serial", "a"]], on: racks)
        == ["13 /st:limits/rack{2 1}: not unique: /st:limits/rack{1 1} has the same place and serial"])
    #expect(try failures([["set", "/st:limits/rack{2 2}/serial", "a"]], on: racks) == [])
  }

  @Test func `references must lead somewhere`() throws {
    func references(_ writes: JSONValue) throws -> [String] {
      try failures(writes, on: Self.hosts).filter { $0.hasPrefix("14") }
    }
    #expect(try references([["set", "/st:limits/host{a}/best", "a"]]) == [])
    #expect(
      try references([["set", "/st:limits/host{a}/best", "c"]])
        == ["14 /st:limits/host{a}/best: illegal reference: no /st:limits/host/name is \"c\""])
    #expect(try references([["set", "/st:limits/host{a}/best", "c"], ["create", "/st:limits/host{c}"]]) == [])
    #expect(try references([["set", "/st:limits/host{a}/loose", "c"]]) == [])
    #expect(
      try references([["create", "/st:limits/host{b}/friend{c}"]])
        == ["14 /st:limits/host{b}/friend{c}/name: illegal reference: no /st:limits/host/name is \"c\""])
  }

  @Test func `what is referred to cannot go alone`() throws {
    func references(_ writes: JSONValue) throws -> [String] {
      try failures(writes, on: Self.hosts).filter { $0.hasPrefix("14") }
    }
    #expect(
      try references([["delete", "/st:limits/host{b}"]])
        == ["14 /st:limits/host{a}/best: illegal reference: no /st:limits/host/name is \"b\""])
    #expect(
      try references([["delete", "/st:limits/host{a}"]])
        == ["14 /st:limits/host{b}/friend{a}/name: illegal reference: no /st:limits/host/name is \"a\""])
    #expect(try references([["delete", "/st:limits/host{b}"], ["delete", "/st:limits/host{a}/best"]]) == [])
    #expect(try references([["delete", "/st:limits/host"]]) == [])
  }

  @Test func `what was wrong before and was not touched is nobody's business`() throws {
    let document: JSONValue = [
      "store:limits": ["must-have": [["id": "x"]]], "store:counted": ["few": [["id": "a"], ["id": "b"]]],
    ]
    #expect(try failures([["set", "/st:top/count", 1]], on: document) == [])
    #expect(try failures([["create", "/st:counted/few{c}"]], on: document) == [])
  }
}
