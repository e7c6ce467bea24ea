extension JSONScanner {
  /// Reads a whole value as a tree.
  ///
  /// - Returns: The value.
  /// - Throws: ``JSONError`` if it is not JSON, repeats a member name, or is nested deeper than ``maximumDepth``.
  package mutating func value() throws(JSONError) -> JSONValue { try value(depth: 0) }

  /// Reads a string.
  ///
  /// - Returns: The text with its escapes resolved.
  /// - Throws: ``JSONError`` if the next value is not a string.
  package mutating func string() throws(JSONError) -> String {
    text(try rawString())
  }

  /// Reads a string as it is written.
  ///
  /// - Returns: Where it is.
  /// - Throws: ``JSONError`` if the next value is not a string.
  package mutating func rawString() throws(JSONError) -> RawString {
    guard skipWhitespace() == UInt8(ascii: "\"") else { throw expected("a string") }
    return try skipString()
  }

  /// Reads an integer.
  ///
  /// - Returns: The number.
  /// - Throws: ``JSONError`` if the next value is not an integer that fits into 64 bits with a sign.
  package mutating func int() throws(JSONError) -> Int {
    skipWhitespace()
    let start = position
    guard let number = try peek() == .number ? number().int : nil else {
      throw fault("expected an integer of at most 64 bits", at: start)
    }
    return number
  }

  /// Reads a truth value.
  ///
  /// - Returns: The value.
  /// - Throws: ``JSONError`` if the next value is neither `true` nor `false`.
  package mutating func bool() throws(JSONError) -> Bool {
    switch skipWhitespace() {
    case UInt8(ascii: "t"):
      try skipWord("true")
      return true
    case UInt8(ascii: "f"):
      try skipWord("false")
      return false
    default: throw expected("true or false")
    }
  }

  /// Reads a `null` if one comes next.
  ///
  /// - Returns: Whether one came; otherwise nothing was read.
  /// - Throws: ``JSONError`` if no value begins here.
  package mutating func null() throws(JSONError) -> Bool {
    guard try peek() == .null else { return false }
    try skipWord("null")
    return true
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    switch try peek() {
    case .null:
      try skipWord("null")
      return .null
    case .bool: return .bool(try bool())
    case .number: return try number()
    case .string: return .string(try string())
    case .array: return .array(try array(depth: depth))
    case .object: return .object(try object(depth: depth))
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
    try check(depth: depth)
    var elements: [JSONValue] = []
    try beginArray()
    while try nextElement() { elements.append(try value(depth: depth + 1)) }
    return elements
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
    try check(depth: depth)
    var members = JSONObject()
    try beginObject()
    while let name = try nextKey() {
      let value = try value(depth: depth + 1)
      guard members.insertIfAbsent(name, value) else {
        throw fault("the object has two members named \"\(name)\"", at: position)
      }
    }
    return members
  }

  private func check(depth: Int) throws(JSONError) {
    guard depth < Self.maximumDepth else {
      throw fault("more than \(Self.maximumDepth) arrays and objects lie in one another", at: position)
    }
  }

  /// Reads a number: exact if it is an integer of at most 64 bits, else the nearest double.
  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    let isInteger = try skipNumber()
    if isInteger, let number = shortInteger(start..<position) { return .integer(number) }
    let text = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
    if isInteger {
      if let number = Int64(text) { return .integer(number) }
      if let number = UInt64(text) { return .unsigned(number) }
    }
    guard let number = Double(text), number.isFinite else { throw fault("the number is too large", at: start) }
    return .double(number)
  }

  /// An integer that has been passed over, if it is so short that it fits in any case.
  private func shortInteger(_ range: Range<Int>) -> Int64? {
    guard range.count <= 18 else { return nil }
    let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
    var magnitude: Int64 = 0
    for place in isNegative ? range.dropFirst() : range {
      magnitude = magnitude * 10 + Int64(bytes[place] - UInt8(ascii: "0"))
    }
    return isNegative ? -magnitude : magnitude
  }

  /// Resolves the escapes of a string's content that ``skipString()`` has checked.
  static func unescape(_ content: UnsafeRawBufferPointer) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(content.count)
    var place = 0
    while place < content.count {
      guard content[place] == UInt8(ascii: "\\") else {
        text.append(content[place])
        place += 1
        continue
      }
      let escape = content[place + 1]
      place += 2
      switch escape {
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0C)
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "u"):
        var units = [Self.codeUnit(content, at: place)]
        place += 4
        if UTF16.isLeadSurrogate(units[0]) {
          units.append(Self.codeUnit(content, at: place + 2))
          place += 6
        }
        text.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
      default: text.append(escape)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The code unit that four hexadecimal digits give; what is no digit counts as 0.
  static func codeUnit(_ content: UnsafeRawBufferPointer, at place: Int) -> UInt16 {
    content[place..<place + 4].reduce(0) { $0 << 4 | UInt16(hexadecimal($1) ?? 0) }
  }

  /// The value of a hexadecimal digit.
  static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
