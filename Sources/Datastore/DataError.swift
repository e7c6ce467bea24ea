/// A path or value that the data model does not allow, or a rule of the model that the data break.
package struct DataError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The stable word for the error on the control socket.
  package enum Kind: String, Hashable, Sendable {
    case invalidPath = "invalid-path"
    case invalidValue = "invalid-value"
    case invalidRequest = "invalid-request"
    case conflict
  }

  /// What was wrong, as CONFD numbers it; ``rawValue`` is what `_ncs.error.Error` shows as `confd_errno`.
  package enum Code: Int, Hashable, Sendable {
    case doesNotExist = 1
    case alreadyExists = 2
    case notWritable = 4
    case badType = 5
    case badPath = 8
    case notSet = 12
    case nonUnique = 13
    case badReference = 14
    case tooFew = 15
    case tooMany = 16
    case protocolUsage = 21
    case noCaseSelected = 40
    case conflict = 70
  }

  /// The stable word for the error.
  package let kind: Kind
  /// The error number.
  package let code: Code
  /// The keypath that the error is about.
  package let path: String
  /// What is wrong there.
  package let reason: String

  /// Creates an error.
  ///
  /// - Parameters:
  ///   - kind: The stable word for the error.
  ///   - code: The error number.
  ///   - path: The keypath that the error is about.
  ///   - reason: What is wrong there.
  package init(_ kind: Kind, _ code: Code, at path: String, _ reason: String) {
    self.kind = kind
    self.code = code
    self.path = path
    self.reason = reason
  }

  package var description: String { "\(path): \(reason)" }
}
