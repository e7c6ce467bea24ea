import Foundation
import JSON
import Testing

@testable import callpoint

/// Processes below a VM that break the rules of the wire.
@Suite struct `Wire faults` {
  @Test func `a worker that writes what is no reply is killed and replaced, and no other request gets it`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    let soundness = try host.scriptSoundness()
    let written = [
      "b'garbage\\n'", "b'{\"id\":1,\"ok\"\\n'", "b'{\"id\":\\xff}\\n'", "b'\\0\\n'", "b'[1]\\n'", "b'{}\\n'",
      "b'{\"id\":99999999,\"ok\":{\"output\":{}}}\\n'",
      "b'{\"id\":%d,\"ok\":{\"output\":{}}}\\n' % (uinfo._request + 1)",
    ]
    for text in written {
      var other = try host.connect()
      let server = try host.server()
      let code = RunningHost.replyPipe + "os.write(reply_pipe(), \(text))\nimport time\ntime.sleep(60)"
      let lost = try refusal { try host.call("action", RunningHost.script(code)) }
      #expect(lost.kind == "worker-lost" && lost.message.contains("script-run"), "\(text): \(lost)")
      #expect(try other.call("action", RunningHost.script("result = 1", in: "other"))["output"] == ["result": "1"])
      #expect(try host.script("result = 2") == 2)
      #expect(try host.server() != server)
    }
    try soundness.assertRecovered()
    try host.finish()
  }

  @Test func `a second reply to one request costs the worker, and the first one counts`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    let soundness = try host.scriptSoundness()
    let server = try host.server()
    let twice =
      RunningHost.replyPipe
      + "os.write(reply_pipe(), b'{\"id\":%d,\"ok\":{\"output\":{\"result\":\"first\"}}}\\n' % uinfo._request)\nresult = 'second'"
    #expect(try host.call("action", RunningHost.script(twice))["output"] == ["result": "first"])
    try host.wait(until: { try host.server() != server }, "the worker is not replaced")
    try soundness.assertRecovered()
    try host.finish()
  }

  @Test(arguments: [false, true])
  func `large messages pass both ways at once, nested ones too, through the smallest pipes`(
    multiprocessing: Bool
  ) throws {
    let host = try RunningHost(own: [.script(multiprocessing: multiprocessing)])
    let soundness = try host.scriptSoundness()
    let shrink = """
      import fcntl, os
      set_size, size = 1031, 1032
      sizes = set()
      for name in os.listdir("/proc/self/fd"):
          try:
              if int(name) > 2 and os.readlink("/proc/self/fd/" + name).startswith("pipe:"):
                  sizes.add(fcntl.fcntl(int(name), set_size, 4096))
          except OSError:
              pass
      result = sorted(sizes)
      """
    for action in ["run", "other"] {
      let sizes = try host.call("action", RunningHost.script(shrink, in: action))["output"]
      #expect(sizes == ["result": "[4096]"])
    }
    let megabyte = 1 << 20
    let text = String(repeating: "x", count: megabyte)
    let code = """
      text = "\(text)"
      inner = root.script__script.other.get_input()
      inner.code = "result = '" + text + "'"
      result = root.script__script.other(inner).result
      """
    var client = try host.connect()
    var open = try (0..<8).map { _ in try client.send("action", RunningHost.script(code)) }
    while !open.isEmpty {
      let answer = try client.receive()
      open.removeAll { $0 == answer.id }
      let output = try answer.result.get()["output"]?["result"]?.string
      #expect(output == "\"\\\"\(text)\\\"\"")
    }
    try soundness.assertRecovered(clients: 1)
    try host.finish()
  }
}
