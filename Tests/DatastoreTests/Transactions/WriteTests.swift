import Datastore
import JSON
import Testing
import Yang

@Suite struct `Writes` {
  /// Applies writes to an empty store and shows what is at the top.
  private func top(_ writes: JSONValue, on store: Snapshot = Fixture.empty) throws -> JSONValue? {
    let transaction = Transaction(on: store)
    try transaction.apply(writes)
    return transaction.working.tree(at: try Fixture.path("/st:top"))
  }

  private func refusal(_ writes: JSONValue, isOperational: Bool = false) throws -> DataError? {
    let transaction = Transaction(
      on: try Fixture.store(["store:top": ["item": [["id": 1]], "rule": [["name": "a"]]]]), isOperational: isOperational
    )
    do throws(DataError) {
      try transaction.apply(writes)
      return nil
    } catch { return error }
  }

  @Test func `set gives a leaf its value`() throws {
    #expect(try top([["set", "/st:top/count", 7]]) == ["count": 7])
    #expect(try top([["set", "/st:top/count", "7"]]) == ["count": 7])
    #expect(try top([["set", "/st:top/count", 7], ["set", "/st:top/count", 8]]) == ["count": 8])
    #expect(try top([["set", "/st:top/big", 7]]) == ["big": "7"])
    #expect(try top([["set", "/st:top/colour", "red"]]) == ["colour": "store:red"])
    #expect(try top([["set", "/st:top/ot:name", "x"]]) == ["other:name": "x"])
  }

  @Test func `create makes entries, presence containers, empty leafs and values of leaf-lists, once`() throws {
    #expect(try top([["create", "/st:top/item{1}"], ["create", "/st:top/item{1}"]]) == ["item": [["id": 1]]])
    #expect(try top([["create", "/st:top/box"], ["create", "/st:top/box"]]) == ["box": [:]])
    #expect(try top([["create", "/st:top/flag"]]) == ["flag": [nil]])
    #expect(try top([["create", "/st:top/tags{3}"], ["create", "/st:top/tags{3}"]]) == ["tags": [3]])
    #expect(try top([["create", "/st:top/inner"]]) == [:])
  }

  @Test func `create may give leafs of what it creates their values`() throws {
    #expect(
      try top([
        ["create", "/st:top/item{1}", "label", "a", "id", 1, "label", "b", "store:colours", ["blue", "st:red"]],
        ["create", "/st:top/item{2}", "label", "c"], ["create", "/st:top/item{2}/sub{\"a b\" 3}", "v", "d"],
        ["set", "/st:top/item{2}/opts/a", "e"], ["create", "/st:top/box", "size", 2],
      ]) == [
        "item": [
          ["id": 1, "label": "b", "colours": ["store:blue", "store:red"]],
          ["id": 2, "label": "c", "opts": ["a": "e"], "sub": [["k1": "a b", "k2": 3, "v": "d"]]],
        ], "box": ["size": 2],
      ])
  }

  @Test func `what lies above is created too`() throws {
    #expect(
      try top([["set", "/st:top/item{1}/sub{a 2}/v", "x"]])
        == ["item": [["id": 1, "sub": [["k1": "a", "k2": 2, "v": "x"]]]]])
    #expect(try top([["set", "/st:top/box/lid/open", true]]) == ["box": ["lid": ["open": true]]])
  }

  @Test func `a key can be set to its own value only`() throws {
    #expect(try top([["set", "/st:top/item{1}/id", 1]]) == ["item": [["id": 1]]])
    #expect(try refusal([["set", "/st:top/item{1}/id", 2]])?.code == .notWritable)
    #expect(try refusal([["delete", "/st:top/item{1}/id"]])?.code == .notWritable)
  }

  @Test func `delete takes what is below along, and what is not there is no error`() throws {
    let store = try Fixture.store([
      "store:top": [
        "count": 1, "item": [["id": 1, "opts": ["a": "x"]], ["id": 2]], "inner": ["deep": ["y": "z"]], "tags": [1, 2],
      ]
    ])
    #expect(
      try top([["delete", "/st:top/item{1}"], ["delete", "/st:top/item{1}"]], on: store)
        == ["count": 1, "inner": ["deep": ["y": "z"]], "tags": [1, 2], "item": [["id": 2]]])
    #expect(
      try top(
        [
          ["delete", "/st:top/item"], ["delete", "/st:top/inner"], ["delete", "/st:top/count"],
          ["delete", "/st:top/tags{1}"],
        ], on: store) == ["tags": [2]])
    #expect(try top([["delete", "/st:top"]], on: store) == [:])
  }

  @Test func `entries and values stand in type order`() throws {
    #expect(
      try top([["create", "/st:top/item{10}"], ["create", "/st:top/item{9}"], ["set", "/st:top/tags", [20, 3]]])
        == ["tags": [3, 20], "item": [["id": 9], ["id": 10]]])
  }

  @Test func `what users order keeps its order`() throws {
    #expect(
      try top([["set", "/st:top/steps", ["b", "a"]], ["create", "/st:top/steps{0}"]]) == ["steps": ["b", "a", "0"]])
    let rules: JSONValue = [
      ["create", "/st:top/rule{b}"], ["create", "/st:top/rule{a}"], ["create", "/st:top/rule{c}"],
    ]
    let store = Transaction(on: Fixture.empty)
    try store.apply(rules)
    func names(_ writes: JSONValue) throws -> [String] {
      let transaction = Transaction(on: store.working)
      try transaction.apply(writes)
      return transaction.working.keys(at: try Fixture.path("/st:top/rule")).map { $0[0].text }
    }
    #expect(try names([]) == ["b", "a", "c"])
    #expect(try names([["move", "/st:top/rule{c}", "first"]]) == ["c", "b", "a"])
    #expect(try names([["move", "/st:top/rule{b}", "last"]]) == ["a", "c", "b"])
    #expect(try names([["move", "/st:top/rule{c}", "before", "/st:top/rule{a}"]]) == ["b", "c", "a"])
    #expect(try names([["move", "/st:top/rule{b}", "after", "/st:top/rule{a}"]]) == ["a", "b", "c"])
    #expect(try names([["move", "/st:top/rule{a}", "before", "/st:top/rule{c}"]]) == ["b", "a", "c"])
    #expect(try names([["move", "/st:top/rule{a}", "after", "/st:top/rule{a}"]]) == ["b", "a", "c"])
  }

  @Test func `many moves to one place find room`() throws {
    let transaction = Transaction(on: Fixture.empty)
    for name in 0..<200 {
      try transaction.apply([["create", .string("/st:top/rule{\(name)}")]])
      if name > 1 {
        try transaction.apply([["move", .string("/st:top/rule{\(name)}"), "after", "/st:top/rule{0}"]])
      }
    }
    let names = transaction.working.keys(at: try Fixture.path("/st:top/rule")).map { $0[0].text }
    #expect(names == ["0"] + (2..<200).reversed().map(String.init) + ["1"])
  }

  @Test func `a case drives the other cases out`() throws {
    let tcp: JSONValue = [["set", "/st:top/tcp-port", 1], ["set", "/st:top/tcp-opts/nodelay", true]]
    #expect(try top(tcp) == ["tcp-port": 1, "tcp-opts": ["nodelay": true]])
    let udp: JSONValue = .array((tcp.array ?? []) + [["set", "/st:top/udp-port", 2]])
    #expect(try top(udp) == ["udp-port": 2])
    let slow: JSONValue = .array((udp.array ?? []) + [["create", "/st:top/slow"]])
    #expect(try top(slow) == ["udp-port": 2, "slow": [nil]])
    let fast: JSONValue = .array((slow.array ?? []) + [["create", "/st:top/fast"]])
    #expect(try top(fast) == ["udp-port": 2, "fast": [nil]])
    let pipe: JSONValue = .array((fast.array ?? []) + [["create", "/st:top/pipe{x}"]])
    #expect(try top(pipe) == ["pipe": [["name": "x"]]])
  }

  @Test(
    arguments: [
      (
        ["set", "/st:top/count", 300], #"/st:top/count: "300" is not a valid uint8: out of range 0..255"#,
        "invalid-value"
      ),
      (["set", "/st:top/tags", [1, 1]], "/st:top/tags: a value stands there twice", "invalid-value"),
      (["set", "/st:top/tags", 1], "/st:top/tags: the values of a leaf-list are an array", "invalid-value"),
      (["set", "/st:top/nothing", 1], "/st:top/nothing: there is no nothing below top", "invalid-path"),
      (["set", "/st:top/inner", 1], "/st:top/inner: a container cannot be set", "invalid-path"),
      (["set", "/st:top/item{1}", 1], "/st:top/item{1}: a list entry cannot be set", "invalid-path"),
      (["create", "/st:top/item"], "/st:top/item: a list without keys cannot be created", "invalid-path"),
      (
        ["create", "/st:top/count"], "/st:top/count: only a leaf of type empty can be created; this one needs a value",
        "invalid-path"
      ),
      (["create", "/st:top/item{1}/reset"], "/st:top/item{1}/reset: an action cannot be created", "invalid-path"),
      (
        ["set", "/st:top/uptime", 1],
        "/st:top/uptime: config false, and can be written only in a transaction on operational data",
        "invalid-path"
      ),
      (
        ["move", "/st:top/item{1}", "first"],
        "/st:top/item{1}: only an entry of a list that is ordered by user can be moved",
        "invalid-path"
      ),
      (["move", "/st:top/rule{x}", "first"], "/st:top/rule{x}: the entry does not exist", "invalid-path"),
      (
        ["move", "/st:top/rule{a}", "after", "/st:top/rule{x}"], "/st:top/rule{x}: the entry does not exist",
        "invalid-path"
      ),
      (
        ["move", "/st:top/rule{a}", "after", "/st:top/item{1}"],
        "/st:top/item{1}: not an entry of the same list", "invalid-path"
      ),
      (
        ["put", "/st:top"],
        #"/st:top: ["put","/st:top"] is not one of ["set", path, value], ["create", path, leaf, value, …], ["delete", path], ["move", path, where, path]"#,
        "invalid-request"
      ),
      (
        ["create", "/st:top/item{5}", "label"],
        #"/st:top/item{5}: ["create","/st:top/item{5}","label"] is not one of ["set", path, value], ["create", path, leaf, value, …], ["delete", path], ["move", path, where, path]"#,
        "invalid-request"
      ),
      (
        ["create", "/st:top/item{5}", "label", "x", "nothing", 1],
        "/st:top/item{5}/nothing: there is no nothing below item", "invalid-path"
      ),
      (
        ["create", "/st:top/item{5}", "opts/a", 1], "/st:top/item{5}/opts/a: a name was expected, and nothing else",
        "invalid-path"
      ),
      (
        ["create", "/st:top/item{5}", "id", 6],
        "/st:top/item{5}/id: a key cannot be changed, and \"6\" is another one", "invalid-value"
      ),
    ] as [(JSONValue, String, String)]) func `what the model does not allow is refused with the path`(
      _ write: JSONValue, _ message: String, _ kind: String
    ) throws
  {
    let error = try #require(try refusal([["set", "/st:top/name", "before"], write]))
    #expect("\(error)" == message)
    #expect(error.kind.rawValue == kind)
  }

  @Test func `of a refused list of writes nothing is applied`() throws {
    let transaction = Transaction(on: Fixture.empty)
    try transaction.apply([["set", "/st:top/name", "kept"]])
    #expect(throws: DataError.self) {
      try transaction.apply([
        ["set", "/st:top/name", "x"], ["create", "/st:top/item{1}"], ["set", "/st:top/count", "x"],
      ])
    }
    #expect(transaction.working.document() == ["store:top": ["name": "kept"]])
  }

  @Test func `state data is written in a transaction of its own, below what is configured`() throws {
    let transaction = Transaction(on: try Fixture.store(["store:top": ["item": [["id": 1]]]]), isOperational: true)
    try transaction.apply([
      ["set", "/st:top/uptime", 5], ["set", "/st:top/item{1}/stats/hits", 3], ["create", "/st:top/log"],
      ["set", "/st:top/log{0}/line", "first"], ["create", "/st:top/log"],
    ])
    #expect(
      transaction.working.tree(at: try Fixture.path("/st:top"))
        == ["uptime": 5, "item": [["id": 1, "stats": ["hits": 3]]], "log": [["line": "first"], [:]]])
    #expect(try refusal([["set", "/st:top/count", 1]], isOperational: true)?.code == .notWritable)
    #expect(
      try refusal([["create", "/st:top/log{9223372036854775807}"], ["create", "/st:top/log"]], isOperational: true)?
        .description == "/st:top/log: no number is left for one more entry")
    #expect(
      try refusal([["set", "/st:top/log/line", "of none"]], isOperational: true)?.description
        == "/st:top/log/line: log is a list and needs the number of an entry here")
    #expect(
      try refusal([["set", "/st:top/item{9}/stats/hits", 3]], isOperational: true)?.description
        == "/st:top/item{9}/stats/hits: /st:top/item{9} is not configured")
  }
}
