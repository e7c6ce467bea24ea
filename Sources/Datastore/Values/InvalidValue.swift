package import Yang

/// A text or JSON value that is not of the type it was meant for.
package struct InvalidValue: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was given.
  package let given: String
  /// The word for the type, such as `uint8`.
  package let typeName: String
  /// What is wrong with it, or `nil` if there is no more to say.
  package let reason: String?

  /// Creates the description of a bad value.
  ///
  /// - Parameters:
  ///   - given: What was given.
  ///   - type: The type it was meant for.
  ///   - reason: What is wrong with it.
  init(_ given: String, _ type: ValueType, _ reason: String? = nil) {
    self.given = given
    typeName = type.name
    self.reason = reason
  }

  package var description: String {
    let shown =
      given.unicodeScalars.count > 100
      ? String(String.UnicodeScalarView(given.unicodeScalars.prefix(100))) + "…" : given
    return "\"\(shown)\" is not a valid \(typeName)" + (reason.map { ": \($0)" } ?? "")
  }
}

extension ValueType {
  /// The word that YANG has for the type.
  package var name: String {
    switch self {
    case .integer(let kind, _): kind.rawValue
    case .decimal64: "decimal64"
    case .string: "string"
    case .boolean: "boolean"
    case .empty: "empty"
    case .binary: "binary"
    case .enumeration: "enumeration"
    case .bits: "bits"
    case .identityref: "identityref"
    case .leafref(_, let target, _): target.name
    case .instanceIdentifier: "instance-identifier"
    case .union: "union"
    }
  }
}
