/// A clock that stands still while the process is stopped, as by SIGSTOP or with its whole machine; in nanoseconds.
///
/// The loop never waits longer than a ``period`` while it has a timer, and so reads the clock that often. If a reading
/// comes much later, the process did not run: what the loop waits for may have come and could not be noticed, and that
/// time does not count.
struct LoopClock: Sendable {
  /// The longest that the loop waits while it has a timer.
  static let period: UInt64 = 1_000_000_000
  /// How much later than that a reading may come and still count.
  static let tolerance: UInt64 = 1_000_000_000

  /// The time at the last reading.
  private(set) var time: UInt64
  /// The system's time at the last reading.
  private var systemTime: UInt64
  /// Whether nobody cares when the next reading comes.
  private var isIdle = false

  /// A clock that begins with the system's time.
  init(systemTime: UInt64) {
    time = systemTime
    self.systemTime = systemTime
  }

  /// There is no timer to wait for: however late the next reading comes, the time until then counts.
  mutating func idle() { isIdle = true }

  /// Moves on to the system's time, which never goes back, and returns the time.
  mutating func read(_ systemTime: UInt64) -> UInt64 {
    let passed = systemTime - self.systemTime
    if isIdle || passed <= Self.period + Self.tolerance { time += passed }
    self.systemTime = systemTime
    isIdle = false
    return time
  }
}
