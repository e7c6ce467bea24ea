import Foundation
package import Yang

extension Value {
  /// Reads a value from its text.
  ///
  /// - Parameters:
  ///   - text: Any lexical form that the type allows; an identity with a prefix, a module's name or neither.
  ///   - type: The type.
  /// - Throws: ``InvalidValue`` if the type does not allow it.
  package init(text: String, type: ValueType) throws(InvalidValue) {
    switch type {
    case .integer(let kind, let ranges):
      if let number = Self.shortInteger(text), let value = Value(number, kind, ranges) {
        self = value
      } else {
        self = try Value(integer: text, kind, ranges, type)
      }
    case .decimal64(let digits, let ranges): self = try Value(decimal: text, digits, ranges, type)
    case .string(let lengths, let patterns):
      if !lengths.isEmpty { try Self.check(text.unicodeScalars.count, lengths, unit: "characters", text, type) }
      try Self.match(text, patterns, type)
      self = .string(text)
    case .boolean:
      guard text == "true" || text == "false" else { throw InvalidValue(text, type, "it is true or false") }
      self = .boolean(text == "true")
    case .empty:
      guard text.isEmpty else { throw InvalidValue(text, type, "it has no content") }
      self = .empty
    case .binary(let lengths):
      guard let octets = Self.octets(base64: text) else { throw InvalidValue(text, type, "not base64") }
      try Self.check(octets.count, lengths, unit: "octets", text, type)
      self = .binary(octets)
    case .enumeration(let labels):
      guard let label = labels.first(where: { isSame($0.name, text) }) else {
        throw InvalidValue(text, type, "expected \(alternatives(labels.map(\.name)))")
      }
      self = .enumeration(label)
    case .bits(let names): self = .bits(try Self.bits(text, names, type))
    case .identityref(let identities): self = .identity(try Self.identity(text, identities, type))
    case .leafref(_, let target, _): self = try Value(text: text, type: target)
    case .instanceIdentifier:
      guard let canonical = InstanceIdentifierSyntax.canonical(text) else {
        throw InvalidValue(text, type, "expected steps such as /prefix:list[key='value']/leaf")
      }
      self = .instanceIdentifier(canonical)
    case .union(let members): self = try Value(text, members, type)
    }
  }

  private init(_ text: String, _ members: [ValueType], _ type: ValueType) throws(InvalidValue) {
    for (place, member) in members.enumerated() {
      guard let value = try? Value(text: text, type: member) else { continue }
      // The canonical text may be one that an earlier member takes: the value is then what its text will be read as.
      let earlier = place > 0 ? try? Value(value.text, Array(members[..<place]), type) : nil
      self = earlier ?? value
      return
    }
    throw InvalidValue(text, type, "it is none of \(alternatives(members.map(\.name)))")
  }

  private init(
    integer text: String, _ kind: ValueType.IntegerKind, _ ranges: [ClosedRange<Int128>], _ type: ValueType
  ) throws(InvalidValue) {
    guard let number = DecimalDigits(text), !number.hasPoint else { throw InvalidValue(text, type, "not an integer") }
    let allowed = ranges.isEmpty ? [kind.range] : ranges
    guard let value = number.scaled(byDigits: 0).flatMap({ Value($0, kind, ranges) }) else {
      throw InvalidValue(text, type, "out of range \(joined(allowed.map { ($0.lowerBound, $0.upperBound) }))")
    }
    self = value
  }

  /// A number of an integer type, or `nil` if it is out of range.
  ///
  /// - Parameters:
  ///   - number: The number.
  ///   - kind: The type.
  ///   - ranges: The ranges that the type is restricted to, or none.
  init?(_ number: Int128, _ kind: ValueType.IntegerKind, _ ranges: [ClosedRange<Int128>]) {
    guard ranges.isEmpty ? kind.range.contains(number) : ranges.contains(where: { $0.contains(number) }) else {
      return nil
    }
    self =
      switch kind {
      case .int64: .int64(Int64(number))
      case .uint64: .uint64(UInt64(number))
      case .int8, .int16, .int32, .uint8, .uint16, .uint32: .integer(Int64(number))
      }
  }

  /// What most integers are: up to 18 digits, perhaps with a minus sign.
  private static func shortInteger(_ text: String) -> Int128? {
    var number: Int64 = 0
    var digits = 0
    var isNegative = false
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9") where digits < 18:
        number = number * 10 + Int64(byte - UInt8(ascii: "0"))
        digits += 1
      case UInt8(ascii: "-") where digits == 0 && !isNegative: isNegative = true
      default: return nil
      }
    }
    return digits == 0 ? nil : Int128(isNegative ? -number : number)
  }

  private init(
    decimal text: String, _ digits: Int, _ ranges: [ClosedRange<Int64>], _ type: ValueType
  ) throws(InvalidValue) {
    guard let number = DecimalDigits(text) else { throw InvalidValue(text, type, "not a decimal number") }
    guard number.fractionDigits <= digits else {
      throw InvalidValue(text, type, "more than \(digits) fraction digit\(digits == 1 ? "" : "s")")
    }
    let allowed = ranges.isEmpty ? [Int64.min...Int64.max] : ranges
    guard let scaled = number.scaled(byDigits: digits).flatMap(Int64.init(exactly:)),
      allowed.contains(where: { $0.contains(scaled) })
    else {
      func shown(_ bound: Int64) -> String { Value.decimal64(bound, fractionDigits: UInt8(digits)).text }
      throw InvalidValue(
        text, type, "out of range \(joined(allowed.map { (shown($0.lowerBound), shown($0.upperBound)) }))")
    }
    self = .decimal64(scaled, fractionDigits: UInt8(digits))
  }

  private static func check(
    _ length: Int, _ lengths: [ClosedRange<Int>], unit: String, _ text: String, _ type: ValueType
  ) throws(InvalidValue) {
    guard lengths.isEmpty || lengths.contains(where: { $0.contains(length) }) else {
      let allowed = joined(lengths.map { ($0.lowerBound, $0.upperBound) })
      throw InvalidValue(text, type, "\(length) \(unit) where \(allowed) are allowed")
    }
  }

  private static func match(
    _ text: String, _ patterns: [ValueType.Pattern], _ type: ValueType
  ) throws(InvalidValue) {
    for pattern in patterns {
      guard let isMatch = pattern.matches(text) else {
        throw InvalidValue(text, type, "it takes too long to match it with the pattern \(pattern.source)")
      }
      guard isMatch == pattern.isInverted else { continue }
      let verb = pattern.isInverted ? "matches" : "does not match"
      throw InvalidValue(text, type, "it \(verb) the pattern \(pattern.source)")
    }
  }

  private static func octets(base64 text: String) -> [UInt8]? {
    let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
    let compact =
      text.utf8.contains(where: blanks.contains) ? Array(text.utf8.filter { !blanks.contains($0) }) : Array(text.utf8)
    return Data(base64Encoded: Data(compact)).map(Array.init)
  }

  private static func bits(
    _ text: String, _ names: [ValueType.NamedValue], _ type: ValueType
  ) throws(InvalidValue) -> [ValueType.NamedValue] {
    var set: [ValueType.NamedValue] = []
    let words = text.unicodeScalars.split { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }
    for word in words.map({ String($0) }) {
      guard let bit = names.first(where: { isSame($0.name, word) }) else {
        throw InvalidValue(text, type, "there is no bit \(word.prefix(100)), only \(alternatives(names.map(\.name)))")
      }
      guard !set.contains(bit) else { throw InvalidValue(text, type, "the bit \(word) stands there twice") }
      set.append(bit)
    }
    return set.sorted { $0.value < $1.value }
  }

  private static func identity(
    _ text: String, _ identities: [ValueType.Identity], _ type: ValueType
  ) throws(InvalidValue) -> ValueType.Identity {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2 {
      let named = identities.filter { isSame($0.name, parts[1]) }
      if let found = named.first(where: { $0.module == parts[0] }) ?? named.first(where: { $0.prefix == parts[0] }) {
        return found
      }
    } else {
      let named = identities.filter { isSame($0.name, text) }
      if named.count == 1 { return named[0] }
      if named.count > 1 {
        throw InvalidValue(text, type, "it may be \(alternatives(named.map { "\($0.prefix):\($0.name)" }))")
      }
    }
    throw InvalidValue(text, type, "expected \(alternatives(identities.map { "\($0.prefix):\($0.name)" }))")
  }
}

/// Whether two names have the same characters; Swift would also take those for equal that only look alike.
private func isSame(_ name: String, _ other: some StringProtocol) -> Bool { name.utf8.elementsEqual(other.utf8) }

/// The bounds of ranges, as YANG writes them.
private func joined<Bound: Equatable>(_ ranges: [(Bound, Bound)]) -> String {
  ranges.map { $0.0 == $0.1 ? "\($0.0)" : "\($0.0)..\($0.1)" }.joined(separator: " | ")
}

/// Names in a sentence; of many only the first few.
private func alternatives(_ names: [String]) -> String {
  guard names.count > 1 else { return names.first ?? "nothing, as there is none" }
  if names.count > 8 { return names.prefix(7).joined(separator: ", ") + " or \(names.count - 7) others" }
  return names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
}
