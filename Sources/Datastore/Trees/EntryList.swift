/// The entries of a list: found by their keys, and walked over in key order or in the order that users gave them.
struct EntryList: Sendable {
  /// An entry.
  struct Entry: Sendable {
    /// What is below the entry.
    var branch = Branch()
    /// Who wrote the entry, if a service did.
    var origin: Origin?
    /// Where the entry stands in a list that is ordered by user: ranks grow, with room in between.
    var rank: Int64 = 0
  }

  /// The distance of the ranks of entries that were appended one after the other.
  private static let gap: Int64 = 1 << 32

  /// The entries by key.
  private(set) var entries = SortedMap<[Value], Entry>()
  /// The keys by rank; an element if the list is ordered by user, else none.
  private var order: [SortedMap<Int64, [Value]>]

  /// A list without entries.
  ///
  /// - Parameter isOrderedByUser: Whether entries keep the order in which they were put.
  init(isOrderedByUser: Bool) { order = isOrderedByUser ? [SortedMap()] : [] }

  /// Whether entries keep the order in which they were put.
  var isOrderedByUser: Bool { !order.isEmpty }
  /// How many entries there are.
  var count: Int { entries.count }
  /// Whether there is no entry.
  var isEmpty: Bool { entries.isEmpty }

  /// The entry with the given keys.
  subscript(keys: [Value]) -> Entry? { entries[keys] }

  /// Whether both are the same storage, and so have the same entries.
  func isIdentical(to other: EntryList) -> Bool {
    entries.root.isIdentical(to: other.entries.root)
      && zip(order, other.order).allSatisfy { $0.root.isIdentical(to: $1.root) }
  }

  /// Changes an entry in place, but not its rank.
  ///
  /// - Parameters:
  ///   - keys: The entry's keys.
  ///   - body: Is given the entry.
  /// - Returns: What `body` returns, or `nil` if there is no such entry.
  /// - Throws: What `body` throws.
  mutating func modify<Result, Failure: Error>(
    _ keys: [Value], _ body: (inout Entry) throws(Failure) -> Result
  ) throws(Failure) -> Result? { try entries.modify(keys, body) }

  /// Adds an entry; in a list that is ordered by user at its rank if that is free and not 0, else at the end.
  ///
  /// - Parameters:
  ///   - entry: The entry.
  ///   - keys: Its keys; there is no entry with them yet.
  mutating func insert(_ entry: Entry, for keys: [Value]) {
    var entry = entry
    if isOrderedByUser {
      if entry.rank == 0 || order[0][entry.rank] != nil { entry.rank = makeRoom(behind: order[0].last?.value) }
      order[0].insert(keys, for: entry.rank)
    }
    entries.insert(entry, for: keys)
  }

  /// Takes an entry out.
  ///
  /// - Parameter keys: The entry's keys.
  /// - Returns: The entry, or `nil` if there was none.
  @discardableResult
  mutating func remove(_ keys: [Value]) -> Entry? {
    guard let entry = entries.remove(keys) else { return nil }
    if isOrderedByUser { order[0].remove(entry.rank) }
    return entry
  }
}

extension EntryList {
  /// Walks over the entries in their order.
  ///
  /// - Parameter keys: Where to go on: behind the entry with these keys, or from the beginning if `nil`.
  /// - Returns: The keys and entries.
  func elements(after keys: [Value]? = nil) -> some Sequence<(keys: [Value], entry: Entry)> {
    var byKey = entries.makeIterator()
    var byRank = order.first?.makeIterator()
    if let keys {
      byKey = entries.elements(after: keys)
      if let ranks = order.first { byRank = ranks.elements(after: entries[keys]?.rank ?? Int64.max) }
    }
    return AnyIterator {
      guard byRank != nil else { return byKey.next().map { ($0.key, $0.value) } }
      guard let keys = byRank?.next()?.value, let entry = entries[keys] else { return nil }
      return (keys, entry)
    }
  }

  /// The keys of the entry before another one, or `nil` if that is the first.
  func predecessor(of keys: [Value]) -> [Value]? {
    guard isOrderedByUser, let rank = entries[keys]?.rank else { return nil }
    return order[0].last(before: rank)?.value
  }

  /// Puts an entry elsewhere in a list that is ordered by user.
  ///
  /// - Parameters:
  ///   - keys: The entry's keys.
  ///   - other: The keys of the entry that it shall stand behind, or `nil` to make it the first.
  mutating func move(_ keys: [Value], behind other: [Value]?) {
    guard isOrderedByUser, keys != other, let old = entries[keys]?.rank else { return }
    order[0].remove(old)
    let rank = makeRoom(behind: other)
    order[0].insert(keys, for: rank)
    entries.modify(keys) { $0.rank = rank }
  }

  /// Finds a rank behind an entry, and renumbers all if there is no room.
  private mutating func makeRoom(behind other: [Value]?) -> Int64 {
    let lower = other.flatMap { entries[$0]?.rank } ?? 0
    // Behind the last entry there is no room once moves have led to the largest ranks.
    let (end, isPastEnd) = lower.addingReportingOverflow(2 * Self.gap)
    let upper = order[0].first(after: lower)?.key ?? (isPastEnd ? lower : end)
    if upper - lower > 1 { return lower + (upper - lower) / 2 }
    var renumbered = SortedMap<Int64, [Value]>()
    for (place, element) in order[0].enumerated() {
      let rank = Int64(place + 1) * Self.gap
      renumbered.insert(element.value, for: rank)
      entries.modify(element.value) { $0.rank = rank }
    }
    order[0] = renumbered
    return makeRoom(behind: other)
  }
}

extension EntryList {
  /// The keys of the last entry, another one left out.
  func last(but keys: [Value]) -> [Value]? {
    guard let last = order.first?.last else { return nil }
    return last.value == keys ? predecessor(of: keys) : last.value
  }
}
