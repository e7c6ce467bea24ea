import Foundation
import JSON
import Testing

@testable import callpoint

/// Clients that hurt only themselves.
///
/// Each is a Python process, so that it is another one than the well-behaved client; what it must see itself it asserts.
@Suite struct `Misbehaving clients` {
  private static let preamble = """
    import json, os, resource, select, socket, sys, time
    path = sys.argv[1]
    def connect():
        one = socket.socket(socket.AF_UNIX)
        one.connect(path)
        return one
    def answer(one):
        text = b""
        while not text.endswith(b"\\n"):
            piece = one.recv(1 << 16)
            assert piece, "the host closed the connection"
            text += piece
        return json.loads(text)
    def request(method, identifier=1, **params):
        text = {"jsonrpc": "2.0", "id": identifier, "method": method, "params": params}
        return json.dumps(text).encode() + b"\\n"
    def rest():
        os.write(1, b"there\\n")
        sys.stdin.read()

    """

  /// Runs a misbehaving client, and requests of another one once it is where it wanted to be.
  private static func run(_ script: String, options: [String] = []) throws {
    let host = try RunningHost(["actions"], options: options)
    let soundness = try host.soundness { _ = try host.action("/actions:actions/double", ["number": 3]) }
    var early = try host.connect()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-W", "error::SyntaxWarning", "-c", preamble + script, host.process.socketPath]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) == "there\n")
    for number in 0..<20 {
      let (twice, number) = (Int64(2 * number), Int64(number))
      let params: JSONObject = ["path": "/actions:actions/double", "input": ["number": .integer(number)]]
      #expect(try early.call("action", params)["output"] == ["result": .integer(twice)])
      #expect(try host.call("action", params)["output"] == ["result": .integer(twice)])
    }
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    try soundness.assertRecovered(clients: 1)
    try host.finish()
  }

  @Test func `half a line for ever`() throws {
    try Self.run(
      """
      one = connect()
      one.sendall(b'{"jsonrpc":"2.0","id":1,')
      rest()
      """)
  }

  @Test func `lines of 64 MiB without an end, ten at once`() throws {
    try Self.run(
      """
      clients = [connect() for _ in range(10)]
      for _ in range(64):
          for one in clients:
              one.sendall(b"x" * (1 << 20))
      for one in clients:
          error = answer(one)["error"]
          assert error["data"]["kind"] in ("too-large", "busy"), error
          one.sendall(b"\\n" + request("status", 7))
          assert answer(one)["id"] == 7
      rest()
      """)
  }

  @Test func `binary garbage`() throws {
    try Self.run(
      """
      one = connect()
      one.sendall(os.urandom(1 << 16).replace(b"\\n", b" ") + b"\\n" + bytes(1000) + b"\\n\\xff\\xfe\\n{\\"id\\":\\n")
      for _ in range(4):
          error = b""
          while not error.endswith(b"\\n"):
              error += one.recv(1)
          assert json.loads(error)["error"]["code"] == -32700, error
      one.sendall(request("status"))
      assert "result" in answer(one)
      rest()
      """)
  }

  @Test func `thousands of connections`() throws {
    try Self.run(
      """
      limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
      resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
      for _ in range(2):
          clients = [connect() for _ in range(1500)]
      last = answer(clients[-1])
      assert last["id"] is None and last["error"]["data"]["kind"] == "busy", last
      assert clients[-1].recv(1) == b""
      rest()
      """)
  }

  @Test func `answers that are not read`() throws {
    try Self.run(
      """
      one = connect()
      # The answer names the method.
      text = request("x" * (1 << 20))
      sent = 0
      try:
          while sent < 300:
              one.sendall(text)
              sent += 1
          raise AssertionError("the host keeps answers without end")
      except (BrokenPipeError, ConnectionResetError):
          assert sent > 60, sent
      rest()
      """)
  }

  @Test func `one byte after the other, either way`() throws {
    try Self.run(
      """
      one = connect()
      for count in range(2):
          for byte in request("status", count):
              one.sendall(bytes([byte]))
              time.sleep(0.001)
      for count in range(2):
          text = b""
          while not text.endswith(b"\\n"):
              text += one.recv(1)
          assert json.loads(text)["id"] == count
      one.sendall(request("status")[:-3])
      rest()
      """)
  }

  @Test func `requests that are not waited for, as many as fit`() throws {
    try Self.run(
      """
      for _ in range(20):
          one = connect()
          for number in range(100):
              one.sendall(request("get", number, path="/"))
          one.close()
      rest()
      """)
  }
}
