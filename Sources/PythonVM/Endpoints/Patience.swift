/// When another thread of an endpoint must read on, as the one that reads has run a callback for a while.
///
/// Requests must not lie unread behind a callback that waits: then another thread takes over as soon as it shows. Behind
/// one that computes another thread gains little, as Python lets one of them compute at a time, and each hand-over costs; it
/// comes only after a while, so that a quick callback is not held up by a slow one. On a busy machine most processes that
/// answer nothing just have no processor: those compute too.
struct Patience {
  private static let first = Duration.milliseconds(1)
  private static let looks = 3

  private var look = 0

  /// How long to wait for a reply before looking at the process.
  var interval: Duration { Self.first * (1 << look) }

  /// What the process needs when no reply came for that long.
  enum Remedy: Equatable {
    /// More time.
    case none
    /// Another thread; and whether the callback waits, as the next ones of its callpoint will then.
    case takeOver(waits: Bool)
  }

  /// A reply has come.
  mutating func progressed() { look = 0 }

  /// No reply came for ``interval``, and requests lie unread.
  mutating func ranOut(computes: Bool) -> Remedy {
    look += 1
    guard !computes || look == Self.looks else { return .none }
    look = 0
    return .takeOver(waits: !computes)
  }
}
