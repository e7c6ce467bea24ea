import Foundation
import JSON
import Testing

@testable import callpoint

@Suite struct `Message limit` {
  private static let mebibyte = 1 << 20

  private static let small = ["--message-limit", "1"]

  private static func text(mebibytes: Int) -> String { String(repeating: "x", count: mebibytes * mebibyte) }

  private static func run(_ code: String) -> JSONObject {
    ["path": "/script:script/run", "input": ["code": .string(code)]]
  }

  @Test func `a request above the limit is refused by its number, and the connection goes on`() throws {
    let host = try RunningHost(own: [.script()])
    var client = try host.connect()
    for mebibytes in [16, 64] {
      let refused = try refusal { try client.call("action", Self.run("#" + Self.text(mebibytes: mebibytes))) }
      #expect(refused.kind == "too-large")
      #expect(refused.message.contains("16 MiB") && refused.message.contains("--message-limit"), "\(refused)")
      #expect(try client.call("action", Self.run("result = 1"))["output"] == ["result": "1"])
    }
    try host.finish()
  }

  @Test func `a request that grows beyond the limit on its way to the callback is refused`() throws {
    let host = try RunningHost(own: [.script()], options: Self.small)
    var client = try host.connect()
    // The client's message is below the limit; the callback's, which says more about the request, is not.
    let code = "#" + String(repeating: "x", count: Self.mebibyte - 120)
    let refused = try refusal { try client.call("action", Self.run(code)) }
    #expect(refused.kind == "too-large" && refused.message.contains("action script-run"), "\(refused)")
    #expect(try client.call("action", Self.run("result = 1"))["output"] == ["result": "1"])
    try host.finish()
  }

  @Test(arguments: [false, true]) func `a reply above the limit fails its request, and the process goes on`(
    multiprocessing: Bool
  ) throws {
    let host = try RunningHost(own: [.script(multiprocessing: multiprocessing)], options: Self.small)
    let process = try host.script("import os\nresult = os.getpid()")
    let refused = try refusal { try host.script("result = 'x' * (1 << 20)") }
    #expect(refused.kind == "too-large" && refused.message.contains("1 MiB"), "\(refused)")
    #expect(try host.script("import os\nresult = os.getpid()") == process)
    try host.finish()
  }

  @Test func `an answer above the limit is an error, and so is what a callback asks of the host`() throws {
    let list = "list item { key name; leaf name { type string; } leaf text { type string; } }"
    let host = try RunningHost(own: [.script(yang: list)], options: Self.small)
    var client = try host.connect()
    for name in 0..<3 {
      let edit: JSONValue = [
        "op": "set", "path": .string("/script:item{\(name)}/text"),
        "value": .string(String(repeating: "x", count: 400_000)),
      ]
      _ = try client.call("commit", ["edits": [["op": "create", "path": .string("/script:item{\(name)}")], edit]])
    }
    let refused = try refusal { try client.call("get", ["path": "/"]) }
    #expect(refused.kind == "too-large" && refused.message.contains("1 MiB"), "\(refused)")
    #expect(try client.call("get", ["path": "/", "depth": 1])["data"] != nil)
    let error = try host.script(
      """
      try:
          root.script__item.create('big').text = 'x' * (1 << 20)
          trans.apply()
      except ncs.error.Error as error:
          result = str(error)
      """)
    #expect(error.string?.contains("1 MiB") == true, "\(error)")
    try host.finish()
  }

  @Test func `an option sets the limit of every link`() throws {
    let host = try RunningHost(own: [.script()], options: ["--message-limit", "3"])
    let result = try host.script("text = 'x' * (2 << 20)\nresult = text")
    #expect(result.string?.utf8.count == 2 * Self.mebibyte)
    #expect(try host.script("result = len('\(Self.text(mebibytes: 2))')") == .integer(Int64(2 * Self.mebibyte)))
    let refused = try refusal { try host.script("#" + Self.text(mebibytes: 3)) }
    #expect(refused.kind == "too-large" && refused.message.contains("3 MiB"), "\(refused)")
    try host.finish()
    let wrong = try Tool.callpoint(["serve", "--message-limit", "65"])
    #expect(wrong.status == 2 && wrong.errors.contains("--message-limit"), "\(wrong)")
  }
}
