import Foundation
import Glibc
import JSON
import Kernel
import Testing

@testable import callpoint

@Suite struct `Control socket` {
  /// Sends lines as they are and gives the lines that come back.
  private static func exchange(_ host: RunningHost, _ lines: [String], answers: Int) throws -> [JSONValue] {
    let socket = try UnixSocket.connect(path: host.process.socketPath)
    let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
    #expect(write(socket.number, bytes, bytes.count) == bytes.count)
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while received.count(where: { $0 == UInt8(ascii: "\n") }) < answers {
      let count = read(socket.number, &buffer, buffer.count)
      guard count > 0 else { break }
      received += buffer[..<count]
    }
    return try received.split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: Array($0)) }
  }

  @Test func `what makes no sense is refused, and the connection goes on`() throws {
    let host = try RunningHost(["actions"])
    _ = try host.status()
    let lines = [
      "this is not JSON", "[1]", "{\"id\": 3}", "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"dance\",\"params\":{}}",
      "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"get\",\"params\":{}}",
      "{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"get\",\"params\":[]}",
      "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"commit\",\"params\":{\"edits\":[{\"op\":\"set\"}]}}",
      "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"trans.open\",\"params\":{\"mode\":\"read\"}}",
      "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"thread.hello\",\"params\":{\"token\":\"x\",\"pid\":1}}",
      "{\"jsonrpc\":\"2.0\",\"id\":10,\"method\":\"action\",\"params\":{\"path\":\"/actions:actions/double\",\"input\":5}}",
      "{\"jsonrpc\":\"2.0\",\"id\":11,\"method\":\"action\",\"params\":{\"path\":\"/actions:actions/double\",\"timeoutSeconds\":-1,\"input\":{\"number\":1}}}",
      "{\"jsonrpc\":\"2.0\",\"method\":\"status\"}",
      "{\"jsonrpc\":\"2.0\",\"id\":\"text\",\"method\":\"get\",\"params\":{\"path\":\"/actions:servers\"}}",
    ]
    let answers = try Self.exchange(host, lines, answers: 12)
    #expect(answers.count == 12)
    #expect(
      answers.dropLast().allSatisfy { $0["error"]?["message"]?.string?.isEmpty == false && $0["jsonrpc"] == "2.0" })
    #expect(answers.dropFirst(2).dropLast().map { $0["id"] } == (3...11).map { .integer($0) })
    #expect(answers.prefix(4).map { $0["error"]?["code"] } == [-32700, -32600, -32600, -32601])
    #expect(answers[3]["error"]?["data"]?["kind"] == "invalid-request")
    #expect(answers[3]["error"]?["message"]?.string?.contains("dance") == true)
    #expect(answers[4]["error"]?["message"]?.string?.contains("path") == true)
    #expect(answers.last?["id"] == "text" && answers.last?["result"] != nil, "\(answers.last ?? .null)")
    try host.finish()
  }

  @Test func `requests are answered in any order, and a client that leaves loses only its own`() throws {
    let host = try RunningHost(own: [.script()])
    let gate = host.fixtures.path + "/gate"
    let waiting =
      "import os, time\nwhile not os.path.exists('\(gate)'): time.sleep(0.01)\nopen('\(gate)-passed', 'w').close()"
    var stays = try host.connect()
    let slow = try stays.send("action", ["path": "/script:script/run", "input": ["code": .string(waiting)]])
    let quick = try stays.send("action", ["path": "/script:script/run", "input": ["code": "result = 1"]])
    #expect(try stays.receive().id == quick)
    do {
      var leaves = try host.connect()
      _ = try leaves.send("action", ["path": "/script:script/run", "input": ["code": .string(waiting)]])
      // Half a message, too.
      _ = try leaves.send("status", [:])
    }
    #expect(try host.script("result = 2") == 2)
    #expect(FileManager.default.createFile(atPath: gate, contents: nil))
    #expect(try stays.receive().id == slow)
    try host.finish()
  }

  @Test func `the socket is its owner's alone, and a second host on it is refused`() throws {
    let host = try RunningHost(["actions"])
    _ = try host.status()
    let attributes = try FileManager.default.attributesOfItem(atPath: host.process.socketPath)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    let directory = try TemporaryDirectory()
    let second = try Tool.callpoint(
      ["serve", RunningHost.examples + "/actions", "--state", directory.path, "--socket", host.process.socketPath],
      directory: directory.path)
    #expect(second.status == 1 && second.errors.contains(host.process.socketPath), "\(second)")
    #expect(try host.action("/actions:actions/double", ["number": 3]) == ["result": 6])
    try host.finish()
  }
}
