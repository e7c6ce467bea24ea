import Datastore
import JSON
import Testing

@testable import Host

@Suite struct `Validation calls` {
  private func calls(_ writes: JSONValue) throws -> [String] {
    let first = Transaction(on: Snapshot(schema: Model.schema))
    try first.merge(
      ["host-test:svc": [["name": "a", "size": 1, "limit": 5, "part": [["id": 1, "weight": "1.00"], ["id": 2]]]]],
      at: .root)
    let transaction = Transaction(on: first.working)
    try transaction.apply(writes)
    return ValidationCalls(of: transaction).all.map { call in
      "\(call.point) \(call.path.text(in: transaction.index)) \(call.value?.text ?? "-")"
    }
  }

  @Test func `a changed node and one whose dependency changed are called, each once`() throws {
    #expect(try calls([["set", "/ht:svc{a}/size", 2]]) == ["size-point /ht:svc{a}/size 2"])
    #expect(try calls([["set", "/ht:svc{a}/limit", 9]]) == ["size-point /ht:svc{a}/size 1"])
    #expect(
      try calls([["set", "/ht:svc{a}/limit", 9], ["set", "/ht:svc{a}/size", 3]]) == ["size-point /ht:svc{a}/size 3"])
  }

  @Test func `the leafs of a new entry are called, those that are there`() throws {
    #expect(
      try calls([["create", "/ht:svc{b}"], ["set", "/ht:svc{b}/size", 4], ["set", "/ht:svc{b}/limit", 9]])
        == ["size-point /ht:svc{b}/size 4"])
    #expect(try calls([["create", "/ht:svc{b}"], ["set", "/ht:svc{b}/limit", 9]]).isEmpty)
  }

  @Test func `of a list only the entries that changed are called, and none that went`() throws {
    #expect(try calls([["set", "/ht:svc{a}/part{1}/weight", "2"]]) == ["part-point /ht:svc{a}/part{1} -"])
    #expect(try calls([["delete", "/ht:svc{a}/part{1}"]]).isEmpty)
  }

  @Test func `where nothing with a point changes nobody is called`() throws {
    #expect(try calls([["create", "/ht:svc{b}"]]).isEmpty)
  }
}
