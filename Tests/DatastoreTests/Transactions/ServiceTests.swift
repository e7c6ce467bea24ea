import Datastore
import JSON
import Testing
import Yang

@Suite struct `What services wrote` {
  private let transaction: Transaction
  private let a: ServiceRun
  private let b: ServiceRun

  init() throws {
    transaction = Transaction(
      on: try Fixture.store([
        "store:svc": [["name": "a"], ["name": "b"]],
        "store:top": [
          "name": "user's", "tags": [1], "item": [["id": 1, "label": "user's"]], "udp-port": 5, "rule": [["name": "x"]],
        ],
      ]))
    a = ServiceRun(try Fixture.path("/st:svc{a}"))
    b = ServiceRun(try Fixture.path("/st:svc{b}"))
  }

  private func top() throws -> JSONValue? { transaction.working.tree(at: try Fixture.path("/st:top")) }

  private func takeBack(_ run: ServiceRun) { transaction.takeBack(run.instance) }

  @Test func `taking back removes what was new and restores what was there`() throws {
    let before = transaction.working.document()
    try transaction.apply(
      [
        ["set", "/st:top/name", "a's"], ["set", "/st:top/count", 3], ["create", "/st:top/box"],
        ["set", "/st:top/inner/x", "y"],
        ["set", "/st:top/item{2}/sub{k 1}/v", "w"], ["create", "/st:top/item{1}"],
        ["set", "/st:top/item{1}/label", "a's"],
        ["create", "/st:top/tags{1}"], ["create", "/st:top/tags{2}"], ["create", "/st:top/flag"],
      ], as: a)
    #expect(
      try top() == [
        "name": "a's", "count": 3, "flag": [nil], "inner": ["x": "y"], "box": [:], "tags": [1, 2], "udp-port": 5,
        "item": [["id": 1, "label": "a's"], ["id": 2, "sub": [["k1": "k", "k2": 1, "v": "w"]]]],
        "rule": [["name": "x"]],
      ])
    takeBack(a)
    #expect(transaction.working.document() == before)
    #expect(transaction.working.record(of: a.instance)?.written == [])
  }

  @Test func `what two services wrote stays until the last one goes`() throws {
    let before = transaction.working.document()
    let shared: JSONValue = [
      ["create", "/st:top/item{9}"], ["set", "/st:top/item{9}/label", "l"], ["create", "/st:top/tags{9}"],
    ]
    try transaction.apply(shared, as: a)
    try transaction.apply(shared, as: b)
    let both = transaction.working.document()
    takeBack(a)
    #expect(transaction.working.document() == both)
    takeBack(b)
    #expect(transaction.working.document() == before)
  }

  @Test func `a leaf has the value of the last writer that is left`() throws {
    try transaction.apply([["set", "/st:top/name", "a's"]], as: a)
    try transaction.apply([["set", "/st:top/name", "b's"]], as: b)
    #expect(try top()?["name"] == "b's")
    takeBack(b)
    #expect(try top()?["name"] == "a's")
    try transaction.apply([["set", "/st:top/name", "b's"]], as: b)
    takeBack(a)
    #expect(try top()?["name"] == "b's")
    takeBack(b)
    #expect(try top()?["name"] == "user's")
  }

  @Test func `an entry stays as long as another service needs what is in it`() throws {
    try transaction.apply([["create", "/st:top/item{9}"], ["set", "/st:top/item{9}/label", "l"]], as: a)
    try transaction.apply([["set", "/st:top/item{9}/opts/a", "b's"]], as: b)
    takeBack(a)
    #expect(try top()?["item"]?[1] == ["id": 9, "opts": ["a": "b's"]])
    takeBack(b)
    #expect(try top()?["item"]?.array?.count == 1)
  }

  @Test func `what a service deleted comes back`() throws {
    let before = transaction.working.document()
    try transaction.apply(
      [
        ["delete", "/st:top/name"], ["delete", "/st:top/item{1}"], ["delete", "/st:top/tags{1}"],
        ["delete", "/st:top/rule"],
        ["delete", "/st:top/big"],
      ], as: a)
    #expect(try top() == ["udp-port": 5])
    takeBack(a)
    #expect(transaction.working.document() == before)
  }

  @Test func `what had to give way to another case comes back`() throws {
    let before = transaction.working.document()
    try transaction.apply([["set", "/st:top/tcp-port", 6]], as: a)
    #expect(try top()?["udp-port"] == nil)
    takeBack(a)
    #expect(transaction.working.document() == before)
  }

  @Test func `a deletion is undone only where nothing else took the place`() throws {
    try transaction.apply(
      [["delete", "/st:top/name"], ["delete", "/st:top/udp-port"], ["delete", "/st:top/item{1}"]], as: a)
    try transaction.apply([
      ["set", "/st:top/name", "new"], ["set", "/st:top/tcp-port", 1], ["set", "/st:top/item{1}/label", "new"],
    ])
    let before = try top()
    takeBack(a)
    #expect(try top() == before)
  }

  @Test func `of another service's nodes only those come back that it still has`() throws {
    try transaction.apply(
      [
        ["set", "/st:top/name", "a's"], ["set", "/st:top/count", 3], ["create", "/st:top/tags{7}"],
        ["set", "/st:top/item{8}/label", "a's"],
        ["set", "/st:top/item{9}/label", "a's"],
      ], as: a)
    try transaction.apply([["create", "/st:top/item{9}"]], as: ServiceRun(try Fixture.path("/st:stacked{c}")))
    let before = try top()
    let deletions: JSONValue = [
      ["delete", "/st:top/name"], ["delete", "/st:top/count"], ["delete", "/st:top/tags"], ["delete", "/st:top/item"],
    ]
    try transaction.apply(deletions, as: b)
    takeBack(b)
    #expect(try top() == before)
    try transaction.apply(deletions, as: b)
    takeBack(a)
    takeBack(b)
    #expect(
      try top() == [
        "name": "user's", "tags": [1], "item": [["id": 1, "label": "user's"], ["id": 9]], "udp-port": 5,
        "rule": [["name": "x"]],
      ])
  }

  @Test func `an entry that a service moved goes back`() throws {
    try transaction.apply([["create", "/st:top/rule{y}"], ["create", "/st:top/rule{z}"]])
    try transaction.apply([["move", "/st:top/rule{z}", "first"], ["move", "/st:top/rule{x}", "last"]], as: a)
    #expect(try top()?["rule"] == [["name": "z"], ["name": "y"], ["name": "x"]])
    takeBack(a)
    #expect(try top()?["rule"] == [["name": "x"], ["name": "y"], ["name": "z"]])
  }

  @Test func `what a user deletes is gone, and taking back does not mind`() throws {
    try transaction.apply([["set", "/st:top/count", 3], ["create", "/st:top/item{9}"]], as: a)
    try transaction.apply([["delete", "/st:top/count"], ["delete", "/st:top/item"]])
    takeBack(a)
    #expect(try top()?["count"] == nil)
    #expect(try top()?["item"] == nil)
  }

  @Test func `running again with the same result changes nothing, order included`() throws {
    let writes: JSONValue = [
      ["create", "/st:top/rule{s1}"], ["set", "/st:top/rule{s1}/action", "x"], ["create", "/st:top/steps{s}"],
      ["set", "/st:stacked{r}/input", "i"],
    ]
    try transaction.apply(writes, as: a)
    try transaction.apply([["create", "/st:top/rule{u1}"]])
    let state = Transaction(on: transaction.working, isOperational: true)
    try state.apply([["set", "/st:stacked{r}/plan/state", "ready"]])
    let again = Transaction(on: state.working)
    again.takeBack(a.instance)
    #expect(!again.working.exists(at: try Fixture.path("/st:stacked{r}")))
    try again.apply(writes, as: a)
    #expect(again.changes.isEmpty)
    #expect(again.changedServiceInstances().isEmpty)
    #expect(again.working.value(at: try Fixture.path("/st:stacked{r}/plan/state")) == .string("ready"))
  }

  @Test func `a service writes state data of its own instance only, and keeps it`() throws {
    try transaction.apply([["set", "/st:svc{a}/plan/state", "init"], ["set", "/st:top/count", 1]], as: a)
    #expect(throws: DataError.self) { try transaction.apply([["set", "/st:svc{b}/plan/state", "init"]], as: a) }
    #expect(throws: DataError.self) { try transaction.apply([["set", "/st:svc{a}/plan/state", "init"]]) }
    takeBack(a)
    #expect(transaction.working.value(at: try Fixture.path("/st:svc{a}/plan/state")) == .string("init"))
  }

  @Test func `a service that another one made does not hold on to itself`() throws {
    try transaction.apply([["set", "/st:stacked{r}/input", "i"]], as: a)
    let stacked = ServiceRun(try Fixture.path("/st:stacked{r}"))
    try transaction.apply([["set", "/st:stacked{r}/input", "own"], ["set", "/st:top/count", 1]], as: stacked)
    takeBack(a)
    #expect(!transaction.working.exists(at: stacked.instance))
    takeBack(stacked)
    #expect(try top()?["count"] == nil)
  }

  @Test func `states of a nano service are taken back one by one`() throws {
    let first = ServiceRun(
      a.instance, nanoState: .init(componentType: "ncs:self", componentName: "self", state: "st:one"))
    let second = ServiceRun(
      a.instance, nanoState: .init(componentType: "ncs:self", componentName: "self", state: "st:two"))
    try transaction.apply([["set", "/st:top/count", 1], ["create", "/st:top/box"]], as: first)
    try transaction.apply([["set", "/st:top/big", 2], ["create", "/st:top/box"]], as: second)
    transaction.takeBack(second)
    #expect(try top()?["big"] == nil)
    #expect(try top()?["count"] == 1)
    #expect(try top()?["box"] == [:])
    transaction.takeBack(a.instance)
    #expect(try top()?["count"] == nil)
    #expect(try top()?["box"] == nil)
  }

  @Test func `properties stay until the instance is forgotten`() throws {
    transaction.setProperties([.init(name: "k", value: "v")], of: a.instance)
    try transaction.apply([["set", "/st:top/count", 1]], as: a)
    takeBack(a)
    #expect(transaction.working.record(of: a.instance)?.properties == [.init(name: "k", value: "v")])
    transaction.forget(a.instance)
    #expect(transaction.working.record(of: a.instance) == nil)
  }

  @Test func `the record names each path once, in the order of the writes`() throws {
    try transaction.apply([["set", "/st:top/item{9}/label", "x"], ["set", "/st:top/item{9}/label", "y"]], as: a)
    try transaction.apply([["set", "/st:top/count", 1]], as: a)
    #expect(
      transaction.working.record(of: a.instance)?.written.map { $0.text(in: Fixture.index) }
        == ["/st:top/item{9}", "/st:top/item{9}/label", "/st:top/count"])
  }
}
