import TestSupport
import Testing

@testable import Kernel

@Suite struct `Timer queue` {
  @Test(arguments: Fuzz.seeds(20)) func `what is due comes out sorted, without what was cancelled`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var queue = TimerQueue()
    var waiting: [(deadline: UInt64, number: Int, timer: Timer)] = []
    var fired: [Int] = []
    for number in 0..<500 {
      let deadline = UInt64.random(in: 0..<100, using: &generator)
      waiting.append((deadline, number, queue.insert(deadline: deadline) { fired.append(number) }))
      if Int.random(in: 0..<3, using: &generator) == 0, let index = waiting.indices.randomElement(using: &generator) {
        _ = queue.cancel(waiting.remove(at: index).timer)
      }
    }
    #expect(queue.count == waiting.count)
    for now in [UInt64(30), 30, 99] {
      while let body = queue.popDue(now: now) { body() }
      let due = waiting.filter { $0.deadline <= now }.sorted { ($0.deadline, $0.number) < ($1.deadline, $1.number) }
      #expect(fired == due.map(\.number))
    }
    #expect(queue.nextDeadline() == nil)
  }

  @Test func `cancelled deadlines do not pile up`() {
    var queue = TimerQueue()
    for number in 0..<100_000 {
      _ = queue.cancel(queue.insert(deadline: UInt64(1000 + number)) {})
    }
    #expect(queue.count == 0)
    #expect(queue.heapSize <= 65)
  }
}
