import Callpoints

/// The figures of one mode at one number of parallel requests: what the table has a row for.
struct BenchCell {
  /// How the callbacks ran.
  let mode: ExecutionMode
  /// The most requests on their way at a time.
  let parallel: Int
  /// The rounds.
  var samples: [BenchSample] = []

  /// The successful requests of all rounds.
  var requests: Int { samples.map(\.outcome.latencies.count).reduce(0, +) }

  /// The errors of all rounds.
  var errors: ErrorTally { samples.reduce(into: ErrorTally()) { $0.add($1.outcome.errors) } }

  /// How many requests succeeded in a second, round by round.
  var throughputs: [Double] { samples.map(\.outcome.throughput) }

  /// How many requests succeeded in a second; the median of the rounds.
  var throughput: Double { Self.median(throughputs) ?? 0 }

  /// The latency that a share of the requests did not exceed, in milliseconds; the median of the rounds.
  ///
  /// - Parameter share: From 0 to 1.
  /// - Returns: The latency; `nil` if no request succeeded.
  func latency(_ share: Double) -> Double? { Self.median(latencies(share)) }

  /// The latency that a share of the requests did not exceed, in milliseconds, in each round that has one.
  func latencies(_ share: Double) -> [Double] {
    samples.compactMap { $0.outcome.latencies.quantile(share) }.map { $0 / .milliseconds(1) }
  }

  /// The longest latency of all rounds, in milliseconds.
  var longestLatency: Double? { allLatencies.count > 0 ? allLatencies.maximum / .milliseconds(1) : nil }

  /// The latencies of all rounds.
  var allLatencies: LatencyTally { samples.reduce(into: LatencyTally()) { $0.add($1.outcome.latencies) } }

  /// The processor time for each request that was answered, in seconds; `nil` if none was.
  var secondsPerRequest: ByRole<Double>? {
    let answered = samples.map(\.outcome.answered).reduce(0, +)
    return answered > 0 ? seconds.map { $0 / Double(answered) } : nil
  }

  /// How many processors the processes kept busy on average.
  var cores: ByRole<Double> { seconds.map { $0 / max(elapsed, .leastNonzeroMagnitude) } }

  /// How much of a processor the load generator kept busy on average.
  var generatorCores: Double {
    samples.map { $0.outcome.ownTime / .seconds(1) }.reduce(0, +) / max(elapsed, .leastNonzeroMagnitude)
  }

  /// How many processors everything else on the machine kept busy, as far as it can be told; the median of the rounds.
  var otherCores: Double { Self.median(samples.compactMap(\.otherCores)) ?? 0 }

  /// The memory that the processes had for themselves, in bytes; the median of the rounds.
  var privateBytes: ByRole<Double> {
    func median(_ role: KeyPath<ByRole<Int>, Int>) -> Double {
      Self.median(samples.map { Double($0.privateBytes[keyPath: role]) }) ?? 0
    }
    return ByRole(host: median(\.host), vm: median(\.vm), workers: median(\.workers))
  }

  private var elapsed: Double { samples.map { $0.outcome.elapsed / .seconds(1) }.reduce(0, +) }

  private var seconds: ByRole<Double> {
    samples.reduce(ByRole(host: 0, vm: 0, workers: 0)) { $0.with($1.seconds, +) }
  }

  /// The value in the middle, or the mean of the two there; `nil` if there is none.
  static func median(_ values: [Double]) -> Double? {
    let sorted = values.sorted()
    guard let upper = sorted.dropFirst(sorted.count / 2).first else { return nil }
    return sorted.count.isMultiple(of: 2) ? (sorted[sorted.count / 2 - 1] + upper) / 2 : upper
  }
}
