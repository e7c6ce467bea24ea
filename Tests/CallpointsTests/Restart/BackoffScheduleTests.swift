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
}
