extension XMLReader {
  /// Whether everything has been read.
  var isAtEnd: Bool { position == bytes.count }

  /// An error in the current line.
  func error(_ message: String) -> XMLError { XMLError(line: line, message: message) }

  /// Turns a file's bytes into UTF-8 without a byte order mark, or says why that cannot be done.
  static func decode(_ file: [UInt8]) throws(XMLError) -> [UInt8] {
    let bytes = file.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(file.dropFirst(3)) : file
    if let encoding = declaredEncoding(of: bytes), !["utf-8", "utf8", "us-ascii"].contains(encoding) {
      guard ["iso-8859-1", "latin1"].contains(encoding) else {
        throw XMLError(line: 1, message: "the encoding \(encoding) is not supported; save the file as UTF-8")
      }
      return Array(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })).utf8)
    }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw XMLError(line: 1, message: "the file is not UTF-8")
    }
    return bytes
  }

  /// XML has no place for most control characters, wherever they stand.
  static func checkCharacters(_ bytes: [UInt8]) throws(XMLError) {
    guard let place = bytes.firstIndex(where: { !isAllowed(UInt32($0)) }) else { return }
    throw XMLError(
      line: bytes[..<place].count { $0 == UInt8(ascii: "\n") } + 1,
      message: "the control character \(bytes[place]) is not allowed in XML")
  }

  private static func isAllowed(_ character: UInt32) -> Bool {
    character >= 0x20 || character == 0x09 || character == 0x0A || character == 0x0D
  }

  private static func declaredEncoding(of bytes: [UInt8]) -> String? {
    guard bytes.starts(with: "<?xml".utf8), let end = bytes.firstIndex(of: UInt8(ascii: ">")) else { return nil }
    let declaration = String(decoding: bytes[..<end], as: UTF8.self)
    let words = declaration.split { " \t\r\n=\"'?".contains($0) }
    guard let place = words.firstIndex(of: "encoding"), place + 1 < words.count else { return nil }
    return words[place + 1].lowercased()
  }

  /// Passes over a token if it comes next.
  mutating func skip(_ token: StaticString) -> Bool {
    let length = token.utf8CodeUnitCount
    let expected = UnsafeBufferPointer(start: token.utf8Start, count: length)
    guard bytes.count - position >= length, bytes[position..<position + length].elementsEqual(expected) else {
      return false
    }
    position += length
    return true
  }

  /// Passes over white space.
  ///
  /// - Returns: Whether there was any.
  @discardableResult
  mutating func skipWhitespace() -> Bool {
    let start = position
    while position < bytes.count, Self.isWhitespace(bytes[position]) { advance() }
    return position > start
  }

  /// Reads a name, with its prefix if it has one; `what` says in an error what the name is for.
  mutating func name(_ what: @autoclosure () -> String = "a name") throws(XMLError) -> String {
    let start = position
    while position < bytes.count, Self.isNameByte(bytes[position], isFirst: position == start) { position += 1 }
    guard position > start else { throw error("expected \(what())") }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// Reads an attribute's value with its quotes.
  mutating func attributeValue(of attribute: String) throws(XMLError) -> String {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "'") else {
      throw error("expected the value of attribute \(attribute) in quotes")
    }
    let quote = bytes[position]
    position += 1
    var value: [UInt8] = []
    while position < bytes.count, bytes[position] != quote {
      guard bytes[position] != UInt8(ascii: "<") else { throw error("'<' in the value of attribute \(attribute)") }
      try character(into: &value)
    }
    guard !isAtEnd else { throw error("the value of attribute \(attribute) has no closing quote") }
    position += 1
    return String(decoding: value, as: UTF8.self)
  }

  /// Reads one byte of text, or one reference.
  mutating func character(into text: inout [UInt8]) throws(XMLError) {
    let byte = bytes[position]
    if byte == UInt8(ascii: "&") {
      text += try reference()
    } else {
      text.append(byte)
      advance()
    }
  }

  /// Reads everything up to a token, and the token.
  mutating func through(_ token: StaticString, of what: String) throws(XMLError) -> [UInt8] {
    let start = position
    let startLine = line
    while !isAtEnd {
      let end = position
      if skip(token) { return Array(bytes[start..<end]) }
      advance()
    }
    throw XMLError(line: startLine, message: "the \(what) that begins here has no end")
  }

  /// Passes over a comment whose `<!--` has been read.
  mutating func skipComment() throws(XMLError) {
    _ = try through("--", of: "comment")
    guard skip(">") else { throw error("'--' within a comment") }
  }

  private mutating func reference() throws(XMLError) -> [UInt8] {
    let start = position + 1
    guard let end = bytes[start...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else {
      throw error("'&' must be written as &amp;")
    }
    let name = String(decoding: bytes[start..<end], as: UTF8.self)
    position = end + 1
    let predefined = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
    if let character = predefined[name] { return Array(character.utf8) }
    let number = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
    guard name.hasPrefix("#"), !name.contains("+"), let number, Self.isAllowed(number),
      let scalar = Unicode.Scalar(number)
    else {
      throw error("&\(name); is not known; XML has &amp; &lt; &gt; &quot; &apos; and character numbers")
    }
    return Array(String(scalar).utf8)
  }

  private mutating func advance() {
    if bytes[position] == UInt8(ascii: "\n") { line += 1 }
    position += 1
  }

  /// A name's prefix, empty if it has none, and the rest.
  static func split(_ name: String) -> (prefix: String, localName: String) {
    guard let colon = name.firstIndex(of: ":") else { return ("", name) }
    return (String(name[..<colon]), String(name[name.index(after: colon)...]))
  }

  /// Text without the white space around it.
  static func trimmed(_ text: [UInt8]) -> String {
    guard let first = text.firstIndex(where: { !isWhitespace($0) }),
      let last = text.lastIndex(where: { !isWhitespace($0) })
    else { return "" }
    return String(decoding: text[first...last], as: UTF8.self)
  }

  private static func isWhitespace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }

  private static func isNameByte(_ byte: UInt8, isFirst: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
      UInt8(ascii: ":"), 0x80...:
      true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."): !isFirst
    default: false
    }
  }
}
