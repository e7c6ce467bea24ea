import Foundation
import Host
import JSON
import Kernel

/// `callpoint demo`: what Callpoint does, on the example packages.
enum DemoCommand {
  static func run(_ arguments: ParsedArguments) throws -> CallpointCommand.ExitStatus {
    let installation = try Installation.current()
    try Subreaper.become()
    let directory = try TemporaryDirectory()
    directory.isKept = arguments.has("--keep")
    if directory.isKept { Console.print("The files of this demo stay in \(directory.path).") }
    let start = ContinuousClock.now
    let demo = Demo(examples: installation.examplesDirectory, directory: directory.path)
    let succeeded = try demo.run()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    Console.print("\nThe demo took \(String(format: "%.1f", seconds)) s.")
    return succeeded ? .success : .failure
  }
}
