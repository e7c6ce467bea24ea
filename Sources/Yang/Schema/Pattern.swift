import Foundation

extension ValueType {
  /// A `pattern` statement, translated once for both sides.
  package struct Pattern: Sendable {
    /// The XML Schema expression as written.
    package let source: String
    /// The same for Python's `re`, without anchors.
    package let python: String
    /// Whether a value must *not* match (`modifier invert-match`).
    package var isInverted: Bool

    private let expression: NSRegularExpression

    /// How much work a text is worth, whatever its length and then for its length.
    ///
    /// Backtracking can take longer than the universe is old; one unit is 10,000 steps, about 0.2 ms. A pattern that does
    /// not go astray needs a few steps for each character.
    private static let (baseBudget, charactersPerUnit) = (20, 500)

    /// Creates a pattern.
    ///
    /// - Parameters:
    ///   - source: The XML Schema expression.
    ///   - icu: The same for `NSRegularExpression`, without anchors; `nil` is returned if it cannot be compiled.
    ///   - python: The same for Python's `re`, without anchors.
    ///   - isInverted: Whether a value must not match.
    package init?(source: String, icu: String, python: String, isInverted: Bool) {
      // A pattern without anchors would take the first alternative that fits, not the one that fits the whole text.
      guard let expression = try? NSRegularExpression(pattern: "(?:\(icu))\\z") else { return nil }
      self.source = source
      self.python = python
      self.isInverted = isInverted
      self.expression = expression
    }

    /// Whether the pattern matches the whole of a text, regardless of its inversion.
    ///
    /// - Parameter text: The text.
    /// - Returns: Whether it matches, or `nil` if that cannot be found out in time.
    package func matches(_ text: String) -> Bool? {
      let length = text.utf16.count
      var budget = Self.baseBudget + length / Self.charactersPerUnit
      var isMatch = false
      var isFinished = true
      expression.enumerateMatches(
        in: text, options: [.anchored, .reportProgress, .reportCompletion], range: NSRange(location: 0, length: length)
      ) { match, flags, stop in
        if match != nil { isMatch = true }
        if flags.contains(.internalError) { isFinished = false }
        guard flags.contains(.progress) else { return }
        budget -= 1
        if budget < 0 {
          isFinished = false
          stop.pointee = true
        }
      }
      return isMatch ? true : isFinished ? false : nil
    }
  }
}

extension ValueType.Pattern: Hashable {
  /// Whether both are the same expression with the same meaning.
  package static func == (left: ValueType.Pattern, right: ValueType.Pattern) -> Bool {
    left.source == right.source && left.isInverted == right.isInverted
  }

  /// Feeds what makes two patterns equal to `hasher`.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(source)
    hasher.combine(isInverted)
  }
}
