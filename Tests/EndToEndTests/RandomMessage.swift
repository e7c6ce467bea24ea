import JSON
import TestSupport

/// Messages for the control socket, most of them almost right.
enum RandomMessage {
  private static let paths = [
    "/", "/actions:actions/double", "/actions:servers", "/actions:servers/server{a}",
    "/actions:servers/server{a}/reset",
    "/nothing", "", "x", "/script:box{a}", "/script:box{a}/size", "/script:box", "/script:script", "/script:script/run",
    "/ncs:devices/device{ce0}/config", "/ncs:services", "/actions:servers/server{\"", "/ncs:packages", "\u{0}",
  ]

  private static let spice =
    [
      "{", "}", "[", "]", "\"", ",", ":", "\"id\":", "\"method\":", "\"params\":", "null", "{}", "[]", "\\u0000", "\0",
      "\u{E9}", "true", "status", "get", "action", "commit", "trans.read", "vm.hello", "\\ud800", "\u{FEFF}",
    ] + SeededGenerator.strangeNumbers

  private static func scalar(using random: inout SeededGenerator) -> JSONValue {
    let number = Double(random.pick(SeededGenerator.strangeNumbers)) ?? 0
    return random.pick([
      nil, true, 0, -1, 1, 3, "", "a", "admin", [], [:], [nil], 0.5, .double(number.isFinite ? number : 1e300),
      JSONValue(random.next()), .string(random.pick(paths)), ["op": "set"], .integer(.min), .integer(.max),
    ])
  }

  private static func edit(using random: inout SeededGenerator) -> JSONValue {
    var edit: JSONObject = [
      "op": .string(random.pick(["merge", "create", "set", "delete", "move", ""])), "path": .string(random.pick(paths)),
    ]
    if !random.oneIn(3) { edit["value"] = scalar(using: &random) }
    if random.oneIn(9) { edit[random.pick(["op", "path"])] = scalar(using: &random) }
    return .object(edit)
  }

  private static func object(_ params: JSONObject, using random: inout SeededGenerator) -> JSONValue {
    var params = params
    for name in params.keys.map({ $0 }) where random.oneIn(8) {
      params[name] = random.oneIn(2) ? nil : scalar(using: &random)
    }
    return .object(params)
  }

  private static func request(_ method: String, _ params: JSONValue, using random: inout SeededGenerator) -> JSONObject
  {
    var message: JSONObject = ["jsonrpc": "2.0", "id": .integer(Int64(random.number(1...1000)))]
    message["method"] = .string(method)
    message["params"] = params
    return message
  }

  /// What a client might say; it is one line, and does not stop what others need.
  static func line(using random: inout SeededGenerator) -> [UInt8] {
    let method = random.pick([
      "status", "get", "get", "action", "action", "commit", "commit", "start", "vm.hello", "thread.hello", "trans.open",
      "trans.read", "template.hello", "dance", "", "vm.component", "vm.ready",
    ])
    var params: JSONObject = ["path": .string(random.pick(paths)), "user": scalar(using: &random)]
    switch method {
    case "get": params["depth"] = scalar(using: &random)
    case "action":
      params["input"] = random.pick([["number": 4], ["number": "x"], [:], [], ["when": "now"], scalar(using: &random)])
      params["timeoutSeconds"] = random.oneIn(2) ? 20 : scalar(using: &random)
    case "commit":
      params["edits"] = .array((0..<random.number(0...3)).map { _ in edit(using: &random) })
      params["dryRun"] = scalar(using: &random)
    case "start": params["vm"] = random.pick(["none", nil, 5])
    case "vm.hello", "thread.hello", "template.hello": params["token"] = scalar(using: &random)
    default: params["th"] = scalar(using: &random)
    }
    var message = request(method, object(params, using: &random), using: &random)
    if random.oneIn(10) { message[random.pick(["id", "method", "params", "jsonrpc"])] = scalar(using: &random) }
    if random.oneIn(20) { message["id"] = nil }
    let bytes = Array(JSONValue.object(message).text.utf8)
    if random.oneIn(30) { return Array(String(repeating: "{\"a\":[", count: 100_000).utf8) }
    return random.oneIn(4) ? random.damaged(bytes, spice: spice).filter { $0 != UInt8(ascii: "\n") } : bytes
  }

  /// What a thread of a VM might ask for, always with a number.
  static func transaction(using random: inout SeededGenerator) -> String {
    let method = random.pick([
      "trans.open", "trans.open", "trans.read", "trans.read", "trans.write", "trans.write", "trans.apply",
      "trans.validate", "trans.close", "trans.action", "trans.dance", "thread.hello", "status", "get", "commit",
    ])
    let write: JSONValue = random.pick([
      ["set", "/script:box{a}/size", 7], ["create", "/script:box{b}"], ["delete", "/script:box"], ["set"], nil, "x",
      ["set", .string(random.pick(paths)), scalar(using: &random)], ["move", "/script:box{a}", "first"],
    ])
    let params: JSONObject = [
      "th": random.oneIn(4) ? scalar(using: &random) : .integer(Int64(random.number(1...60))),
      "mode": random.pick(["read", "write", "paint"]), "db": random.pick(["running", "operational", nil]),
      "user": "admin", "context": "system", "path": .string(random.pick(paths)), "writes": [write],
      "reads": ["/script:box"],
      "dryRun": .bool(random.oneIn(2)), "after": random.pick(["/script:box{a}", "/", nil]),
      "input": ["code": "result = 5"],
      "request": scalar(using: &random), "edits": [edit(using: &random)],
    ]
    return JSONValue.object(request(method, object(params, using: &random), using: &random)).text
  }
}
