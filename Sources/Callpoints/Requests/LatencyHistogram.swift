/// How long the calls of a callpoint took, in buckets each of which is a sixteenth of a doubling.
///
/// A percentile is at most a sixteenth too high. The memory is the same for one call and for a billion.
package struct LatencyHistogram: Sendable {
  private var buckets: [Int] = []
  /// The number of calls.
  package private(set) var count = 0

  /// Creates a histogram without calls.
  package init() {}

  /// Adds a call.
  package mutating func record(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let micros = max(1, Double(seconds) * 1e6 + Double(attoseconds) / 1e12)
    let bucket = Self.bucket(of: micros)
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
      if remaining <= 0 { return Int(Self.end(of: bucket).rounded()) }
    }
    return nil
  }

  /// The number of a time's bucket: its exponent and the first four bits of its fraction, as they lie in a double.
  private static func bucket(of micros: Double) -> Int { Int((micros.bitPattern - first) >> 48) }

  /// The first time that is beyond a bucket.
  private static func end(of bucket: Int) -> Double { Double(bitPattern: first + UInt64(bucket + 1) << 48) }

  /// The smallest time there is, a microsecond.
  private static let first = 1.0.bitPattern
}
