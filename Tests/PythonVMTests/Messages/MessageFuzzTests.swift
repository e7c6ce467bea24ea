import Callpoints
import JSON
import TestSupport
import Testing

@testable import PythonVM

@Suite struct `Messages fuzz` {
  private static let replies = [
    #"{"id":17,"ok":{"output":{"n":1}},"writes":[["set","/a",1]],"reads":["/b"]}"#,
    #"{"id":17,"error":{"message":"boom","errno":5}}"#, #"{"ready":{"pid":9,"parentDeathSignal":9}}"#,
    #"{"timeout":{"id":3,"seconds":60}}"#, #"{"id":18446744073709551615,"ok":{"proplist":[["a","b"]]},"writes":[]}"#,
  ]

  private static let spice =
    [
      "{", "}", "[", "]", "\"", ",", ":", "\"id\":", "\"ok\":", "\"error\":", "\"ready\":", "\"timeout\":", "null",
      "{}",
      "[]", "\"\"", "\"seconds\":", "\\u0000", "\0", "\u{E9}", "true", "\"writes\":", "\"reads\":", "\"pid\":",
    ] + SeededGenerator.strangeNumbers

  @Test(arguments: Fuzz.seeds(20)) func `a damaged reply is read as JSON says, or is a violation`(seed: UInt64) throws {
    // Invariant: a reply's parts are what a whole parser finds in the line; every other line is a violation.
    try Fuzz.round(seed) { round in
      for _ in 0..<100 {
        let bytes = round.random.damaged(Array(round.random.pick(Self.replies).utf8), spice: Self.spice)
        round.tries(bytes)
        let whole = try? JSONValue(parsing: bytes)
        bytes.withUnsafeBytes { check($0, whole) }
      }
    }
  }

  private func check(_ bytes: UnsafeRawBufferPointer, _ whole: JSONValue?) {
    guard let line = try? Reply.parse(bytes) else { return }
    switch line {
    case .ready(let pid):
      #expect(whole == nil || whole?["ready"]?["pid"] == .integer(Int64(pid)))
    case .timeout(let request, let seconds):
      #expect(whole == nil || whole?["timeout"]?["id"]?.uint == request.number)
      #expect(seconds.isFinite && Duration.chosen(seconds: seconds) >= .zero)
    case .reply(let request, .failure(let error)):
      #expect(whole == nil || whole?["id"]?.uint == request.number)
      #expect(error.kind == .callbackError || whole?["error"]?["kind"] != nil)
    case .reply(let request, .success(let reply)):
      // What is not looked at is not checked for two members of one name, so that only a whole line can be compared.
      guard let whole else { return }
      #expect(whole["id"]?.uint == request.number)
      #expect((try? reply.value()) == whole["ok"])
      #expect((try? reply.writes.map { try JSONValue(parsing: $0) } ?? []) == (whole["writes"] ?? []))
      #expect((try? reply.reads()) == (whole["reads"]?.array ?? []).compactMap(\.string))
      guard whole["ok"]?.object != nil else { return }
      let output = try? reply.output().map { try JSONValue(parsing: $0) }
      #expect(output == whole["ok"]?["output"])
    }
  }

  @Test(arguments: Fuzz.seeds(20)) func `a damaged report of a component is read or is a violation`(seed: UInt64) throws
  {
    // Invariant: a report has its component's name and registrations with the numbers, kinds and names that were sent.
    let report: JSONValue = [
      "package": "p", "name": "main", "state": "running",
      "callpoints": [
        ["id": 0, "kind": "action", "name": "a", "class": "p.main.A", "callbacks": ["action"]],
        ["id": 1, "kind": "service", "name": "b", "class": "p.main.B", "callbacks": ["create", "pre_modification"]],
        [
          "id": 2, "kind": "nano", "name": "c", "componentType": "x:y", "state": "ncs:init", "class": "C",
          "callbacks": [],
        ],
      ],
    ]
    try Fuzz.round(seed) { round in
      for _ in 0..<100 {
        let bytes = round.random.damaged(Array(report.text.utf8), spice: Self.spice)
        round.tries(bytes)
        guard let params = try? JSONValue(parsing: bytes), let read = try? ComponentReport(params) else { continue }
        #expect(read.package == params["package"]?.string && read.name == params["name"]?.string)
        #expect((read.error == nil) == (params["state"] == "running"))
        #expect(read.registrations.count == (params["callpoints"]?.array ?? []).count)
        for (registration, sent) in zip(read.registrations, params["callpoints"]?.array ?? []) {
          #expect(registration.number == sent["id"]?.int && registration.identity.name == sent["name"]?.string)
          #expect(registration.identity.kind.rawValue == sent["kind"]?.string)
          #expect((registration.identity.nanoState != nil) == (registration.identity.kind == .nano))
        }
      }
    }
  }
}
