/// Counts the failures of one worker or VM since it last did something useful.
package struct RestartTally: Sendable {
  private let schedule: BackoffSchedule
  private let patience: Int
  /// How many failures there were in a row.
  package private(set) var failures = 0

  /// Creates a tally without failures.
  ///
  /// - Parameters:
  ///   - schedule: How long each restart waits.
  ///   - patience: After how many failures in a row requests are refused at once instead of waiting for the restart.
  package init(schedule: BackoffSchedule = BackoffSchedule(), patience: Int = 5) {
    self.schedule = schedule
    self.patience = patience
  }

  /// Whether so many starts failed in a row that callers should no longer wait.
  package var isExhausted: Bool { failures >= patience }

  /// Takes note of work done: the failures before it are forgiven.
  package mutating func succeeded() { failures = 0 }

  /// Takes note of an end.
  ///
  /// - Parameters:
  ///   - hasWorked: Whether it had done something useful since its start: then this is no failure, and what went before
  ///     is forgiven.
  ///   - generator: The source of the jitter.
  /// - Returns: How long to wait before the next start.
  package mutating func ended(hasWorked: Bool, using generator: inout some RandomNumberGenerator) -> Duration {
    failures = hasWorked ? 0 : failures + 1
    return schedule.delay(afterFailure: failures, using: &generator)
  }
}
