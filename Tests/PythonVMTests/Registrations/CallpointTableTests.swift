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
    let first = try table.register(report("p", [("service", "s"), ("action", "a")]), of: "p").entries
    let second = try table.register(report("p", [("action", "a"), ("service", "s")]), of: "p").entries
    #expect(first.map(\.id) == second.reversed().map(\.id))
    #expect(table.all.count == 2)
  }

  @Test func `what a component registers no more is gone, and has its number if it comes back`() throws {
    let first = try table.register(report("p", [("service", "s"), ("action", "a")]), of: "p").entries
    let second = try table.register(report("p", [("action", "a")]), of: "p")
    #expect(second.gone.map(\.id) == [first[0].id] && table.all.map(\.id) == [first[1].id])
    #expect(try table.register(report("q", [("service", "s")]), of: "q").entries[0].id == first[0].id)
  }

  @Test func `VMs take the places of others all at once, and are told whose point they want`() throws {
    _ = try table.register(report("p", [("service", "s"), ("action", "a")]), of: "p")
    _ = try table.register(report("q", [("action", "b")]), of: "q")
    // On trial: nothing is in the table yet.
    let new = try table.entries(of: report("p", [("service", "s"), ("action", "b"), ("action", "c")]), in: "shared")
    #expect(table[CallpointIdentity(kind: .action, name: "c")] == nil)
    let rivalry = table.conflict(replacing: ["p"], by: new)
    #expect(rivalry?.vm == "shared" && rivalry.map { "\($0.conflict)" }?.contains("package q") == true)
    #expect(table.conflict(replacing: ["p", "q"], by: new) == nil)
    let twice = try table.entries(of: report("r", [("action", "c")]), in: "r")
    #expect(table.conflict(replacing: ["p", "q"], by: new + twice)?.vm == "r")

    let gone = table.exchange(["p", "q"], for: new)
    #expect(gone.map { "\($0.identity)" } == ["action a"])
    #expect(Set(table.all.map(\.vm)) == ["shared"] && table.all.count == 3)
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
    let entry = try table.register(report("p", [("nano", "n")]), of: "p").entries[0]
    #expect(table.nano(servicepoint: "n", componentType: "vr:router", state: "vr:up")?.id == entry.id)
    #expect(table.nano(servicepoint: "n", componentType: "vr:router", state: "vr:down") == nil)
    let any = try ComponentReport([
      "package": "q", "name": "main", "state": "running",
      "callpoints": [["id": 0, "kind": "nano", "name": "n", "componentType": "*", "state": "vr:down"]],
    ])
    let star = try table.register(any, of: "q").entries[0]
    #expect(table.nano(servicepoint: "n", componentType: "vr:router", state: "vr:down")?.id == star.id)
  }

  @Test func `what a VM registered goes with it`() throws {
    _ = try table.register(report("p", [("service", "s")]), of: "p")
    #expect(table.exchange(["p"], for: []).count == 1)
    #expect(table.all.isEmpty)
    #expect(try table.register(report("q", [("service", "s")]), of: "q").entries.count == 1)
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
