import Foundation
import Glibc
import JSON
import Kernel
import TestSupport
import Testing

@testable import callpoint

@Suite struct `Control socket fuzz` {
  @Test(arguments: Fuzz.seeds(2)) func `every message of a client has its one answer`(seed: UInt64) throws {
    // Invariant: a line that is no request is refused, a request is answered once under its id, and the host serves on.
    let host = try RunningHost(["actions"])
    _ = try host.status()
    try Fuzz.round(seed) { round in
      for _ in 0..<15 {
        let lines = (0..<40).map { _ in RandomMessage.line(using: &round.random) }
        round.tries(Array(lines.joined(separator: [UInt8(ascii: "\n")])))
        var expected = lines.compactMap(Self.answeredID)
        expected.append("last")
        let found = try Self.exchange(host, lines + [Array(#"{"id":"last","method":"status"}"#.utf8)], expected.count)
        #expect(found.map(\.text).sorted() == expected.map(\.text).sorted())
      }
    }
    #expect(try host.action("/actions:actions/double", ["number": 3]) == ["result": 6])
    try host.finish()
  }

  /// The id under which a line is answered, if it is.
  private static func answeredID(_ line: [UInt8]) -> JSONValue? {
    guard let message = try? JSONValue(parsing: line) else { return .some(.null) }
    guard message["method"]?.string != nil, (message["params"] ?? [:]).object != nil else {
      return message["id"] ?? .some(.null)
    }
    return message["id"]
  }

  /// Sends lines and gives the ids of the answers; each is either a result or an error that says something.
  private static func exchange(_ host: RunningHost, _ lines: [[UInt8]], _ answers: Int) throws -> [JSONValue] {
    let socket = try UnixSocket.connect(path: host.process.socketPath)
    let bytes = Array(lines.map { $0 + [UInt8(ascii: "\n")] }.joined())
    #expect(write(socket.number, bytes, bytes.count) == bytes.count)
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while received.count(where: { $0 == UInt8(ascii: "\n") }) < answers {
      let count = read(socket.number, &buffer, buffer.count)
      guard count > 0 else { throw Unexpected(description: "the host closed the connection") }
      received += buffer[..<count]
    }
    return try received.split(separator: UInt8(ascii: "\n")).map { line in
      let answer = try JSONValue(parsing: Array(line))
      #expect((answer["result"] == nil) == (answer["error"]?["message"]?.string?.isEmpty == false), "\(answer)")
      return answer["id"] ?? .null
    }
  }

  @Test(arguments: Fuzz.seeds(1)) func `what a process below a VM asks for is answered or refused`(seed: UInt64) throws
  {
    // Invariant: every message of a VM's thread has its one answer, and no transaction of it outlives its connection.
    let host = try RunningHost(own: [
      .script(yang: "list box { key name; leaf name { type string; } leaf size { type uint8; } }")
    ])
    try Fuzz.round(seed) { round in
      for _ in 0..<10 {
        let lines = (0..<30).map { _ in JSONValue.string(RandomMessage.transaction(using: &round.random)) }
        let code = """
          import json, os, socket
          from callpoint_vm.wire import Link
          link = socket.socket(socket.AF_UNIX)
          link.connect(os.environ["NCS_IPC_PATH"])
          text = link.makefile("rw", encoding="utf-8", newline="\\n")
          hello = {"id": -1, "method": "thread.hello", "params": {"token": os.environ["CALLPOINT_TOKEN"], "pid": os.getpid()}}
          lines = [json.dumps(hello)] + json.loads(\(literal(JSONValue.array(lines).text)))
          text.write("".join(line + "\\n" for line in lines))
          text.flush()
          result = [json.loads(text.readline())["id"] for line in lines]
          """
        round.tries(code)
        let ids = try host.script(code)
        let expected = [-1] + lines.compactMap { $0.string.flatMap { try? JSONValue(parsing: $0) }?["id"] }
        #expect(ids.array?.map(\.text).sorted() == expected.map(\.text).sorted())
      }
    }
    #expect(try host.script("result = 1") == 1)
    try host.finish()
  }

  @Test(arguments: Fuzz.seeds(1)) func `a VM that talks nonsense is killed, and an honest one that follows is served`(
    seed: UInt64
  ) throws {
    // Invariant: whatever a VM and its template say and write, the host lives, and its next VM serves every callpoint.
    let directory = try TemporaryDirectory()
    let command = directory.path + "/start"
    try Tool.install(NonsenseVM.program(seed: seed, times: 5), at: command)
    let host = try RunningHost(own: [.script(multiprocessing: true)], options: ["--start-command", command])
    let isServed = {
      // A VM that says that its packages do not load is believed, and started again only when somebody asks for it.
      _ = try? host.call("start", ["vm": "script"])
      return (try? host.script("result = 1")) == 1
    }
    try host.wait(until: isServed, "no honest VM serves")
    #expect(try host.vm("script")["state"] == "running")
    try host.finish()
  }

  /// A text as a string of Python.
  private func literal(_ text: String) -> String { JSONValue.string(text).text }
}
