/// When another thread of an endpoint must read on, as the one that reads has run a callback for a while.
///
/// Requests must not lie unread behind a callback that waits: then another thread takes over as soon as it shows. Behind
/// one that computes another thread gains little, as Python lets one of them compute at a time, and each hand-over costs.
/// It comes after a while where it may be for another callpoint, so that a quick callback is not held up by a slow one, and
/// later where all are for one callpoint. Of a process that runs several callbacks it is not known which of them computes:
/// the one that reads may wait. On a busy machine most processes that answer nothing just have no processor: those compute
/// too.
struct Patience {
  private static let first = Duration.milliseconds(2)
  private static let longest = Duration.milliseconds(16)

  /// How long the process may compute before another thread takes over: where more than one callback runs, and where one does.
  private static let limit = Duration.milliseconds(6)
  private let limitOfOne: Duration
  private var given = Duration.zero

  /// How long to wait for a reply before looking at the process.
  private(set) var interval = Self.first

  /// What the process needs when no reply came for that long.
  enum Remedy: Equatable {
    /// More time.
    case none
    /// Another thread; and whether the callback waits, as the next ones of its callpoint will then.
    case takeOver(waits: Bool)
  }

  /// Begins to be patient.
  ///
  /// - Parameter callpoints: How many callpoints the endpoint serves.
  init(callpoints: Int) {
    limitOfOne = callpoints == 1 ? .milliseconds(126) : Self.limit
  }

  /// A reply has come.
  mutating func progressed() {
    given = .zero
    interval = Self.first
  }

  /// No reply came for ``interval``, and requests lie unread.
  ///
  /// - Parameters:
  ///   - computes: Whether the process computed meanwhile.
  ///   - running: How many callbacks it runs.
  /// - Returns: What it needs.
  mutating func ranOut(computes: Bool, running: Int) -> Remedy {
    given += interval
    interval = min(interval * 2, Self.longest)
    guard !computes || given >= (running > 1 ? Self.limit : limitOfOne) else { return .none }
    progressed()
    return .takeOver(waits: !computes)
  }
}
