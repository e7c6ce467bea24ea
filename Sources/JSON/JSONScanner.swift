import Glibc

/// Reads JSON in place, without building a tree.
///
/// The scanner moves forward over bytes that the caller keeps alive. An object is walked member by member:
///
///     var scanner = JSONScanner(bytes)
///     try scanner.beginObject()
///     while let key = try scanner.nextKey() {
///       switch key {
///       case "id": id = try scanner.int()
///       default: try scanner.skip()
///       }
///     }
///     try scanner.finish()
///
/// After ``nextKey()`` and ``nextElement()`` exactly one value must be read or skipped. Everything that is passed over is
/// checked as strictly as what is read: grammar, UTF-8, escapes and nesting. Only ``value()`` notices that a member name
/// comes twice.
package struct JSONScanner {
  /// How many arrays and objects may lie in one another.
  package static let maximumDepth = 512

  /// What kind of value comes next.
  package enum Kind: Hashable, Sendable {
    case null
    case bool
    case number
    case string
    case array
    case object
  }

  /// A string as it is written, escapes and all.
  package struct RawString {
    /// Where it lies between its quotes.
    package let range: Range<Int>
    /// Whether a backslash is in it.
    package let hasEscapes: Bool
  }

  let bytes: UnsafeRawBufferPointer
  let end: Int
  /// Where the scanner stands, counted in bytes from the beginning of the text.
  package internal(set) var position: Int
  /// Whether the last thing read was an opening bracket: no comma comes then.
  var isAfterOpening = false

  /// A scanner for a whole text.
  ///
  /// - Parameter bytes: The text; it must outlive the scanner.
  package init(_ bytes: UnsafeRawBufferPointer) { self.init(bytes, in: 0..<bytes.count) }

  /// A scanner for a part of a text, as ``skip()`` returns one; errors still count from the beginning of the text.
  ///
  /// - Parameters:
  ///   - bytes: The text; it must outlive the scanner.
  ///   - range: The part to scan.
  package init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "\(range) is not within the text")
    self.bytes = bytes
    self.position = range.lowerBound
    self.end = range.upperBound
  }

  /// Looks at the next value without reading it.
  ///
  /// - Returns: What the first character promises.
  /// - Throws: ``JSONError`` if no value begins here.
  package mutating func peek() throws(JSONError) -> Kind {
    guard let byte = skipWhitespace() else { throw expected("a value") }
    switch byte {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    default: throw expected("a value")
    }
  }

  /// Enters an object.
  ///
  /// - Throws: ``JSONError`` if the next value is not an object.
  package mutating func beginObject() throws(JSONError) {
    guard skipWhitespace() == UInt8(ascii: "{") else { throw expected("an object") }
    position += 1
    isAfterOpening = true
  }

  /// Goes on to the next member of the object, or leaves the object.
  ///
  /// - Returns: The member's name, or `nil` behind the last member.
  /// - Throws: ``JSONError`` if neither a member nor the end of the object comes.
  package mutating func nextKey() throws(JSONError) -> String? {
    guard let name = try nextRawKey() else { return nil }
    return text(name)
  }

  /// Goes on to the next member of the object, or leaves the object, without making a string of the member's name.
  ///
  /// - Returns: The name as it is written, or `nil` behind the last member.
  /// - Throws: ``JSONError`` if neither a member nor the end of the object comes.
  package mutating func nextRawKey() throws(JSONError) -> RawString? {
    guard try advance(closing: UInt8(ascii: "}")) else { return nil }
    guard skipWhitespace() == UInt8(ascii: "\"") else { throw expected("a member name in double quotes") }
    let name = try skipString()
    try colon()
    return name
  }

  /// Enters an array.
  ///
  /// - Throws: ``JSONError`` if the next value is not an array.
  package mutating func beginArray() throws(JSONError) {
    guard skipWhitespace() == UInt8(ascii: "[") else { throw expected("an array") }
    position += 1
    isAfterOpening = true
  }

  /// Goes on to the next element of the array, or leaves the array.
  ///
  /// - Returns: Whether there is an element.
  /// - Throws: ``JSONError`` if neither an element nor the end of the array comes.
  package mutating func nextElement() throws(JSONError) -> Bool {
    try advance(closing: UInt8(ascii: "]"))
  }

  /// Walks a whole object and gives each member's name and the range of its value.
  ///
  /// - Parameter body: Called for each member in order.
  /// - Throws: ``JSONError`` if the next value is not an object, or what `body` throws.
  package mutating func members(_ body: (String, Range<Int>) throws(JSONError) -> Void) throws(JSONError) {
    try beginObject()
    while let name = try nextKey() { try body(name, skip()) }
  }

  /// A member of an object of which only the beginning is there.
  ///
  /// - Parameters:
  ///   - name: The member's name.
  ///   - text: The beginning of the object's text.
  /// - Returns: The member's value; `nil` if it is not in the text, or not to its end.
  package static func leadingMember(_ name: String, in text: UnsafeRawBufferPointer) -> JSONValue? {
    var scanner = JSONScanner(text)
    do throws(JSONError) {
      try scanner.beginObject()
      while let key = try scanner.nextKey() {
        let range = try scanner.skip()
        // A number may go on behind the end of the text.
        guard scanner.skipWhitespace() != nil else { return nil }
        if key == name { return try JSONValue(parsing: UnsafeRawBufferPointer(rebasing: text[range])) }
      }
    } catch {
      // The rest of the text is missing: the member is not there, as far as anybody can know.
    }
    return nil
  }

  /// Whether a string has exactly these characters.
  ///
  /// - Parameters:
  ///   - string: The string.
  ///   - word: What it may be: ASCII without quotes and backslashes.
  /// - Returns: Whether it has them.
  package func reads(_ string: RawString, _ word: StaticString) -> Bool {
    if string.hasEscapes { return text(string) == "\(word)" }
    guard string.range.count == word.utf8CodeUnitCount else { return false }
    return reads(string.range, UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
  }

  /// Whether a string is written with exactly these bytes and without escapes.
  ///
  /// - Parameters:
  ///   - string: The string.
  ///   - word: What it may be.
  /// - Returns: Whether it is.
  package func reads(_ string: RawString, _ word: [UInt8]) -> Bool {
    !string.hasEscapes && word.withUnsafeBytes { reads(string.range, $0) }
  }

  private func reads(_ range: Range<Int>, _ word: UnsafeRawBufferPointer) -> Bool {
    guard range.count == word.count, range.upperBound <= bytes.count, let base = bytes.baseAddress,
      let expectation = word.baseAddress
    else { return false }
    return memcmp(base + range.lowerBound, expectation, word.count) == 0
  }

  /// The bytes of a string as they are written.
  package func bytes(_ string: RawString) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[string.range])
  }

  /// The characters of a string, escapes resolved.
  package func text(_ string: RawString) -> String {
    let content = UnsafeRawBufferPointer(rebasing: bytes[string.range])
    return string.hasEscapes ? Self.unescape(content) : String(decoding: content, as: UTF8.self)
  }

  /// Makes sure that nothing but white space is left.
  ///
  /// - Throws: ``JSONError`` if something is.
  package mutating func finish() throws(JSONError) {
    guard skipWhitespace() == nil else { throw expected("the end of the text") }
  }

  /// Reads over a closing bracket, or over the comma before the next member or element.
  @inline(__always)
  private mutating func advance(closing bracket: UInt8) throws(JSONError) -> Bool {
    let byte = skipWhitespace()
    if byte == bracket {
      position += 1
      isAfterOpening = false
      return false
    }
    if isAfterOpening {
      isAfterOpening = false
      return true
    }
    guard byte == UInt8(ascii: ",") else { throw expected("',' or '\(Character(Unicode.Scalar(bracket)))'") }
    position += 1
    return true
  }
}

extension JSONScanner {
  /// Moves to the next byte that is not white space.
  ///
  /// - Returns: That byte, or `nil` at the end.
  @discardableResult
  @inline(__always)
  mutating func skipWhitespace() -> UInt8? {
    while position < end {
      let byte = bytes[position]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      position += 1
    }
    return nil
  }

  /// Reads the colon behind a member name.
  @inline(__always)
  mutating func colon() throws(JSONError) {
    guard skipWhitespace() == UInt8(ascii: ":") else { throw expected("':' after the member name") }
    position += 1
  }

  /// An error at the current position that names what was found there.
  func expected(_ what: String) -> JSONError {
    guard position < end else { return fault("expected \(what), but the text ends", at: position) }
    let byte = bytes[position]
    let found = (0x21..<0x7F).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
    return fault("expected \(what), found \(found)", at: position)
  }

  /// An error at any position.
  func fault(_ message: String, at offset: Int) -> JSONError { JSONError(message, at: offset, of: bytes) }
}
