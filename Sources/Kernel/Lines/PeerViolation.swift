/// The other side broke the rules of the wire; its connection is of no use any more.
package enum PeerViolation: Error, Hashable, Sendable, CustomStringConvertible {
  /// A line is longer than agreed.
  case lineTooLong(limit: Int)
  /// The bytes ended within a line.
  case unterminatedLine(byteCount: Int)

  package var description: String {
    switch self {
    case .lineTooLong(let limit): "a line is longer than \(limit) bytes"
    case .unterminatedLine(let byteCount): "the connection ended within a line, after \(byteCount) bytes of it"
    }
  }
}
