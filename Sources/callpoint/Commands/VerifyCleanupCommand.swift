import Foundation
import Host
import Kernel

/// `callpoint verify-cleanup`: kills processes of private hosts and looks whether anything is left.
enum VerifyCleanupCommand {
  private static let defaultRounds = 60
  /// How often progress is told.
  private static let pulse = Duration.seconds(5)

  static func run(_ arguments: ParsedArguments) throws -> CallpointCommand.ExitStatus {
    let rounds = try arguments.integer("--rounds", in: 1...1_000_000) ?? defaultRounds
    let examples = try Installation.current().examplesDirectory
    let household = "\(examples)/household"
    let own =
      arguments.operands.isEmpty ? ["vlan", "demo-router", "bench"].map { "\(examples)/\($0)" } : arguments.operands
    // What a killed process leaves must come to this one, whatever the guard or the host do.
    try Subreaper.become()
    let directory = try TemporaryDirectory()
    Console.print(
      "Killing \(rounds) processes of hosts with \(own.count + 1) packages: "
        + "\(Victim.allCases.map(\.rawValue).joined(separator: ", ")), while starting, idle and running callbacks …")
    var tally = CleanupTally()
    var random = SystemRandomNumberGenerator()
    var usualStart = Duration.seconds(1)
    var told = ContinuousClock.now
    for (number, plan) in Kill.plans(rounds: rounds, using: &random).enumerated() {
      let state = "\(directory.path)/\(number)"
      let trial = try CleanupTrial(packages: own + [household], directory: state, usualStart: usualStart)
      for kill in plan {
        let outcome = try trial.perform(kill)
        tally.add(outcome)
        for survivor in outcome.survivors {
          Console.print("SURVIVED the \(kill.victim.rawValue) (\(kill.moment)): \(survivor)")
        }
        if ContinuousClock.now - told > pulse {
          told = .now
          Console.print(
            "\(tally.outcomes.count) of \(rounds) kills, \(tally.processes) processes, \(tally.survivors.count) survived"
          )
        }
      }
      if let time = trial.startTime { usualStart = time }
      try FileManager.default.removeItem(atPath: state)
    }
    Console.print("\n" + tally.table)
    let count = tally.survivors.count
    Console.print(
      "\n\(tally.processes) processes had to go; "
        + (count == 0 ? "none survived." : "\(count) survived for more than 5 s."))
    return count == 0 ? .success : .failure
  }
}
