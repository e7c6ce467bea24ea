import Foundation
import Synchronization
import Yang

/// The compiled patterns of all types, each compiled when it is first needed.
///
/// The lock is there because large commits are prepared on a helper thread; on the host's own thread it is never waited for.
enum PatternCache {
  private static let compiled = Mutex<[String: NSRegularExpression?]>([:])

  /// Whether a pattern matches the whole of a text, regardless of its inversion.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - pattern: The pattern; one that does not compile matches nothing.
  /// - Returns: Whether it matches.
  static func matches(_ text: String, _ pattern: ValueType.Pattern) -> Bool {
    guard let expression = expression(for: pattern.icu) else { return false }
    let all = NSRange(location: 0, length: text.utf16.count)
    return expression.firstMatch(in: text, options: [.anchored], range: all) != nil
  }

  private static func expression(for icu: String) -> NSRegularExpression? {
    compiled.withLock { expressions in
      if let known = expressions[icu] { return known }
      // A pattern without anchors would take the first alternative that fits, not the one that fits the whole text.
      let expression = try? NSRegularExpression(pattern: "(?:\(icu))\\z", options: [])
      expressions[icu] = expression
      return expression
    }
  }
}
