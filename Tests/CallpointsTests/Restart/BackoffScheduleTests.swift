import Callpoints
import TestSupport
import Testing

@Suite struct `Restart back-off` {
  @Test func `the first restart is at once, later ones wait longer up to the ceiling`() {
    var random = SeededGenerator(seed: 1)
    let schedule = BackoffSchedule()
    #expect(schedule.delay(afterFailure: 1, using: &random) == .zero)
    let expected: [(Int, Double)] = [(2, 0.1), (3, 0.2), (4, 0.4), (10, 25.6), (11, 30), (500, 30)]
    for (failure, seconds) in expected {
      let delay = schedule.delay(afterFailure: failure, using: &random)
      #expect(delay >= .seconds(seconds) * 0.75 && delay <= .seconds(seconds))
    }
  }

  @Test func `patience runs out after five failures and returns with the first success`() {
    var random = SeededGenerator(seed: 2)
    var tally = RestartTally()
    for _ in 1...4 { _ = tally.ended(hasWorked: false, using: &random) }
    #expect(!tally.isExhausted)
    _ = tally.ended(hasWorked: false, using: &random)
    #expect(tally.isExhausted)
    tally.succeeded()
    #expect(!tally.isExhausted)
    #expect(tally.ended(hasWorked: false, using: &random) == .zero)
  }

  @Test(arguments: Fuzz.seeds(20)) func `no delay is longer than the ceiling, or a quarter shorter than it should be`(
    seed: UInt64
  ) throws {
    // Invariant: the delay after failure n lies between three quarters of base * 2^(n - 2), cut at the ceiling, and that.
    try Fuzz.round(seed) { round in
      for _ in 0..<200 {
        let base = Duration.microseconds(round.random.number(1...1_000_000))
        let schedule = BackoffSchedule(base: base, ceiling: base * round.random.number(1...100_000))
        let failure = round.random.oneIn(9) ? Int.max : round.random.number(2...40)
        let doublings = min(failure - 2, 20)
        let full = min((0..<doublings).reduce(base) { delay, _ in delay * 2 }, schedule.ceiling)
        let delay = schedule.delay(afterFailure: failure, using: &round.random)
        #expect(delay >= full * 0.749 && delay <= full * 1.001, "\(failure) \(base)")
      }
    }
  }
}
