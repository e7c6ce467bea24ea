extension JSONValue {
  /// Reads one JSON text.
  ///
  /// - Parameter bytes: The text in UTF-8, with nothing but white space around the value.
  /// - Throws: ``JSONError`` if it is not JSON, repeats a member name, or is nested deeper than ``JSONScanner/maximumDepth``.
  package init(parsing bytes: UnsafeRawBufferPointer) throws(JSONError) {
    var scanner = JSONScanner(bytes)
    self = try scanner.value()
    try scanner.finish()
  }

  /// Reads one JSON text.
  ///
  /// - Parameter bytes: The text in UTF-8, with nothing but white space around the value.
  /// - Throws: ``JSONError`` if it is not JSON, repeats a member name, or is nested deeper than ``JSONScanner/maximumDepth``.
  package init(parsing bytes: ArraySlice<UInt8>) throws(JSONError) {
    self = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) -> JSONValue in
      try JSONValue(parsing: UnsafeRawBufferPointer(buffer))
    }
  }

  /// Reads one JSON text.
  ///
  /// - Parameter bytes: The text in UTF-8, with nothing but white space around the value.
  /// - Throws: ``JSONError`` if it is not JSON, repeats a member name, or is nested deeper than ``JSONScanner/maximumDepth``.
  package init(parsing bytes: [UInt8]) throws(JSONError) { try self.init(parsing: bytes[...]) }

  /// Reads one JSON text.
  ///
  /// - Parameter text: The text, with nothing but white space around the value.
  /// - Throws: ``JSONError`` if it is not JSON, repeats a member name, or is nested deeper than ``JSONScanner/maximumDepth``.
  package init(parsing text: String) throws(JSONError) { try self.init(parsing: Array(text.utf8)) }

  /// The value in one line, without blanks between tokens.
  package var text: String {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the value in one line, without blanks between tokens.
  ///
  /// - Parameter bytes: What the text is appended to.
  package func write(to bytes: inout [UInt8]) {
    JSONWriter.append(to: &bytes) { $0.value(self) }
  }

  /// The value for people: a member or an element a line.
  ///
  /// - Parameter indent: By how many blanks each level is indented.
  /// - Returns: The text, without a line end after the last line.
  package func pretty(indent: Int = 2) -> String {
    var writer = JSONWriter()
    write(to: &writer, indent: indent, level: 0)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private func write(to writer: inout JSONWriter, indent: Int, level: Int) {
    switch self {
    case .object(let members) where !members.isEmpty:
      writer.beginObject()
      for member in members {
        writer.separate(newLineIndentedBy: indent * (level + 1))
        writer.key(member.key)
        writer.bytes.append(UInt8(ascii: " "))
        member.value.write(to: &writer, indent: indent, level: level + 1)
      }
      writer.breakLine(indentedBy: indent * level)
      writer.endObject()
    case .array(let elements) where !elements.isEmpty:
      writer.beginArray()
      for element in elements {
        writer.separate(newLineIndentedBy: indent * (level + 1))
        element.write(to: &writer, indent: indent, level: level + 1)
      }
      writer.breakLine(indentedBy: indent * level)
      writer.endArray()
    case .null, .bool, .integer, .unsigned, .double, .string, .array, .object:
      writer.value(self)
    }
  }
}
