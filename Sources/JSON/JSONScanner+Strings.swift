extension JSONScanner {
  /// Passes over a string, checking its escapes and its UTF-8; the scanner stands on the opening quote.
  ///
  /// - Returns: The content as it is written.
  mutating func skipString() throws(JSONError) -> RawString {
    let opening = position
    position += 1
    var hasEscapes = false
    while true {
      position += PlainText.count(in: bytes, from: position, to: end)
      guard position < end else { break }
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return RawString(range: opening + 1..<position - 1, hasEscapes: hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        try skipEscape()
      case 0x00..<0x20:
        throw fault("a control character in a string must be escaped", at: position)
      default:
        try skipCharacter(startingWith: byte)
      }
    }
    throw fault("the string that begins here has no closing quote", at: opening)
  }

  private mutating func skipEscape() throws(JSONError) {
    guard end - position >= 2 else { throw fault("expected an escape, but the text ends", at: position) }
    switch bytes[position + 1] {
    case UInt8(ascii: "u"): try skipUnicodeEscape()
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      position += 2
    default: throw fault("unknown escape: JSON has \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u", at: position)
    }
  }

  /// Passes over `\uXXXX`, or over two of them that make a surrogate pair.
  private mutating func skipUnicodeEscape() throws(JSONError) {
    let start = position
    let unit = try skipCodeUnit()
    if UTF16.isTrailSurrogate(unit) { throw fault("a surrogate without its pair", at: start) }
    guard UTF16.isLeadSurrogate(unit) else { return }
    guard end - position >= 2, bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u"),
      UTF16.isTrailSurrogate(try skipCodeUnit())
    else { throw fault("a surrogate without its pair", at: start) }
  }

  private mutating func skipCodeUnit() throws(JSONError) -> UInt16 {
    guard end - position >= 6, bytes[position + 2..<position + 6].allSatisfy({ Self.hexadecimal($0) != nil }) else {
      throw fault("expected four hexadecimal digits after \\u", at: position)
    }
    defer { position += 6 }
    return Self.codeUnit(bytes, at: position + 2)
  }

  /// Passes over a character of two to four bytes; overlong forms, surrogates and what is above U+10FFFF are refused.
  private mutating func skipCharacter(startingWith lead: UInt8) throws(JSONError) {
    let length: Int
    let second: ClosedRange<UInt8>
    switch lead {
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: throw fault("byte \(lead) begins no UTF-8 character", at: position)
    }
    guard end - position >= length, second.contains(bytes[position + 1]),
      bytes[position + 2..<position + length].allSatisfy({ $0 & 0xC0 == 0x80 })
    else { throw fault("an incomplete UTF-8 character", at: position) }
    position += length
  }
}
