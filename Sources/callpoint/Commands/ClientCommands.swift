import Foundation
import JSON

/// The commands that ask a running host.
enum ClientCommands {
  static func run(_ name: String, _ arguments: ParsedArguments) throws -> CallpointCommand.ExitStatus {
    switch name {
    case "status": return try status(arguments)
    case "action": return try action(arguments)
    case "commit": return try commit(arguments)
    case "delete": return try delete(arguments)
    case "get": return try get(arguments)
    case "start", "stop": return try startOrStop(name, arguments)
    default: return try reload(arguments)
    }
  }

  private static func connect(_ arguments: ParsedArguments) throws -> ControlClient {
    let environment = ProcessInfo.processInfo.environment
    let path = arguments.value("--socket") ?? environment["CALLPOINT_SOCKET"] ?? "./.callpoint/socket"
    return try ControlClient(path: path, patience: arguments.seconds("--wait") ?? .zero)
  }

  /// Connects and makes a request with the deadline that the user chose.
  private static func ask(
    _ method: String, _ params: JSONObject, _ arguments: ParsedArguments
  ) throws -> JSONValue {
    var client = try connect(arguments)
    return try client.call(method, try timed(params, arguments))
  }

  private static func timed(_ params: JSONObject, _ arguments: ParsedArguments) throws -> JSONObject {
    var params = params
    if let timeout = try arguments.seconds("--timeout") {
      params["timeoutSeconds"] = .double(timeout / .seconds(1))
    }
    return params
  }

  private static func status(_ arguments: ParsedArguments) throws -> CallpointCommand.ExitStatus {
    var client = try connect(arguments)
    // A status is given at any time; what asks for data waits until every VM has come to rest.
    if arguments.has("--wait") { _ = try client.call("get", try timed(["path": "/", "depth": 1], arguments)) }
    let status = try client.call("status", try timed([:], arguments))
    Console.print(arguments.has("--json") ? status.pretty(indent: 2) : StatusTable(status).text)
    return .success
  }

  private static func action(_ arguments: ParsedArguments) throws -> CallpointCommand.ExitStatus {
    var input = JSONObject()
    if let text = arguments.value("--input") {
      guard arguments.operands.count == 1 else {
        throw UsageError("the input is given twice: by --input and by NAME=VALUE", command: "action")
      }
      guard let object = try parse(text, from: "--input").object else {
        throw UsageError("--input wants a JSON object", command: "action")
      }
      input = object
    }
    for operand in arguments.operands.dropFirst() {
      let parts = operand.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else { throw UsageError("'\(operand)' is not NAME=VALUE", command: "action") }
      input[parts[0]] = .string(parts[1])
    }
    var params: JSONObject = ["path": .string(arguments.operands[0]), "input": .object(input)]
    params["user"] = arguments.value("--user").map { .string($0) }
    let result = try ask("action", params, arguments)
    Console.print((result["output"] ?? [:]).pretty(indent: 2))
    return .success
  }

  private static func commit(_ arguments: ParsedArguments) throws -> CallpointCommand.ExitStatus {
    let file = arguments.operands[0]
    let document = try parse(try read(file), from: file == "-" ? "standard input" : file)
    let edits: JSONValue
    switch document {
    case .array: edits = document
    case .object: edits = [["op": "merge", "path": "/", "value": document]]
    default: throw UsageError("\(file) holds neither a JSON object to merge nor an array of edits", command: "commit")
    }
    return try commit(edits, arguments)
  }

  private static func delete(_ arguments: ParsedArguments) throws -> CallpointCommand.ExitStatus {
    try commit([["op": "delete", "path": .string(arguments.operands[0])]], arguments)
  }

  private static func commit(_ edits: JSONValue, _ arguments: ParsedArguments) throws -> CallpointCommand.ExitStatus {
    var params: JSONObject = ["edits": edits]
    if arguments.has("--dry-run") { params["dryRun"] = true }
    params["user"] = arguments.value("--user").map { .string($0) }
    Console.print(try ask("commit", params, arguments).pretty(indent: 2))
    return .success
  }

  private static func get(_ arguments: ParsedArguments) throws -> CallpointCommand.ExitStatus {
    var params: JSONObject = ["path": .string(arguments.operands.first ?? "/")]
    if let depth = try arguments.integer("--depth", in: 1...1_000_000) { params["depth"] = .integer(Int64(depth)) }
    let result = try ask("get", params, arguments)
    Console.print((result["data"] ?? [:]).pretty(indent: 2))
    return .success
  }

  private static func startOrStop(
    _ name: String, _ arguments: ParsedArguments
  ) throws -> CallpointCommand.ExitStatus {
    let result = try ask(name, ["vm": .string(arguments.operands[0])], arguments)
    Console.print(result["result"]?.string ?? "done")
    return .success
  }

  private static func reload(_ arguments: ParsedArguments) throws -> CallpointCommand.ExitStatus {
    let result = try ask("reload", [:], arguments)
    Console.print(result.pretty(indent: 2))
    let failed = (result["packages"]?.array ?? []).contains { $0["result"]?.bool == false }
    return failed ? .failure : .success
  }

  private static func read(_ file: String) throws -> String {
    let data: Data
    if file == "-" {
      data = FileHandle.standardInput.readDataToEndOfFile()
    } else {
      guard let contents = FileManager.default.contents(atPath: file) else {
        throw UsageError("\(file) cannot be read", command: "commit")
      }
      data = contents
    }
    return String(decoding: data, as: UTF8.self)
  }

  private static func parse(_ text: String, from source: String) throws -> JSONValue {
    do {
      return try JSONValue(parsing: text)
    } catch {
      throw UsageError("\(source) is not JSON: \(error)")
    }
  }
}
