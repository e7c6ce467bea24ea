/// How long to wait before something that failed is started again.
///
/// | failure | delay before jitter |
/// |---|---|
/// | 1 | none |
/// | 2 | 100 ms |
/// | 3 | 200 ms |
/// | 4 | 400 ms |
/// | … | doubled |
/// | 11 and later | 30 s |
///
/// Jitter takes away up to a quarter, so that what failed together does not start together.
package struct BackoffSchedule: Hashable, Sendable {
  /// The delay after the second failure.
  package let base: Duration
  /// The longest delay.
  package let ceiling: Duration

  /// Creates a schedule.
  package init(base: Duration = .milliseconds(100), ceiling: Duration = .seconds(30)) {
    self.base = base
    self.ceiling = ceiling
  }

  /// The delay after a number of failures in a row.
  ///
  /// - Parameters:
  ///   - failure: 1 for the first failure.
  ///   - generator: The source of the jitter.
  /// - Returns: The delay, jitter included.
  package func delay(afterFailure failure: Int, using generator: inout some RandomNumberGenerator) -> Duration {
    guard failure > 1 else { return .zero }
    let doubled = base * (1 << min(failure - 2, 20))
    let delay = min(doubled, ceiling)
    return delay * Double.random(in: 0.75...1, using: &generator)
  }
}
