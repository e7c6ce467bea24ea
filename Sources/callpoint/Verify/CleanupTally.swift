import Foundation

/// What came of one kill.
struct KillOutcome {
  /// What was killed, and when.
  let kill: Kill
  /// How many processes had to go, the killed one included.
  let processes: Int
  /// Those that did not, each with its number, its command line and its parent.
  let survivors: [String]
  /// From the kill to the end of the last one.
  let time: Duration
}

/// What came of all kills, by kind.
struct CleanupTally {
  private(set) var outcomes: [KillOutcome] = []

  /// Takes note of a kill.
  mutating func add(_ outcome: KillOutcome) { outcomes.append(outcome) }

  /// How many processes had to go.
  var processes: Int { outcomes.map(\.processes).reduce(0, +) }

  /// Those that did not.
  var survivors: [String] { outcomes.flatMap(\.survivors) }

  /// The table that the command prints: one row for each kind.
  var table: String {
    var rows = [["KILLED", "TIMES", "PROCESSES", "SURVIVED", "MEDIAN", "P99", "MAX"]]
    for victim in Victim.allCases {
      let own = outcomes.filter { $0.kill.victim == victim }
      let times = own.map(\.time).sorted()
      guard let last = times.last else { continue }
      rows.append(
        [
          victim.rawValue, "\(own.count)", "\(own.map(\.processes).reduce(0, +))",
          "\(own.map(\.survivors.count).reduce(0, +))", Self.milliseconds(Self.quantile(0.5, of: times)),
          Self.milliseconds(Self.quantile(0.99, of: times)), Self.milliseconds(last),
        ])
    }
    return StatusTable.table(rows)
  }

  /// The smallest of sorted values that is not below this share of them.
  ///
  /// - Parameters:
  ///   - share: From 0 to 1.
  ///   - sorted: The values; at least one.
  /// - Returns: One of the values.
  static func quantile(_ share: Double, of sorted: [Duration]) -> Duration {
    let rank = Int((share * Double(sorted.count)).rounded(.up))
    return sorted[min(max(rank - 1, 0), sorted.count - 1)]
  }

  private static func milliseconds(_ time: Duration) -> String {
    String(format: "%.1f ms", time / .milliseconds(1))
  }
}
