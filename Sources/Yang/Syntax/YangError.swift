/// What is wrong with YANG text, and where.
package struct YangError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where the offending statement stands.
  package let source: SourceLocation
  /// What is wrong and what was expected.
  package let message: String

  /// Creates an error at a place in a file.
  package init(source: SourceLocation, message: String) {
    self.source = source
    self.message = message
  }

  package var description: String { "\(source): \(message)" }
}
