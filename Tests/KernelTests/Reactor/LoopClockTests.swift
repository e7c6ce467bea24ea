import TestSupport
import Testing

@testable import Kernel

@Suite struct `The loop's clock` {
  /// The longest time between two readings that counts.
  private static let limit = LoopClock.period + LoopClock.tolerance
  private static let start: UInt64 = 5_000_000_000_000

  @Test func `begins with the system's time and goes with it as long as somebody reads it`() {
    var clock = LoopClock(systemTime: Self.start)
    #expect(clock.time == Self.start)
    for step in UInt64(1)...100 {
      #expect(clock.read(Self.start + step * Self.limit) == Self.start + step * Self.limit)
    }
  }

  @Test func `stands still while nobody could read it, and goes on from there`() {
    var clock = LoopClock(systemTime: Self.start)
    #expect(clock.read(Self.start + 7) == Self.start + 7)
    let stop = Self.start + 7 + Self.limit + 1
    #expect(clock.read(stop) == Self.start + 7)
    #expect(clock.read(stop) == Self.start + 7)
    #expect(clock.read(stop + 5) == Self.start + 12)
  }

  @Test func `goes on while there is nothing to wait for, until the next reading`() {
    var clock = LoopClock(systemTime: Self.start)
    clock.idle()
    let hour: UInt64 = 3_600_000_000_000
    #expect(clock.read(Self.start + hour) == Self.start + hour)
    #expect(clock.read(Self.start + 2 * hour) == Self.start + hour)
  }

  /// A loop with one timer after the other, which is stopped now and then, also within its handlers.
  @Test(arguments: Fuzz.seeds(50)) func `lets a timer have all its time, and little more`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var (system, stopped) = (Self.start, UInt64(0))
    var clock = LoopClock(systemTime: system)
    /// The loop does something, or is stopped while it does: for so long that it is sure to count as a stop.
    func pass(_ time: UInt64) {
      system += time
      guard Int.random(in: 0..<10, using: &random) == 0 else { return }
      let stop = UInt64.random(in: Self.limit + 1...100 * Self.limit, using: &random)
      (system, stopped) = (system + stop, stopped + stop)
    }
    for _ in 0..<100 {
      let delay = UInt64.random(in: 0...10 * LoopClock.period, using: &random)
      let deadline = clock.read(system) + delay
      let (begin, stoppedBefore) = (system, stopped)
      var stops: UInt64 = 0
      while clock.read(system) < deadline {
        let stoppedBefore = stopped
        pass(min(deadline - clock.time, LoopClock.period))
        if stopped > stoppedBefore { stops += 1 }
      }
      let ran = system - begin - (stopped - stoppedBefore)
      #expect(ran >= delay, "the timer fired early, seed \(seed)")
      // A stop may cost the turn in which it happened.
      #expect(ran <= delay + stops * LoopClock.period, "the timer fired late, seed \(seed)")
    }
  }
}
