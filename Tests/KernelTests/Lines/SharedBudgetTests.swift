import Kernel
import TestSupport
import Testing

@Suite struct `Shared budget` {
  @Test func `a member's own share costs nobody anything`() {
    var budget = SharedBudget<String>(share: 10, pool: 5)
    for member in ["a", "b", "c"] { budget.set(10, of: member) }
    #expect(budget.taken == 0 && !budget.isExceeded && budget.largest == nil)
  }

  @Test func `whoever has taken most from the pool is to pay when it is used up`() {
    var budget = SharedBudget<String>(share: 10, pool: 5)
    budget.set(12, of: "small")
    budget.set(13, of: "large")
    #expect(budget.taken == 5 && !budget.isExceeded)
    budget.set(11, of: "last")
    #expect(budget.isExceeded && budget.largest == "large")
    budget.set(0, of: "large")
    #expect(!budget.isExceeded && budget.largest == "small")
    #expect(budget.taken(by: "small") == 2 && budget.taken(by: "large") == 0)
  }

  // After any changes, what is taken is the sum of what members hold beyond their shares, and the largest is the largest.
  @Test(arguments: 0..<20) func `the sum is right after any changes`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var budget = SharedBudget<Int>(share: 20, pool: 300)
    var held: [Int: Int] = [:]
    for _ in 0..<500 {
      let member = Int.random(in: 0..<8, using: &generator)
      held[member] = Int.random(in: 0..<100, using: &generator)
      budget.set(held[member] ?? 0, of: member)
      let beyond = held.mapValues { max(0, $0 - 20) }
      #expect(budget.taken == beyond.values.reduce(0, +))
      #expect(budget.isExceeded == (budget.taken > 300))
      #expect(budget.largest.flatMap { beyond[$0] } ?? 0 == beyond.values.max() ?? 0)
    }
  }
}
