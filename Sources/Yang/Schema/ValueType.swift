/// The type of a leaf or leaf-list, with the restrictions of every typedef on the way folded in.
package indirect enum ValueType: Hashable, Sendable {
  /// One of the eight integer types. `ranges` is empty where the built-in range applies.
  case integer(IntegerKind, ranges: [ClosedRange<Int128>])
  /// `decimal64`; `ranges` are scaled by ten to the power of `fractionDigits`.
  case decimal64(fractionDigits: Int, ranges: [ClosedRange<Int64>])
  /// `string`; every pattern must match. Lengths count Unicode scalars.
  case string(lengths: [ClosedRange<Int>], patterns: [Pattern])
  case boolean
  case empty
  /// `binary`; lengths count octets.
  case binary(lengths: [ClosedRange<Int>])
  /// `enumeration`, in the order of the `enum` statements.
  case enumeration([NamedValue])
  /// `bits`, in the order of their positions.
  case bits([NamedValue])
  /// `identityref`; every identity derived from all of its bases.
  case identityref([Identity])
  /// `leafref`; a value is of the target's type.
  case leafref(path: String, target: ValueType, requireInstance: Bool)
  case instanceIdentifier(requireInstance: Bool)
  /// `union`; the first member that accepts a value wins.
  case union([ValueType])

  /// Which integer type it is.
  package enum IntegerKind: String, Hashable, Sendable, CaseIterable {
    case int8, int16, int32, int64, uint8, uint16, uint32, uint64

    /// The values the built-in type allows.
    package var range: ClosedRange<Int128> {
      switch self {
      case .int8: Int128(Int8.min)...Int128(Int8.max)
      case .int16: Int128(Int16.min)...Int128(Int16.max)
      case .int32: Int128(Int32.min)...Int128(Int32.max)
      case .int64: Int128(Int64.min)...Int128(Int64.max)
      case .uint8: 0...Int128(UInt8.max)
      case .uint16: 0...Int128(UInt16.max)
      case .uint32: 0...Int128(UInt32.max)
      case .uint64: 0...Int128(UInt64.max)
      }
    }
  }

  /// An `enum` with its value, or a `bit` with its position.
  package struct NamedValue: Hashable, Sendable {
    /// The name.
    package let name: String
    /// The value or position, given or assigned.
    package let value: Int

    /// Creates a named value.
    package init(name: String, value: Int) {
      self.name = name
      self.value = value
    }
  }

  /// An identity that an identityref may hold.
  package struct Identity: Hashable, Sendable {
    /// The name of the module that defines it.
    package let module: String
    /// The prefix of that module.
    package let prefix: String
    /// The identity's name.
    package let name: String

    /// Creates an identity.
    package init(module: String, prefix: String, name: String) {
      self.module = module
      self.prefix = prefix
      self.name = name
    }
  }
}
