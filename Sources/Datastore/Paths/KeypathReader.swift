/// Takes the text of a keypath apart, without knowing any schema.
struct KeypathReader {
  /// One element between slashes.
  struct Element {
    /// What stands before the colon, if there is one.
    var qualifier: String?
    /// The name.
    var name: String
    /// What stands between braces, if there are any.
    var keys: [String]?

    /// The name as it was written.
    var shown: String { qualifier.map { "\($0):\(name)" } ?? name }
  }

  private let bytes: [UInt8]
  /// How many bytes have been read.
  private(set) var position: Int
  /// Where the name that was read last ends.
  private(set) var nameEnd = 0

  /// Whether all was read.
  var isAtEnd: Bool { position == bytes.count }

  /// Starts behind what is known already.
  ///
  /// - Parameters:
  ///   - bytes: The path in UTF-8.
  ///   - position: Where to start.
  init(_ bytes: [UInt8], from position: Int) {
    self.bytes = bytes
    self.position = position
  }

  /// Reads a slash, a name and the keys behind it.
  ///
  /// - Returns: The element.
  /// - Throws: ``DataError`` if it is not well formed.
  mutating func element() throws(DataError) -> Element {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "/") else {
      throw bad(position == 0 ? "a path begins with /" : "expected / after the key")
    }
    position += 1
    let start = position
    var colon: Int?
    while position < bytes.count, bytes[position] != UInt8(ascii: "/"), bytes[position] != UInt8(ascii: "{") {
      if bytes[position] == UInt8(ascii: ":"), colon == nil { colon = position }
      position += 1
    }
    var element = Element(
      qualifier: colon.map { string(start..<$0) }, name: string((colon.map { $0 + 1 } ?? start)..<position))
    guard !element.name.isEmpty, element.qualifier != "" else { throw bad("there is an element without a name") }
    nameEnd = position
    if position < bytes.count, bytes[position] == UInt8(ascii: "{") { element.keys = try keys(of: element.shown) }
    return element
  }

  /// Reads the keys of an entry, from the opening brace on.
  ///
  /// - Parameter name: The list's name, for errors.
  /// - Returns: The keys as text.
  /// - Throws: ``DataError`` if they are not well formed.
  mutating func keys(of name: @autoclosure () -> String) throws(DataError) -> [String] {
    nameEnd = position
    position += 1
    var keys: [String] = []
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "}"):
        position += 1
        return keys
      case UInt8(ascii: " "): position += 1
      case UInt8(ascii: "\""): keys.append(try quotedKey(of: name()))
      default: keys.append(try plainKey(of: name()))
      }
    }
    throw bad("the keys of \(name()) have no closing brace")
  }

  private mutating func quotedKey(of name: @autoclosure () -> String) throws(DataError) -> String {
    position += 1
    var key: [UInt8] = []
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        guard position < bytes.count, bytes[position] == UInt8(ascii: " ") || bytes[position] == UInt8(ascii: "}")
        else { throw bad("expected a blank or a closing brace behind a quoted key of \(name())") }
        return String(decoding: key, as: UTF8.self)
      case UInt8(ascii: "\\") where position + 1 < bytes.count:
        key.append(bytes[position + 1])
        position += 2
      default:
        key.append(bytes[position])
        position += 1
      }
    }
    throw bad("a key of \(name()) has no closing quote")
  }

  private mutating func plainKey(of name: @autoclosure () -> String) throws(DataError) -> String {
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "}"): return string(start..<position)
      case UInt8(ascii: "{"), UInt8(ascii: "\""), UInt8(ascii: "\\"):
        throw bad("a key of \(name()) with a quote, a brace or a backslash needs double quotes around it")
      default: position += 1
      }
    }
    throw bad("the keys of \(name()) have no closing brace")
  }

  private func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private func bad(_ reason: String) -> DataError {
    DataError(.invalidPath, .badPath, at: String(decoding: bytes, as: UTF8.self), reason)
  }
}
