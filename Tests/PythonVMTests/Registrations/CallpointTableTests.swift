import Callpoints
import JSON
import Testing

@testable import PythonVM

@Suite struct `Callpoint table` {
  private let table = CallpointTable()

  private func report(_ package: String, _ points: [(kind: String, name: String)]) throws -> ComponentReport {
    try ComponentReport([
      "package": .string(package), "name": "main", "state": "running",
      "callpoints": .array(
        points.enumerated().map { number, point in
          [
            "id": .integer(Int64(number)), "kind": .string(point.kind), "name": .string(point.name), "class": "C",
            "callbacks": ["create"], "componentType": "vr:router", "state": "vr:up",
          ]
        }),
    ])
  }

  @Test func `a registration keeps its number when its VM starts again`() throws {
    let first = try table.register(report("p", [("service", "s"), ("action", "a")]), of: "p")
    let second = try table.register(report("p", [("action", "a"), ("service", "s")]), of: "p")
    #expect(first.map(\.id) == second.reversed().map(\.id))
    #expect(table.all.count == 2)
  }

  @Test func `a second component's registration of a point takes in nothing and names the first`() throws {
    _ = try table.register(report("p", [("service", "s")]), of: "p")
    let conflict = #expect(throws: CallpointTable.Conflict.self) {
      try table.register(report("q", [("action", "a"), ("service", "s")]), of: "q")
    }
    #expect(conflict?.description == "service s is already registered by package p, component main")
    #expect(table[CallpointIdentity(kind: .action, name: "a")] == nil)
  }

  @Test func `one name may be used for points of different kinds`() throws {
    _ = try table.register(report("p", [("service", "x"), ("action", "x"), ("validation", "x")]), of: "p")
    #expect(table.all.count == 3)
  }

  @Test func `a nano state is found exactly or by a star`() throws {
    let entry = try table.register(report("p", [("nano", "n")]), of: "p")[0]
    #expect(table.nano(servicepoint: "n", componentType: "vr:router", state: "vr:up")?.id == entry.id)
    #expect(table.nano(servicepoint: "n", componentType: "vr:router", state: "vr:down") == nil)
    let any = try ComponentReport([
      "package": "q", "name": "main", "state": "running",
      "callpoints": [["id": 0, "kind": "nano", "name": "n", "componentType": "*", "state": "vr:down"]],
    ])
    let star = try table.register(any, of: "q")[0]
    #expect(table.nano(servicepoint: "n", componentType: "vr:router", state: "vr:down")?.id == star.id)
  }

  @Test func `what a VM registered goes with it`() throws {
    _ = try table.register(report("p", [("service", "s")]), of: "p")
    #expect(table.remove(vm: "p").count == 1)
    #expect(table.all.isEmpty)
    #expect(try table.register(report("q", [("service", "s")]), of: "q").count == 1)
  }

  @Test(
    arguments: [
      [:], ["package": "p"], ["package": "p", "name": "main", "state": "running", "callpoints": [["name": "x"]]],
      ["package": "p", "name": "main", "state": "running", "callpoints": [["id": 0, "kind": "nano", "name": "x"]]],
    ] as [JSONValue])
  func `a report without what it needs is a violation`(params: JSONValue) {
    #expect(throws: ProtocolViolation.self) { try ComponentReport(params) }
  }
}
