import CLinux

/// What a watcher waits for, and what it is told.
package struct Interest: OptionSet, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// A read would not block: there are bytes, a connection, or the end.
  package static let readable = Interest(rawValue: 1)
  /// A write would not block: there is room, or the other side has gone.
  package static let writable = Interest(rawValue: 2)

  /// The bits for epoll.
  ///
  /// Errors and hang-ups are always told, level-triggered: who wants nothing must be told once only, or the loop would
  /// spin on a peer that has gone.
  var epollBits: UInt32 {
    if isEmpty { return CLINUX_ONE_SHOT }
    return (contains(.readable) ? CLINUX_READABLE : 0) | (contains(.writable) ? CLINUX_WRITABLE : 0)
  }

  /// What epoll reports, as far as it was asked for.
  ///
  /// After an error or a hang-up the next read or write says which.
  func satisfied(by bits: UInt32) -> Interest {
    if bits & (CLINUX_ERROR | CLINUX_HANG_UP) != 0 { return self }
    var ready: Interest = []
    if bits & CLINUX_READABLE != 0 { ready.insert(.readable) }
    if bits & CLINUX_WRITABLE != 0 { ready.insert(.writable) }
    return ready.intersection(self)
  }
}
