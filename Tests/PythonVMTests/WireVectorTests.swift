import Callpoints
import Foundation
import JSON
import Testing

@testable import PythonVM

/// What Python sends, as `Tests/Vectors/wire` has it, read by the host.
@Suite struct `Wire vectors` {
  private func messages(on link: String, from sender: String) throws -> [JSONValue] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Vectors/wire/messages.json")
    let entries = try #require(try JSONValue(parsing: Array(Data(contentsOf: file))).array)
    let found = entries.filter { $0["link"]?.string == link && $0["from"]?.string == sender }
    return try found.map { try #require($0["message"]) }
  }

  private func params(of method: String, from sender: String) throws -> [JSONValue] {
    try messages(on: "control", from: sender).filter { $0["method"]?.string == method }.map {
      try #require($0["params"])
    }
  }

  @Test func `every reply is read as what it is`() throws {
    for message in try messages(on: "replies", from: "endpoint") {
      try Array(message.text.utf8).withUnsafeBytes { bytes in
        switch try Reply.parse(bytes) {
        case .ready: #expect(message["ready"] != nil)
        case .timeout: #expect(message["timeout"] != nil)
        case .reply(let request, .success):
          #expect(message["ok"] != nil && message["id"]?.uint == request.number)
        case .reply(let request, .failure(let error)):
          #expect(message["id"]?.uint == request.number)
          #expect(error.description == message["error"]?["message"]?.string)
        }
      }
    }
  }

  @Test func `every report of a component is read whole`() throws {
    for params in try params(of: "vm.component", from: "vm") {
      let report = try ComponentReport(params)
      #expect((report.error == nil) == (params["state"]?.string == "running"))
      #expect(report.registrations.count == params["callpoints"]?.array?.count)
    }
  }
}
