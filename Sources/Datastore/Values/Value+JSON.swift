import Foundation
package import JSON
package import Yang

extension Value {
  /// Reads a value from JSON: RFC 7951's encoding, or any other scalar whose text the type allows.
  ///
  /// - Parameters:
  ///   - json: The JSON value.
  ///   - type: The type.
  /// - Throws: ``InvalidValue`` if the type does not allow it.
  package init(json: JSONValue, type: ValueType) throws(InvalidValue) {
    switch json {
    case .string(let text): self = try Value(text: text, type: type)
    case .integer(let number):
      if case .integer(let kind, let ranges) = type, let value = Value(Int128(number), kind, ranges) {
        self = value
      } else {
        self = try Value(text: String(number), type: type)
      }
    case .unsigned(let number): self = try Value(text: String(number), type: type)
    case .double(let number): self = try Value(text: number.description, type: type)
    case .bool(let truth): self = try Value(text: truth ? "true" : "false", type: type)
    case .array([.null]) where type.takesEmpty: self = .empty
    case .null, .array, .object: throw InvalidValue(json.text, type, "expected a string, a number, true or false")
    }
  }

  /// The canonical text.
  package var text: String {
    switch self {
    case .integer(let number), .int64(let number): String(number)
    case .uint64(let number): String(number)
    case .decimal64(let number, let digits): Self.decimal(number, Int(digits))
    case .string(let text), .instanceIdentifier(let text): text
    case .boolean(let truth): truth ? "true" : "false"
    case .empty: ""
    case .binary(let octets): Data(octets).base64EncodedString()
    case .enumeration(let label): label.name
    case .bits(let names): names.map(\.name).joined(separator: " ")
    case .identity(let identity): "\(identity.prefix):\(identity.name)"
    }
  }

  /// The value as RFC 7951 writes it.
  package var json: JSONValue {
    switch self {
    case .integer(let number): .integer(number)
    case .boolean(let truth): .bool(truth)
    case .empty: .array([.null])
    case .identity(let identity): .string("\(identity.module):\(identity.name)")
    case .int64, .uint64, .decimal64, .string, .binary, .enumeration, .bits, .instanceIdentifier: .string(text)
    }
  }

  private static func decimal(_ number: Int64, _ digits: Int) -> String {
    let all = String(number.magnitude)
    let padded = String(repeating: "0", count: max(0, digits + 1 - all.count)) + all
    var fraction = padded.suffix(digits)
    while fraction.count > 1, fraction.last == "0" { fraction.removeLast() }
    return (number < 0 ? "-" : "") + padded.dropLast(digits) + "." + fraction
  }
}

extension ValueType {
  /// Whether `[null]` may be a value.
  fileprivate var takesEmpty: Bool {
    switch self {
    case .empty: true
    case .leafref(_, let target, _): target.takesEmpty
    case .union(let members): members.contains { $0.takesEmpty }
    case .integer, .decimal64, .string, .boolean, .binary, .enumeration, .bits, .identityref, .instanceIdentifier:
      false
    }
  }
}
