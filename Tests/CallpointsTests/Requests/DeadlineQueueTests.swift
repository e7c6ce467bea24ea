import Callpoints
import TestSupport
import Testing

@Suite struct `Deadline queue` {
  @Test(arguments: Fuzz.seeds(20)) func `entries leave in the order of their times`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var queue = DeadlineQueue()
    for number in UInt64(1)...200 {
      queue.insert(RequestID(number), at: .milliseconds(Int.random(in: 0..<1000, using: &random)))
    }
    queue.prune { $0.number % 3 != 0 }
    var last = Duration.zero
    var count = 0
    while let entry = queue.popFirst(until: .milliseconds(500)) {
      #expect(entry.time >= last && entry.time <= .milliseconds(500) && entry.request.number % 3 != 0)
      last = entry.time
      count += 1
    }
    #expect(queue.earliest.map { $0 > .milliseconds(500) } ?? true)
    #expect(count + queue.count == 200 - 66)
  }
}

@Suite struct `Latency histogram` {
  @Test func `percentiles are at most a sixteenth too high`() {
    var histogram = LatencyHistogram()
    #expect(histogram.micros(atShare: 0.5) == nil)
    for micros in 1...1000 { histogram.record(.microseconds(micros)) }
    for (share, exact) in [(0.5, 500), (0.99, 990), (1.0, 1000)] {
      let measured = histogram.micros(atShare: share) ?? 0
      #expect(measured >= exact && measured <= exact * 17 / 16)
    }
  }

  @Test(arguments: Fuzz.seeds(20)) func `any durations have percentiles that are hardly too high`(seed: UInt64) throws {
    // Invariant: a percentile is what sorting gives, to a microsecond, or at most a sixteenth more.
    try Fuzz.round(seed) { round in
      var histogram = LatencyHistogram()
      var sorted: [Int] = []
      for _ in 0..<round.random.number(1...300) {
        let micros = Int(round.random.next() >> UInt64(round.random.number(20...63)))
        histogram.record(.microseconds(micros))
        sorted.append(micros)
      }
      sorted.sort()
      for share in [0.001, 0.25, 0.5, 0.9, 0.99, 1] {
        let exact = Double(max(1, sorted[max(0, Int((Double(sorted.count) * share).rounded(.up)) - 1)]))
        let measured = Double(histogram.micros(atShare: share) ?? 0)
        #expect(measured >= exact * 0.999 - 1 && measured <= exact * 1.0625 + 1, "\(share) of \(sorted)")
      }
    }
  }

  @Test func `strange durations are counted like all others`() {
    var histogram = LatencyHistogram()
    for duration in [.zero, .seconds(-5), .seconds(Int64.max), Duration.nanoseconds(1)] { histogram.record(duration) }
    #expect(histogram.count == 4 && histogram.micros(atShare: 0.5) == 1)
  }
}
