import JSON
import TestSupport
import Testing

@testable import Host

@Suite struct `Plain actions` {
  private static let requests = [
    #"{"jsonrpc":"2.0","id":7,"method":"action","params":{"path":"/a:b{c}/d","input":{"x":[1,"y"],"z":{}}}}"#,
    #"{"id":"x","params":{"path":"/a:b"},"method":"action"}"#,
    #" { "params" : { "path" : "/é" , "input" : { } } , "method" : "action" , "id" : -1 } "#,
  ]

  private func action(_ line: UnsafeRawBufferPointer) -> PlainAction? {
    PlainAction(line) { (_, scanner) throws(JSONError) in
      try scanner.skip()
      return true
    }
  }

  private func isPlain(_ line: String) -> Bool { Array(line.utf8).withUnsafeBytes { action($0) != nil } }

  @Test func `the usual request is one`() {
    for request in Self.requests { #expect(isPlain(request)) }
    Array(Self.requests[1].utf8).withUnsafeBytes { line in
      let action = action(line)
      #expect(action?.id == "x" && action.map { String(decoding: $0.path, as: UTF8.self) } == "/a:b")
      #expect(action.map { String(decoding: $0.input, as: UTF8.self) } == "{}")
    }
  }

  @Test(
    arguments: [
      "", "{}", "[]", #"{"id":7,"method":"status","params":{"path":"/a"}}"#, #"{"id":7,"method":"action"}"#,
      #"{"id":null,"method":"action","params":{"path":"/a"}}"#, #"{"method":"action","params":{"path":"/a"}}"#,
      #"{"id":7,"method":"action","params":{"path":"/a","user":"me"}}"#, #"{"id":7,"method":"action","params":{}}"#,
      #"{"id":7,"method":"action","params":{"path":"/a","timeoutSeconds":1}}"#,
      #"{"id":7,"method":"action","params":{"path":"/\u0061"}}"#, #"{"id":7,"method":"action","params":["/a"]}"#,
      #"{"id":7,"id":7,"method":"action","params":{"path":"/a"}}"#, #"{"id":7,"method":"action","params":{"path":7}}"#,
      #"{"id":7,"method":"action","params":{"path":"/a","path":"/a"}}"#,
      #"{"id":7,"method":"action","params":{"input":{},"path":"/a"}}"#,
      #"{"id":7,"method":"action","params":{"path":"/a","input":7}}"#,
      #"{"id":7,"method":"action","params":{"path":"/a"}}}"#, #"{"id":7,"method":"action","params":{"path":"/a"}"#,
    ])
  func `what is unusual or wrong is none`(line: String) { #expect(!isPlain(line)) }

  @Test func `one whose input is not taken is none`() {
    for request in Self.requests {
      var paths: [String] = []
      Array(request.utf8).withUnsafeBytes { line in
        let action = PlainAction(line) { (path, _) throws(JSONError) in
          paths.append(String(decoding: path, as: UTF8.self))
          return false
        }
        #expect(action == nil)
      }
      #expect(paths.count == 1 && request.contains(paths[0]))
    }
  }

  @Test func `a long line is none`() {
    let line = #"{"id":7,"method":"action","params":{"path":"/a"}}"#
    #expect(isPlain(line + String(repeating: " ", count: 60_000)))
    #expect(!isPlain(line + String(repeating: " ", count: 70_000)))
  }

  private static let spice =
    [
      "{", "}", "[", "]", "\"", ",", ":", "null", "{}", "\"\"", "\0", "\u{E9}", "\"id\":", "\"method\":", "\"action\"",
      "\"params\":", "\"jsonrpc\":\"2.0\",", "\"path\":", "\"input\":", "\"met\\u0068od\":", "\\u0041", "\"x\":1,",
    ] + SeededGenerator.strangeNumbers

  @Test(arguments: Fuzz.seeds(20)) func `a plain action is what a parser finds in the line`(seed: UInt64) throws {
    // Invariant: all members are those of the whole line; a line that is not JSON has what makes it so in its input.
    try Fuzz.round(seed) { round in
      for _ in 0..<300 {
        let bytes = round.random.damaged(Array(round.random.pick(Self.requests).utf8), spice: Self.spice)
        round.tries(bytes)
        try bytes.withUnsafeBytes { line in
          guard let action = action(line) else { return }
          let input = try? JSONValue(parsing: action.input)
          guard let whole = try? JSONValue(parsing: line) else { return #expect(input == nil) }
          let params = try #require(whole["params"]?.object)
          #expect(whole["id"] == action.id && whole["method"] == "action")
          #expect(params["path"] == .string(String(decoding: action.path, as: UTF8.self)))
          #expect(input == params["input"] ?? [:])
          #expect(params.keys.allSatisfy { $0 == "path" || $0 == "input" })
        }
      }
    }
  }
}
