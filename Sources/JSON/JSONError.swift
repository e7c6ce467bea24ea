/// Text that is not JSON, or not the JSON that was asked for: where, and what was expected there.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was expected and what was found, without the place.
  package let message: String
  /// The place, counted in bytes from 0.
  package let offset: Int
  /// The place's line, counted from 1.
  package let line: Int
  /// The place's column in characters, counted from 1.
  package let column: Int

  /// The place and the message in one sentence.
  package var description: String { "line \(line), column \(column): \(message)" }

  /// Describes a fault and finds out in which line it lies.
  ///
  /// - Parameters:
  ///   - message: What was expected and what was found.
  ///   - offset: The place in `bytes`.
  ///   - bytes: The whole text.
  init(_ message: String, at offset: Int, of bytes: UnsafeRawBufferPointer) {
    self.message = message
    self.offset = offset
    var line = 1
    var column = 1
    for byte in bytes.prefix(offset) {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    self.line = line
    self.column = column
  }
}
