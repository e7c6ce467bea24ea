/// What is known about the calls of a callpoint.
package struct CallStatistics: Sendable {
  /// The number of accepted calls that have had their outcome.
  package private(set) var calls = 0
  /// How many of them failed.
  package private(set) var errors = 0
  /// How long their callers waited, the time in the queue included.
  package private(set) var latency = LatencyHistogram()

  /// Creates the statistics of a callpoint that nobody has called.
  package init() {}

  /// Adds a call.
  mutating func record(_ duration: Duration, hasFailed: Bool) {
    calls += 1
    if hasFailed { errors += 1 }
    latency.record(duration)
  }
}
