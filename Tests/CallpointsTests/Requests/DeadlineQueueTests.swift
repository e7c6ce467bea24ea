import Callpoints
import TestSupport
import Testing

@Suite struct `Deadline queue` {
  @Test(arguments: 0..<20) func `entries leave in the order of their times`(seed: UInt64) {
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
  @Test func `percentiles are at most a tenth too high`() {
    var histogram = LatencyHistogram()
    #expect(histogram.micros(atShare: 0.5) == nil)
    for micros in 1...1000 { histogram.record(.microseconds(micros)) }
    for (share, exact) in [(0.5, 500), (0.99, 990), (1.0, 1000)] {
      let measured = histogram.micros(atShare: share) ?? 0
      #expect(measured >= exact && measured <= exact * 111 / 100)
    }
  }
}
