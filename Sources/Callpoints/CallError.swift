/// Why a request ended without a result.
package struct CallError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The stable word that clients may rely on; the raw values are those of the control socket's `data.kind`.
  package enum Kind: String, Hashable, Sendable {
    case unknownCallpoint = "unknown-callpoint"
    case callbackError = "callback-error"
    case workerLost = "worker-lost"
    case unavailable
    case timeout
    case cancelled
    case busy
    case tooLarge = "too-large"
    case invalidPath = "invalid-path"
    case invalidValue = "invalid-value"
    case invalidRequest = "invalid-request"
    case conflict
    case notSupported = "not-supported"
  }

  /// What kind of failure it is.
  package let kind: Kind
  /// The sentence for people, without a full stop.
  package let description: String
  /// The CONFD error number, where the failure has one.
  package let errno: Int?

  /// Creates an error.
  package init(_ kind: Kind, _ description: String, errno: Int? = nil) {
    self.kind = kind
    self.description = description
    self.errno = errno
  }

  /// The request was taken back by whoever made it.
  static let cancelled = CallError(.cancelled, "the request was cancelled")
}
