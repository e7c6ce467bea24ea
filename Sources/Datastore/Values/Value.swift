package import Yang

/// What a leaf, a value of a leaf-list or a key holds: one value of one type.
///
/// A value of a `leafref` is of the target's type, one of a `union` is the accepting member's.
package enum Value: Sendable {
  /// An `int8` to `int32` or `uint8` to `uint32`: RFC 7951 writes it as a number.
  case integer(Int64)
  /// An `int64`: RFC 7951 writes it as a string.
  case int64(Int64)
  /// A `uint64`: RFC 7951 writes it as a string.
  case uint64(UInt64)
  /// A `decimal64`: the number times ten to the power of `fractionDigits`.
  case decimal64(Int64, fractionDigits: UInt8)
  case string(String)
  case boolean(Bool)
  case empty
  case binary([UInt8])
  /// An `enum` with its value.
  indirect case enumeration(ValueType.NamedValue)
  /// The bits that are set, in the order of their positions.
  case bits([ValueType.NamedValue])
  indirect case identity(ValueType.Identity)
  /// An `instance-identifier` in canonical form.
  case instanceIdentifier(String)
}

extension Value: TotallyOrdered {
  /// Compares two values in type order: numbers by size, strings by their UTF-8 bytes, enums by their values.
  ///
  /// Values of different kinds, as a union may hold them, stand in the order of the cases above.
  ///
  /// - Parameter other: The value to compare with.
  /// - Returns: A negative number if this value comes first, zero if they are equal, else a positive number.
  package func compare(_ other: Value) -> Int {
    switch (self, other) {
    case (.integer(let left), .integer(let right)), (.int64(let left), .int64(let right)): order(left, right)
    case (.uint64(let left), .uint64(let right)): order(left, right)
    case (.decimal64(let left, let digits), .decimal64(let right, let others)):
      digits == others ? order(left, right) : Self.compareScaled(left, digits, right, others)
    case (.string(let left), .string(let right)), (.instanceIdentifier(let left), .instanceIdentifier(let right)):
      order(left, right)
    case (.boolean(let left), .boolean(let right)): order(left ? 1 : 0, right ? 1 : 0)
    case (.empty, .empty): 0
    case (.binary(let left), .binary(let right)): order(left, right)
    case (.enumeration(let left), .enumeration(let right)):
      left.value == right.value ? order(left.name, right.name) : order(left.value, right.value)
    case (.bits(let left), .bits(let right)): order(left.map(\.value), right.map(\.value))
    case (.identity(let left), .identity(let right)):
      left.module == right.module ? order(left.name, right.name) : order(left.module, right.module)
    default: order(kindRank, other.kindRank)
    }
  }

  private var kindRank: Int {
    switch self {
    case .integer: 0
    case .int64: 1
    case .uint64: 2
    case .decimal64: 3
    case .string: 4
    case .boolean: 5
    case .empty: 6
    case .binary: 7
    case .enumeration: 8
    case .bits: 9
    case .identity: 10
    case .instanceIdentifier: 11
    }
  }

  /// Compares decimals of different members of a union; equal numbers of different types stay different values.
  private static func compareScaled(_ left: Int64, _ leftDigits: UInt8, _ right: Int64, _ rightDigits: UInt8) -> Int {
    let digits = max(leftDigits, rightDigits)
    func scaled(_ number: Int64, _ own: UInt8) -> Int128 {
      (own..<digits).reduce(Int128(number)) { result, _ in result * 10 }
    }
    let result = order(scaled(left, leftDigits), scaled(right, rightDigits))
    return result == 0 ? order(leftDigits, rightDigits) : result
  }
}

extension Value: Hashable {
  /// Whether both are the same value of the same type; strings are compared byte by byte, not as Unicode understands them.
  package static func == (left: Value, right: Value) -> Bool { left.compare(right) == 0 }

  /// Feeds the kind and the content to `hasher`.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(kindRank)
    switch self {
    case .integer(let number), .int64(let number): hasher.combine(number)
    case .uint64(let number): hasher.combine(number)
    case .decimal64(let number, let digits):
      hasher.combine(number)
      hasher.combine(digits)
    case .string(let text), .instanceIdentifier(let text): hasher.combine(text)
    case .boolean(let truth): hasher.combine(truth)
    case .empty: break
    case .binary(let octets): hasher.combine(octets)
    case .enumeration(let label): hasher.combine(label.value)
    case .bits(let names): for bit in names { hasher.combine(bit.value) }
    case .identity(let identity): hasher.combine(identity.name)
    }
  }
}
