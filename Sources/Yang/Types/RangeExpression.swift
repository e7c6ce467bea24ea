/// The argument of `range` and `length`.
enum RangeExpression {
  /// Parses an expression and checks that it narrows what it restricts.
  ///
  /// - Parameters:
  ///   - statement: The `range` or `length` statement.
  ///   - outer: What is allowed already, ascending; `min` and `max` mean its ends.
  ///   - number: Reads one bound, or returns `nil` if it is none.
  /// - Returns: The ranges, ascending and apart.
  /// - Throws: ``YangError`` if the expression is malformed or allows more than `outer` does.
  static func parse<Bound: Comparable>(
    _ statement: Statement, within outer: [ClosedRange<Bound>], _ number: (Substring) -> Bound?
  ) throws(YangError) -> [ClosedRange<Bound>] {
    guard let lowest = outer.first?.lowerBound, let highest = outer.last?.upperBound else { return [] }
    func bound(_ text: Substring) throws(YangError) -> Bound {
      let trimmed = trim(text)
      switch trimmed {
      case "min": return lowest
      case "max": return highest
      default:
        guard let value = number(trimmed) else {
          throw statement.error(
            "`\(trimmed)` in `\(statement.word) \(statement.argument)` is no bound; expected a number, min or max")
        }
        return value
      }
    }
    var ranges: [ClosedRange<Bound>] = []
    for part in statement.argument.split(separator: "|", omittingEmptySubsequences: false) {
      let ends = split(part)
      let lower = try bound(ends.lower)
      let upper = try ends.upper.map(bound) ?? lower
      guard lower <= upper, ranges.last.map({ $0.upperBound < lower }) ?? true else {
        throw statement.error("`\(statement.word) \(statement.argument)` is not in ascending order; expected it to be")
      }
      guard outer.contains(where: { $0.lowerBound <= lower && upper <= $0.upperBound }) else {
        throw statement.error(
          "`\(statement.word) \(statement.argument)` allows more than the type does; expected it to stay within \(outer)"
        )
      }
      ranges.append(lower...upper)
    }
    return ranges
  }

  private static func split(_ part: Substring) -> (lower: Substring, upper: Substring?) {
    var index = part.utf8.startIndex
    while index < part.utf8.endIndex {
      let next = part.utf8.index(after: index)
      if part.utf8[index] == UInt8(ascii: "."), next < part.utf8.endIndex, part.utf8[next] == UInt8(ascii: ".") {
        return (part[..<index], part[part.utf8.index(after: next)...])
      }
      index = next
    }
    return (part, nil)
  }

  private static func trim(_ text: Substring) -> Substring {
    var text = text
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
  }

  /// Reads a decimal or hexadecimal integer.
  ///
  /// - Parameter text: The text.
  /// - Returns: The number, or `nil` if the text is none.
  static func integer(_ text: Substring) -> Int128? {
    let isNegative = text.first == "-"
    let digits = isNegative ? text.dropFirst() : text
    guard let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-") else { return nil }
    let value = digits.hasPrefix("0x") ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits)
    return value.map { isNegative ? -Int128($0) : Int128($0) }
  }

  /// Reads a length; one that no machine can hold is as good as the largest.
  ///
  /// - Parameter text: The text.
  /// - Returns: The length, or `nil` if the text is none.
  static func length(_ text: Substring) -> Int? {
    integer(text).flatMap { $0 < 0 ? nil : Int(clamping: $0) }
  }
}
