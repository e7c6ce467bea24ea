/// How long the calls of a callpoint took, in buckets that grow by a tenth.
///
/// A percentile is at most a tenth too high. The memory is the same for one call and for a billion.
package struct LatencyHistogram: Sendable {
  private static let growth = 1.1
  private var buckets: [Int] = []
  /// The number of calls.
  package private(set) var count = 0

  /// Creates a histogram without calls.
  package init() {}

  /// Adds a call.
  package mutating func record(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let micros = max(1, Double(seconds) * 1e6 + Double(attoseconds) / 1e12)
    let bucket = Int(Self.logarithm(micros).rounded(.up))
    while buckets.count <= bucket { buckets.append(0) }
    buckets[bucket] += 1
    count += 1
  }

  /// The time in microseconds that a share of the calls did not exceed.
  ///
  /// - Parameter share: From 0 to 1; 0.99 for the 99th percentile.
  /// - Returns: The time, or `nil` if there were no calls.
  package func micros(atShare share: Double) -> Int? {
    guard count > 0 else { return nil }
    var remaining = Int((Double(count) * share).rounded(.up))
    for (bucket, number) in buckets.enumerated() {
      remaining -= number
      if remaining <= 0 { return Int(Self.power(bucket).rounded()) }
    }
    return nil
  }

  /// The logarithm to the base of the growth, by halving and a short table walk: the standard library has none.
  private static func logarithm(_ value: Double) -> Double {
    // log2 of the growth, to enough digits for a bucket's edge.
    let perDoubling = 7.272540897341713
    let exponent = Double(value.exponent)
    let significand = value.significand
    var fraction = 0.0
    var step = 0.5
    var rest = significand
    for _ in 0..<12 {
      rest *= rest
      if rest >= 2 {
        rest /= 2
        fraction += step
      }
      step /= 2
    }
    return (exponent + fraction) * perDoubling
  }

  private static func power(_ bucket: Int) -> Double {
    (0..<bucket).reduce(1.0) { value, _ in value * growth }
  }
}
