/// Decides whether the loop stays awake for a moment before it sleeps.
///
/// A processor that has gone to sleep takes longer to wake up than a small request takes in all; on a virtual machine
/// several times as long. So while events follow each other closely the loop asks for the next one again and again,
/// giving way to whatever else is to run. One wait that takes longer ends this, until there is a series of brief ones again:
/// a loop that is idle, or waits for callbacks that compute, sleeps at once.
struct BusyWait {
  /// A wait of less than so many nanoseconds is brief; for longer the loop does not stay awake.
  static let brief: UInt64 = 100_000

  /// So many brief waits make a series.
  static let series = 64

  private var briefWaits = 0

  /// Whether the next wait is likely to be brief.
  var isWorthwhile: Bool { briefWaits == Self.series }

  /// Takes note of a wait, however it was spent.
  mutating func note(nanoseconds: UInt64) {
    briefWaits = nanoseconds < Self.brief ? min(briefWaits + 1, Self.series) : 0
  }
}
