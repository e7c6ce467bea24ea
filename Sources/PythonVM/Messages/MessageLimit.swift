/// How errors name the longest message that a link carries.
package enum MessageLimit {
  /// The limit in words, with what raises it.
  ///
  /// - Parameter bytes: The limit.
  /// - Returns: Such as `16 MiB, the limit of a message (serve --message-limit)`.
  package static func text(_ bytes: Int) -> String {
    "\(bytes >> 20) MiB, the limit of a message (serve --message-limit)"
  }
}
