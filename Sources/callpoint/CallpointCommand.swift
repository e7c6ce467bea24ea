import Glibc
import Kernel

/// The command line tool.
///
/// Owner: the main thread. There is no `main.swift`, as a C callback's closure in it would inherit the main actor.
@main
struct CallpointCommand {
  /// How the tool ends.
  enum ExitStatus: Int32 {
    case success = 0
    case failure = 1
    case usage = 2
    case noHost = 3
  }

  static func main() {
    do throws(KernelFailure) {
      try StandardDescriptors.fill()
    } catch {
      Console.error("callpoint: \(error)")
      exit(ExitStatus.failure.rawValue)
    }
    // A reader that has gone away must end a write with an error, not this process with a signal.
    signal(SIGPIPE, SIG_IGN)
    exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  private static func run(_ arguments: [String]) -> ExitStatus {
    guard let name = arguments.first else {
      Console.error(CommandList.overview)
      return .usage
    }
    if ["--help", "-h", "help"].contains(name) {
      let topic = CommandList.all.first { $0.name == arguments.dropFirst().first }
      Console.print(topic?.help ?? CommandList.overview)
      return .success
    }
    guard let description = CommandList.all.first(where: { $0.name == name }) else {
      Console.error("callpoint: there is no command '\(name)'; 'callpoint --help' lists them")
      return .usage
    }
    let rest = Array(arguments.dropFirst())
    if rest.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
      Console.print(description.help)
      return .success
    }
    do {
      return try run(description.name, description.parse(rest))
    } catch let error as UsageError {
      Console.error(
        "callpoint: \(error.message)" + (error.command.map { "; 'callpoint \($0) --help' tells more" } ?? ""))
      return .usage
    } catch let error as ControlClient.NoHost {
      Console.error("callpoint: \(error)")
      return .noHost
    } catch {
      Console.error("callpoint: \(error)")
      return .failure
    }
  }

  private static func run(_ name: String, _ arguments: ParsedArguments) throws -> ExitStatus {
    switch name {
    case "serve": return try ServeCommand.run(arguments)
    case "check": return try CheckCommand.run(arguments)
    case "bench": return try BenchCommand.run(arguments)
    case "demo": return try DemoCommand.run(arguments)
    case "verify-cleanup": return try VerifyCleanupCommand.run(arguments)
    default: return try ClientCommands.run(name, arguments)
    }
  }
}
