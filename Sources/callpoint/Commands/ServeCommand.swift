import Callpoints
import Foundation
import Host
import Kernel
import PythonVM

/// `callpoint serve`: the host in the foreground.
enum ServeCommand {
  static func run(_ arguments: ParsedArguments) throws -> CallpointCommand.ExitStatus {
    if arguments.has("--die-with-parent") { try ParentDeath.arm() }
    var settings = try HostSettings(arguments)
    settings.loadFile = arguments.value("--load")
    let server = try HostServer(settings: settings)
    server.onReady = { status in
      Console.print(StatusTable(status).text)
      Console.print("\nThe data store is in memory: it is gone when this host stops.")
      Console.print("ready")
    }
    try server.run()
    return .success
  }
}

extension HostSettings {
  /// Reads the options of `serve` and `check`.
  init(_ arguments: ParsedArguments) throws(UsageError) {
    let environment = ProcessInfo.processInfo.environment
    self.init()
    if !arguments.operands.isEmpty { packagePaths = arguments.operands }
    if let state = arguments.value("--state") { stateDirectory = state }
    socketPath = arguments.value("--socket") ?? environment["CALLPOINT_SOCKET"]
    if let prefix = arguments.value("--log-file-prefix") { logFilePrefix = prefix }
    if let text = arguments.value("--log-level") {
      guard let level = LogLevel(text) else {
        throw UsageError(
          "--log-level wants debug, info, warning, error or critical, not '\(text)'", command: arguments.command)
      }
      logLevel = level
    }
    startCommand = arguments.value("--start-command")
    if let timeout = try arguments.seconds("--start-timeout") { startTimeout = timeout }
    yangPath = arguments.all("--yang-path")
    if let number = try arguments.integer("--message-limit", in: 1...64) { messageLimit = number << 20 }
    if let number = try arguments.integer("--threads", in: 1...512) { threads = number }
    for text in arguments.all("--workers") {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let number = parts.last.flatMap({ Int($0) }), (1...256).contains(number) else {
        throw UsageError(
          "--workers wants N or CALLPOINT=N with N from 1 to 256, not '\(text)'", command: arguments.command)
      }
      if parts.count == 2 { workers[parts[0]] = number } else { defaultWorkers = number }
    }
    if let text = arguments.value("--mode") {
      guard let chosen = ExecutionMode(rawValue: text) else {
        throw UsageError("--mode wants threading or multiprocessing, not '\(text)'", command: arguments.command)
      }
      mode = chosen
    }
    if let timeout = try arguments.seconds("--action-timeout") { actionTimeout = timeout }
    if let timeout = try arguments.seconds("--service-timeout") { serviceTimeout = timeout }
    if let period = try arguments.seconds("--grace") { grace = period }
    restartsVMs = !arguments.has("--no-auto-restart")
    usesParentDeathSignal = !arguments.has("--no-parent-death-signal")
  }
}
