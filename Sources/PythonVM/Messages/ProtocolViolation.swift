/// The other side sent something that the protocol does not allow; its link is closed.
package struct ProtocolViolation: Error, Hashable, Sendable, CustomStringConvertible {
  /// What it did, as a clause.
  package let description: String

  /// Creates a violation.
  package init(_ description: String) { self.description = description }
}
