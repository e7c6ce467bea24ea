/// How long requests took, in buckets of which each doubling of the time has 128.
///
/// A quantile is at most a hundredth too high; the longest time is exact. The memory is the same for any number of
/// requests.
struct LatencyTally {
  private static let precision = 7
  private static let perDoubling = 1 << precision

  private var buckets: [Int] = []
  /// The number of requests.
  private(set) var count = 0
  /// The longest time.
  private(set) var maximum = Duration.zero

  /// Adds a request.
  mutating func record(_ duration: Duration) {
    let bucket = Self.bucket(of: Self.nanoseconds(duration))
    if bucket >= buckets.count { buckets += repeatElement(0, count: bucket + 1 - buckets.count) }
    buckets[bucket] += 1
    count += 1
    maximum = max(maximum, duration)
  }

  /// Adds all requests of another tally.
  mutating func add(_ other: LatencyTally) {
    if other.buckets.count > buckets.count {
      buckets += repeatElement(0, count: other.buckets.count - buckets.count)
    }
    for (bucket, number) in other.buckets.enumerated() { buckets[bucket] += number }
    count += other.count
    maximum = max(maximum, other.maximum)
  }

  /// The time that a share of the requests did not exceed.
  ///
  /// - Parameter share: From 0 to 1; 0.99 for the 99th percentile.
  /// - Returns: The time; `nil` if there were no requests.
  func quantile(_ share: Double) -> Duration? {
    guard count > 0 else { return nil }
    var remaining = max(1, Int((Double(count) * share).rounded(.up)))
    for (bucket, number) in buckets.enumerated() {
      remaining -= number
      if remaining <= 0 { return min(maximum, .nanoseconds(Self.highest(in: bucket))) }
    }
    return maximum
  }

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    return max(0, seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }

  private static func bucket(of value: Int64) -> Int {
    let shift = max(0, Int64.bitWidth - 1 - value.leadingZeroBitCount - precision)
    return shift * perDoubling + Int(value >> Int64(shift))
  }

  private static func highest(in bucket: Int) -> Int64 {
    let shift = max(0, bucket / perDoubling - 1)
    return (Int64(bucket - shift * perDoubling + 1) << Int64(shift)) - 1
  }
}
