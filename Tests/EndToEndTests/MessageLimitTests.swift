import Foundation
import JSON
import TestSupport
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

  /// A client that sends messages of a length and prints, as JSON, what it is answered.
  ///
  /// It is Python, which is fast with large texts in every build.
  private static let client = """
    import functools, json, re, socket, sys
    settings = json.loads(sys.stdin.read())
    limit = settings["limit"] << 20
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(settings["socket"])
    answers = connection.makefile("rb")

    def ask(code, size=0, number=1, action="run"):
        params = {"path": f"/script:script/{action}", "input": {"code": code}}
        message = json.dumps({"jsonrpc": "2.0", "id": number, "method": "action", "params": params}).encode()
        connection.sendall(message[:-1] + b" " * (size - len(message)) + b"}\\n")
        return answers.readline()[:-1]

    def fits(line):
        answer = json.loads(line)
        return "result" in answer or answer["error"]["data"]["kind"] + ": " + answer["error"]["message"]

    # The host's numbers in what follows have three digits.
    for _ in range(100): ask("pass")

    """

  private static func ask(_ host: RunningHost, limit: Int, _ program: String) throws -> JSONValue {
    let input: JSONValue = ["socket": .string(host.process.socketPath), "limit": .integer(Int64(limit))]
    let answer = try Python.answer(
      to: input.text, program: client + program + "\nanswers.close()\nconnection.close()\n")
    return try JSONValue(parsing: String(decoding: answer, as: UTF8.self))
  }

  @Test func `a request of exactly 64 MiB, also on its way to the callback, is served, and one byte more is not`()
    throws
  {
    // How much more than its text a request to the callback may be takes some tries, and is the same at any limit.
    let small = try RunningHost(own: [.script(multiprocessing: true)], options: Self.small)
    let margin = try Self.ask(
      small, limit: 1,
      """
      least, most = 0, 512
      while most - least > 1:
          margin = (least + most) // 2
          if fits(ask("#" + "x" * (limit - margin))) is True: most = margin
          else: least = margin
      print(most)
      """)
    try small.finish()
    let host = try RunningHost(own: [.script(multiprocessing: true)], options: ["--message-limit", "64"])
    let sound = try host.scriptSoundness()
    let answers =
      try Self.ask(
        host, limit: 64,
        """
        text = "#" + "x" * (limit - \(margin.text))
        print(json.dumps([
            fits(ask(text, size=limit)), fits(ask(text + "x", size=limit)), fits(ask("pass", size=limit + 1)),
            fits(ask("pass"))]))
        """
      ).array ?? []
    try #require(answers.count == 4)
    #expect(answers[0] == true && answers[3] == true, "\(answers)")
    #expect(answers[1].string?.hasPrefix("too-large: the request to action script-run") == true, "\(answers[1])")
    #expect(answers[2].string?.hasPrefix("too-large: the message is longer than 64 MiB") == true, "\(answers[2])")
    try sound.assertRecovered()
    try host.finish()
  }

  @Test func `a reply and an answer of exactly 64 MiB arrive, and one byte more does not`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)], options: ["--message-limit", "64"])
    let sound = try host.scriptSoundness()
    let answers =
      try Self.ask(
        host, limit: 64,
        """
        # What a callback reads makes its reply longer than the answer.
        ask_other = functools.partial(ask, action="other")
        read = "'a' in ncs.maagic.get_root(own).devices.device; result = "
        refused = fits(ask_other(f"{read} 'x' * {limit}"))
        length = limit - (int(re.search("it has ([0-9]+) bytes", refused).group(1)) - limit)
        # Python writes what the reply, and the client chooses by its number, how long the answer is.
        reply = f"{read} 'x' * {length}"
        brief = len(ask_other(f"{read} ''", number=""))
        padding = limit - brief - length
        exact = ask_other(reply, number="n" * padding)
        print(json.dumps([
            len(exact) - limit, fits(exact), fits(ask_other(reply, number="n" * (padding + 1))),
            fits(ask_other(f"{read} 'x' * {length + 1}")), fits(ask("pass"))]))
        """
      ).array ?? []
    try #require(answers.count == 5)
    #expect(answers[0] == 0 && answers[1] == true && answers[4] == true, "\(answers)")
    #expect(answers[2].string?.hasPrefix("too-large: ") == true, "\(answers[2])")
    #expect(answers[3].string?.contains("it has \((64 << 20) + 1) bytes") == true, "\(answers[3])")
    try sound.assertRecovered()
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
