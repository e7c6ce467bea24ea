import Callpoints
import JSON
import Testing
import Yang

@testable import Host

@Suite struct `Action input` {
  private func check(_ input: JSONObject) throws(CallError) -> JSONObject {
    let schema = Model.schema
    guard let node = schema.nodes.first(where: { $0.kind == .input && schema[$0.parent ?? .root].name == "measure" })
    else { throw CallError(.invalidRequest, "the model has no such input") }
    return try ParameterTree(schema: schema).check(input, against: node, path: "/ht:svc{a}/measure")
  }

  @Test func `values come out in canonical form, names with or without their module`() throws {
    let checked = try check([
      "host-test:unit": "mm", "only": ["7", 8], "by": [["id": "1", "factor": 5]], "where": ["deep": "true"],
      "dry": [nil], "slow": "010",
    ])
    #expect(
      checked == [
        "unit": "mm", "only": [7, 8], "by": [["id": 1, "factor": "5"]], "where": ["deep": true], "dry": [nil],
        "slow": 10,
      ])
  }

  @Test(
    arguments: [
      (["unit": "mm", "nope": 1], CallError.Kind.invalidPath, "nope"),
      (["unit": "km"], .invalidValue, "/ht:svc{a}/measure/unit"),
      (["unit": "mm", "only": 7], .invalidValue, "/ht:svc{a}/measure/only"),
      (["unit": "mm", "only": [700]], .invalidValue, "/ht:svc{a}/measure/only"),
      (["unit": "mm", "where": 7], .invalidValue, "/ht:svc{a}/measure/where"),
      (["unit": "mm", "by": [7]], .invalidValue, "/ht:svc{a}/measure/by"),
      (["unit": "mm", "where": ["deep": "maybe"]], .invalidValue, "/ht:svc{a}/measure/where/deep"),
      ([:], .invalidValue, "'unit'"),
    ] as [(JSONObject, CallError.Kind, String)])
  func `what is wrong is named with its path`(input: JSONObject, kind: CallError.Kind, part: String) {
    let error = #expect(throws: CallError.self) { try check(input) }
    #expect(error?.kind == kind && error?.description.contains(part) == true, "\(String(describing: error))")
  }
}
