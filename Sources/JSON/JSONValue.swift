/// A JSON value as a tree.
///
/// Integers are exact in 64 bits. An integer is never equal to a double: `1` and `1.0` are different texts, and each is
/// written as it was read.
package enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// An integer above `Int64.max`; smaller ones are ``integer(_:)``.
  case unsigned(UInt64)
  /// A number with a fraction or an exponent, or an integer beyond 64 bits.
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// The integer in the form that suits its size.
  ///
  /// - Parameter number: Any 64-bit number.
  package init(_ number: UInt64) {
    self = Int64(exactly: number).map(JSONValue.integer) ?? .unsigned(number)
  }

  /// An integer.
  ///
  /// - Parameter number: Any 64-bit number.
  package init(_ number: Int) { self = .integer(Int64(number)) }
}

extension JSONValue {
  /// The value of an object's member, or `nil` if there is none or this is not an object.
  package subscript(_ member: String) -> JSONValue? { object?[member] }

  /// An array's element, or `nil` if there is none or this is not an array.
  package subscript(_ index: Int) -> JSONValue? {
    guard let array, array.indices.contains(index) else { return nil }
    return array[index]
  }

  /// The text, if this is a string.
  package var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The truth value, if this is one.
  package var bool: Bool? {
    if case .bool(let truth) = self { truth } else { nil }
  }

  /// The number, if this is an integer that fits.
  package var int: Int? {
    if case .integer(let number) = self { Int(exactly: number) } else { nil }
  }

  /// The number, if this is an integer from 0 to `UInt64.max`.
  package var uint: UInt64? {
    switch self {
    case .integer(let number): UInt64(exactly: number)
    case .unsigned(let number): number
    case .null, .bool, .double, .string, .array, .object: nil
    }
  }

  /// The number, if this is any number; an integer is rounded to the nearest double.
  package var double: Double? {
    switch self {
    case .double(let number): number
    case .integer(let number): Double(number)
    case .unsigned(let number): Double(number)
    case .null, .bool, .string, .array, .object: nil
    }
  }

  /// The elements, if this is an array.
  package var array: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The members, if this is an object.
  package var object: JSONObject? {
    if case .object(let members) = self { members } else { nil }
  }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// `null`.
  package init(nilLiteral: ()) { self = .null }
  /// A truth value.
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An integer.
  package init(integerLiteral value: Int64) { self = .integer(value) }
  /// A number with a fraction.
  package init(floatLiteral value: Double) { self = .double(value) }
  /// A string.
  package init(stringLiteral value: String) { self = .string(value) }
  /// An array.
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object; of several members with one name the last one counts.
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (name, value) in elements { object[name] = value }
    self = .object(object)
  }
}
