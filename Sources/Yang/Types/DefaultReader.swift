import Foundation

/// Reads the argument of `default` as a value of a type.
struct DefaultReader {
  /// The statement, with the scope in which an identity's prefix is looked up.
  let located: BuildNode.Located

  /// A value in canonical form.
  ///
  /// - Parameters:
  ///   - text: The value as written.
  ///   - type: The type.
  /// - Returns: The canonical text, or `nil` if the type does not allow the value.
  /// - Throws: ``YangError`` if an identity's prefix is not imported.
  func canonical(_ text: String, _ type: ValueType) throws(YangError) -> String? {
    switch type {
    case .integer(let kind, let ranges): return Self.integer(text, ranges.isEmpty ? [kind.range] : ranges)
    case .decimal64(let digits, let ranges):
      guard let value = Decimal64.scaled(text[...], fractionDigits: digits),
        ranges.isEmpty || ranges.contains(where: { $0.contains(value) })
      else { return nil }
      return Decimal64.text(value, fractionDigits: digits)
    case .string(let lengths, let patterns):
      let length = text.unicodeScalars.count
      guard lengths.isEmpty || lengths.contains(where: { $0.contains(length) }) else { return nil }
      return patterns.allSatisfy { $0.matches(text) == !$0.isInverted } ? text : nil
    case .boolean: return text == "true" || text == "false" ? text : nil
    case .empty: return nil
    case .binary: return Data(base64Encoded: text, options: .ignoreUnknownCharacters)?.base64EncodedString()
    case .enumeration(let values): return values.contains { $0.name == text } ? text : nil
    case .bits(let values):
      let names = Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
      let known = values.map(\.name).filter(names.contains)
      return known.count == names.count ? known.joined(separator: " ") : nil
    case .identityref(let allowed):
      return try identity(text, allowed)
    case .leafref(_, let target, _): return try canonical(text, target)
    case .instanceIdentifier: return text
    case .union(let members):
      for member in members {
        // What is no identity's name to one member may be a string to the next.
        if let value = try? canonical(text, member) { return value }
      }
      return nil
    }
  }

  /// Reads an integer as RFC 7950, 9.2.1 has it in a module: a leading zero means octal there, and nothing in data.
  private static func integer(_ text: String, _ ranges: [ClosedRange<Int128>]) -> String? {
    let signed = text.hasPrefix("+") ? text.dropFirst() : text[...]
    let digits = signed.hasPrefix("-") ? signed.dropFirst() : signed
    let isOctal = digits.utf8.count > 1 && digits.hasPrefix("0") && !digits.hasPrefix("0x")
    let octal = UInt64(digits, radix: 8).map { signed.hasPrefix("-") ? -Int128($0) : Int128($0) }
    guard let value = isOctal ? octal : RangeExpression.integer(signed), ranges.contains(where: { $0.contains(value) })
    else { return nil }
    return String(value)
  }

  private func identity(_ text: String, _ allowed: [ValueType.Identity]) throws(YangError) -> String? {
    let name = QualifiedName(text)
    let module = try located.scope.module(name.prefix, at: located.statement).name
    return allowed.first { $0.module == module && $0.name == name.name }.map { "\($0.prefix):\($0.name)" }
  }
}
