/// What one run of the load generator came to.
struct LoadOutcome {
  /// The number that the next request would have had.
  var next = 1
  /// From the beginning to the last answer; of an open loop at least to the end of its duration.
  var elapsed = Duration.zero
  /// How long the requests took that succeeded.
  var latencies = LatencyTally()
  /// Why the others did not.
  var errors = ErrorTally()
  /// What commits have created.
  var created = CreatedNodes()
  /// The processor time of the load generator itself.
  var ownTime = Duration.zero

  /// How many requests succeeded in a second.
  var throughput: Double {
    elapsed > .zero ? Double(latencies.count) / (elapsed / .seconds(1)) : 0
  }

  /// The number of requests that the host has dealt with.
  var answered: Int { latencies.count + errors.entries.filter { $0.kind != Self.notSent }.map(\.count).reduce(0, +) }

  /// The kind of "error" of a request that was due and for which there was no room.
  static let notSent = "not-sent"
}
