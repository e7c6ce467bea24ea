/// A clock that stands still while the host is stopped, as by SIGSTOP or when the machine sleeps.
///
/// While it is watched, somebody reads it at least once in a ``period``. If nobody did for much longer, the host did not
/// run, and what it waits for had no chance to be noticed: that time does not count.
struct HostClock: Sendable {
  /// How often it must be read while it is watched.
  static let period = Duration.seconds(1)
  /// How much later than that is no stop yet.
  static let tolerance = Duration.seconds(1)

  /// The time when it was last read.
  private(set) var time = Duration.zero
  /// How long the host has been stopped altogether.
  private var stopped = Duration.zero

  /// Moves on.
  ///
  /// - Parameters:
  ///   - now: The system's time.
  ///   - isWatched: Whether somebody has been reading it all the time.
  mutating func read(_ now: Duration, isWatched: Bool) {
    let passed = now - stopped - time
    if isWatched, passed > Self.period + Self.tolerance { stopped += passed }
    time = max(time, now - stopped)
  }

  /// The system's time at a time of this clock, if the host is not stopped until then.
  func systemTime(at time: Duration) -> Duration { time + stopped }
}
