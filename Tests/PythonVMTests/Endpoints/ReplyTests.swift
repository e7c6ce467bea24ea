import Callpoints
import JSON
import Testing

@testable import PythonVM

@Suite struct `Endpoint replies` {
  private func parse(_ text: String) throws -> Reply.Line {
    try Array(text.utf8).withUnsafeBytes { try Reply.parse($0) }
  }

  @Test func `a result keeps its parts as text until they are wanted`() throws {
    let bytes = Array(#"{"id":17,"ok":{"output":{"n":1}},"writes":[["set","/a",1]],"reads":["/b"]}"#.utf8)
    try bytes.withUnsafeBytes { buffer in
      guard case .reply(let request, .success(let reply)) = try Reply.parse(buffer) else {
        Issue.record("not a reply")
        return
      }
      #expect(request == RequestID(17))
      #expect(try reply.output().map { String(decoding: $0, as: UTF8.self) } == #"{"n":1}"#)
      #expect(reply.writes.map { String(decoding: $0, as: UTF8.self) } == #"[["set","/a",1]]"#)
      #expect(try reply.reads() == ["/b"])
    }
  }

  @Test func `an error carries its text and number`() throws {
    guard case .reply(_, .failure(let error)) = try parse(#"{"id":1,"error":{"message":"boom","errno":5}}"#) else {
      Issue.record("not an error")
      return
    }
    #expect(error == CallError(.callbackError, "boom", errno: 5))
  }

  @Test func `readiness and moved deadlines are no replies`() throws {
    guard case .ready(pid: 9) = try parse(#"{"ready":{"pid":9,"parentDeathSignal":9}}"#) else {
      Issue.record("not ready")
      return
    }
    guard case .timeout(let request, seconds: 60) = try parse(#"{"timeout":{"id":3,"seconds":60}}"#) else {
      Issue.record("no timeout")
      return
    }
    #expect(request == RequestID(3))
  }

  @Test(arguments: ["", "7", "{}", #"{"id":1}"#, #"{"id":-1,"ok":{}}"#, #"{"ready":{}}"#, #"{"id":1,"ok":"#])
  func `anything else is a violation`(text: String) {
    #expect(throws: ProtocolViolation.self) { try parse(text) }
  }

  @Test func `a request's line puts its numbers before its body`() {
    let body = RequestBody("action") { writer in
      writer.key("name")
      writer.string("reset")
    }
    let same = RequestBody(Array(",\"op\":\"action\",\"name\":".utf8)) { $0.string("reset") }
    for body in [body, same] {
      var line = Array("before\n".utf8)
      body.write(to: &line, request: 5, registration: 2)
      let text = "before\n{\"id\":5,\"cp\":2,\"op\":\"action\",\"name\":\"reset\"}\n"
      #expect(String(decoding: line, as: UTF8.self) == text)
    }
  }
}
