import Datastore
import JSON
import Testing
import Yang

@Suite struct `Changed service instances` {
  private func changes(_ writes: JSONValue, isOperational: Bool = false) throws -> [String] {
    let store = try Fixture.store([
      "store:svc": [["name": "b", "input": "1", "part": [["id": "p", "p": "1"]]], ["name": "a"]],
      "store:stacked": [["name": "r"]],
    ])
    let transaction = Transaction(on: store, isOperational: isOperational)
    try transaction.apply(writes)
    return transaction.changedServiceInstances().map {
      "\($0.operation) \($0.instance.text(in: Fixture.index)) \($0.servicepoint)"
    }
  }

  @Test func `are told in schema and key order`() throws {
    #expect(
      try changes([
        ["create", "/st:single"], ["set", "/st:stacked{r}/input", "x"], ["create", "/st:svc{c}"],
        ["delete", "/st:svc{b}"],
        ["set", "/st:svc{a}/more/of", ["x"]], ["set", "/st:top/count", 1],
      ]) == [
        "update /st:svc{a} svc-point", "delete /st:svc{b} svc-point", "delete /st:svc{b}/part{p} part-point",
        "create /st:svc{c} svc-point", "update /st:stacked{r} stacked-point", "create /st:single single-point",
      ])
  }

  @Test func `an outer instance changes with an inner one`() throws {
    #expect(
      try changes([["set", "/st:svc{b}/part{p}/p", "2"]])
        == ["update /st:svc{b} svc-point", "update /st:svc{b}/part{p} part-point"])
  }

  @Test func `what has its old value again, and state data, are no change`() throws {
    #expect(try changes([["set", "/st:svc{b}/input", "2"], ["set", "/st:svc{b}/input", "1"]]) == [])
    #expect(try changes([["delete", "/st:svc{a}"], ["create", "/st:svc{a}"]]) == [])
    #expect(try changes([["set", "/st:svc{a}/plan/state", "x"]], isOperational: true) == [])
  }

  @Test func `since a mark are those of the writes after it`() throws {
    let transaction = Transaction(on: try Fixture.store(["store:svc": [["name": "a"]]]))
    try transaction.apply([["set", "/st:svc{a}/input", "x"]])
    let mark = transaction.working
    try transaction.apply([["create", "/st:stacked{r}"]])
    #expect(transaction.working.serviceChanges(since: mark).map(\.servicepoint) == ["stacked-point"])
    transaction.restore(mark)
    #expect(transaction.changedServiceInstances().map(\.servicepoint) == ["svc-point"])
  }
}
