import PythonVM

/// Keeps what happens again and again from flooding a log: the first is told at once, the rest by their number.
///
/// It has no clock: somebody calls ``pass()`` once a second as long as it ``isOpen``.
struct FloodGate {
  /// What makes two events the same: all but the reason, in which numbers may differ.
  private struct Key: Hashable {
    let word: LogEvent.Word
    let fields: [LogEvent.Field]

    init(_ event: LogEvent) {
      word = event.word
      fields = event.fields.filter { $0.name != "reason" }
    }
  }

  private struct Pause {
    let key: Key
    var last: LogEvent
    var count = 0
  }

  /// In the order in which they began.
  private var pauses: [Pause] = []

  /// Whether something was told less than a second ago.
  var isOpen: Bool { !pauses.isEmpty }

  /// Takes an event.
  ///
  /// - Returns: Whether it is to be told now; if not, it is counted.
  mutating func admits(_ event: LogEvent) -> Bool {
    let key = Key(event)
    guard let place = pauses.firstIndex(where: { $0.key == key }) else {
      pauses.append(Pause(key: key, last: event))
      return true
    }
    pauses[place].last = event
    pauses[place].count += 1
    return false
  }

  /// A second has passed.
  ///
  /// - Returns: What was counted in it, to be told now: the last event of each kind with their number as `times`.
  mutating func pass() -> [LogEvent] {
    pauses.removeAll { $0.count == 0 }
    return pauses.indices.map { place in
      var event = pauses[place].last
      event.append(["times": pauses[place].count])
      pauses[place].count = 0
      return event
    }
  }
}
