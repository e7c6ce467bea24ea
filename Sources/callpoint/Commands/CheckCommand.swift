import Foundation
import Host
import JSON

/// `callpoint check`: a private host that starts, prints what became of everything, and stops.
enum CheckCommand {
  /// What failed without making a component fail: its `teardown()`, for one.
  private static func problems(in status: JSONValue) -> [String] {
    (status["packages"]?.array ?? []).flatMap { package in
      (package["components"]?.array ?? []).flatMap { component in
        (component["problems"]?.array ?? []).compactMap(\.string).map { problem in
          "package \(package["name"]?.string ?? ""): component \(component["name"]?.string ?? ""): \(problem)"
        }
      }
    }
  }

  static func run(_ arguments: ParsedArguments) throws -> CallpointCommand.ExitStatus {
    let directory = try TemporaryDirectory()
    var settings = try HostSettings(arguments)
    settings.stateDirectory = directory.path
    settings.socketPath = nil
    settings.logFilePrefix = directory.path + "/logs/ncs-python-vm"
    settings.restartsVMs = false
    let server = try HostServer(settings: settings)
    // One that is stopped by a signal before everything has started has checked nothing.
    var failed = true
    server.onReady = { status in
      Console.print(StatusTable(status).text)
      failed = (status["packages"]?.array ?? []).contains { $0["state"]?.string == "failed" }
      server.stop()
    }
    try server.run()
    for problem in problems(in: server.status) {
      Console.print("error: \(problem)")
      failed = true
    }
    return failed ? .failure : .success
  }
}

/// A directory that is removed, with everything in it, when nobody holds it any more.
final class TemporaryDirectory {
  /// The directory.
  let path: String
  /// Whether to leave it behind.
  var isKept = false

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("callpoint-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit {
    guard !isKept else { return }
    // Nothing can be done about what cannot be removed, and the caller has its result.
    try? FileManager.default.removeItem(atPath: path)
  }
}
