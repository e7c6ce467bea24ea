/// The errors of a run by kind, each kind with how many there were and the first message.
struct ErrorTally {
  /// One kind of error.
  struct Entry: Equatable {
    /// The word for it.
    let kind: String
    /// How many there were.
    var count: Int
    /// What the first of them said.
    let message: String
  }

  /// The kinds, in the order in which they came.
  private(set) var entries: [Entry] = []

  /// How many errors there were.
  var count: Int { entries.map(\.count).reduce(0, +) }

  /// Adds errors of one kind.
  ///
  /// - Parameters:
  ///   - kind: The word for it.
  ///   - message: What the first of them says.
  ///   - count: How many there are.
  mutating func add(_ kind: String, _ message: String, count: Int = 1) {
    guard count > 0 else { return }
    if let place = entries.firstIndex(where: { $0.kind == kind }) {
      entries[place].count += count
    } else {
      entries.append(Entry(kind: kind, count: count, message: message))
    }
  }

  /// Adds all errors of another tally.
  mutating func add(_ other: ErrorTally) {
    for entry in other.entries { add(entry.kind, entry.message, count: entry.count) }
  }
}
