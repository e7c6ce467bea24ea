/// What has one order among all its values, found with one comparison.
///
/// `Comparable` needs two comparisons to tell three outcomes apart; a search in a tree wants one.
package protocol TotallyOrdered: Sendable {
  /// Compares this value with another one.
  ///
  /// - Parameter other: The value to compare with.
  /// - Returns: A negative number if this value comes first, zero if they are equal, else a positive number.
  func compare(_ other: Self) -> Int
}

extension Int64: TotallyOrdered {
  /// Compares two numbers by size.
  ///
  /// - Parameter other: The number to compare with.
  /// - Returns: A negative number if this one is smaller, zero if they are equal, else a positive number.
  package func compare(_ other: Int64) -> Int { order(self, other) }
}

extension Array: TotallyOrdered where Element: TotallyOrdered {
  /// Compares element by element; a prefix comes before what it is a prefix of.
  ///
  /// - Parameter other: The array to compare with.
  /// - Returns: A negative number if this array comes first, zero if they are equal, else a positive number.
  package func compare(_ other: [Element]) -> Int {
    for place in 0..<Swift.min(count, other.count) {
      let result = self[place].compare(other[place])
      if result != 0 { return result }
    }
    return order(count, other.count)
  }
}

/// The order of two numbers as -1, 0 or 1.
func order<Number: FixedWidthInteger>(_ left: Number, _ right: Number) -> Int {
  left < right ? -1 : left == right ? 0 : 1
}

/// The order of two sequences of numbers; a prefix comes first.
func order<Number: FixedWidthInteger>(_ left: [Number], _ right: [Number]) -> Int {
  for (mine, others) in zip(left, right) where mine != others { return mine < others ? -1 : 1 }
  return order(left.count, right.count)
}

/// The order of two strings by their UTF-8 bytes, which is the order of their Unicode scalars.
func order(_ left: String, _ right: String) -> Int {
  let bytes = left.utf8.withContiguousStorageIfAvailable { mine in
    right.utf8.withContiguousStorageIfAvailable { others -> Int in
      let length = min(mine.count, others.count)
      var place = 0
      while place < length, mine[place] == others[place] { place += 1 }
      return place < length ? order(mine[place], others[place]) : order(mine.count, others.count)
    }
  }
  return (bytes ?? nil) ?? order(Array(left.utf8), Array(right.utf8))
}
