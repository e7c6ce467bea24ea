extension EntryList {
  /// The entries that do not stand where they would if the old ones had kept their order and the new ones had been appended:
  /// as few as explain the order.
  ///
  /// - Parameter old: The list before.
  /// - Returns: The keys, in the new order.
  func moved(since old: EntryList) -> [[Value]] {
    guard isOrderedByUser else { return [] }
    if entries.root.isIdentical(to: old.entries.root) { return [] }
    let kept = old.elements().map(\.keys).filter { self[$0] != nil }
    let before = kept + elements().map(\.keys).filter { old[$0] == nil }
    let places = Dictionary(before.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let common = elements().map(\.keys).compactMap { keys in places[keys].map { (keys: keys, place: $0) } }
    let inOrder = Self.longestIncreasing(common.map(\.place))
    return common.enumerated().filter { !inOrder.contains($0.offset) }.map(\.element.keys)
  }

  /// The offsets of a longest increasing part of a sequence of different numbers.
  private static func longestIncreasing(_ numbers: [Int]) -> Set<Int> {
    var tails: [Int] = []
    var previous = [Int?](repeating: nil, count: numbers.count)
    for (offset, number) in numbers.enumerated() {
      var (place, end) = (0, tails.count)
      while place < end {
        let middle = (place + end) / 2
        if numbers[tails[middle]] < number { place = middle + 1 } else { end = middle }
      }
      previous[offset] = place > 0 ? tails[place - 1] : nil
      if place < tails.endIndex { tails[place] = offset } else { tails.append(offset) }
    }
    var kept: Set<Int> = []
    var next = tails.last
    while let offset = next {
      kept.insert(offset)
      next = previous[offset]
    }
    return kept
  }
}
