import Callpoints
import Datastore
import JSON
import Testing

@testable import Host

@Suite struct `Edits` {
  private let transaction = Transaction(on: Snapshot(schema: Model.schema))

  @Test func `each operation does what its name says, in order`() throws {
    try Edit.apply(
      [
        ["op": "merge", "path": "/", "value": ["host-test:svc": [["name": "a", "size": 1]]]],
        ["op": "create", "path": "/ht:svc{b}"],
        ["op": "set", "path": "/ht:svc{b}/size", "value": 2],
        ["op": "merge", "path": "/ht:svc{b}", "value": ["part": [["id": 1]]]],
        ["op": "delete", "path": "/ht:svc{a}/size"],
      ], to: transaction)
    #expect(
      transaction.working.document() == [
        "host-test:svc": [["name": "a"], ["name": "b", "size": 2, "part": [["id": 1]]]]
      ])
  }

  @Test(
    arguments: [
      ([["path": "/ht:svc"]], CallError.Kind.invalidRequest, "an edit needs an 'op'"),
      ([["op": "move", "path": "/ht:svc{a}"]], .invalidRequest, "there is no edit 'move'"),
      ([["op": "delete", "path": "/ht:svc{z}"]], .invalidPath, "/ht:svc{z}: it does not exist"),
      ([["op": "set", "path": "/ht:svc{z}/size", "value": 300]], .invalidValue, "/ht:svc{z}/size"),
      ([["op": "set", "path": "/ht:nothing", "value": 1]], .invalidPath, "nothing"),
    ] as [([JSONValue], CallError.Kind, String)])
  func `a refused edit is named`(edits: [JSONValue], kind: CallError.Kind, part: String) {
    let error = #expect(throws: CallError.self) { try Edit.apply(edits, to: transaction) }
    #expect(error?.kind == kind && error?.description.contains(part) == true, "\(String(describing: error))")
  }
}
