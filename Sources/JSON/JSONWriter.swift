/// Writes JSON text piece by piece, without building values first.
///
/// The writer puts the commas and the colons; that every `begin` has its `end` and every member its key and its value
/// is the caller's part. What it writes has no line feed in it.
package struct JSONWriter: Sendable {
  /// The text so far.
  package internal(set) var bytes: [UInt8]
  /// Whether a comma stands between what was written last and what comes next.
  private var needsComma = false

  /// A writer that appends to `bytes`.
  ///
  /// - Parameter bytes: What comes before the text.
  package init(appendingTo bytes: consuming [UInt8] = []) { self.bytes = bytes }

  /// Writes behind bytes that are there already.
  ///
  /// - Parameters:
  ///   - bytes: What the text is appended to.
  ///   - write: Writes the text.
  package static func append(to bytes: inout [UInt8], _ write: (inout JSONWriter) -> Void) {
    var writer = JSONWriter()
    swap(&writer.bytes, &bytes)
    write(&writer)
    swap(&writer.bytes, &bytes)
  }

  /// Opens an object.
  package mutating func beginObject() { open(UInt8(ascii: "{")) }

  /// Closes the object that was opened last.
  package mutating func endObject() { close(UInt8(ascii: "}")) }

  /// Opens an array.
  package mutating func beginArray() { open(UInt8(ascii: "[")) }

  /// Closes the array that was opened last.
  package mutating func endArray() { close(UInt8(ascii: "]")) }

  /// Writes the name of a member; its value comes next.
  ///
  /// - Parameter name: The member's name.
  package mutating func key(_ name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Writes a string.
  ///
  /// - Parameter text: Any text.
  package mutating func string(_ text: String) {
    separate()
    quote(text)
  }

  /// Writes a string.
  ///
  /// - Parameter text: Any text, in UTF-8.
  package mutating func string(utf8 text: [UInt8]) {
    separate()
    text.withUnsafeBytes { quote($0) }
  }

  /// Writes an integer.
  ///
  /// - Parameter number: Any integer.
  package mutating func int(_ number: Int) {
    separate()
    digits(UInt64(number.magnitude), isNegative: number < 0)
  }

  /// Writes an integer.
  ///
  /// - Parameter number: Any integer that is not negative.
  package mutating func int(_ number: UInt64) {
    separate()
    digits(number, isNegative: false)
  }

  /// Writes a number with a fraction or an exponent; what is not finite has no place in JSON and becomes `null`.
  ///
  /// - Parameter number: Any number.
  package mutating func double(_ number: Double) {
    raw((number.isFinite ? number.description : "null").utf8)
  }

  /// Writes a truth value.
  ///
  /// - Parameter truth: The value.
  package mutating func bool(_ truth: Bool) { raw((truth ? "true" : "false").utf8) }

  /// Writes `null`.
  package mutating func null() { raw("null".utf8) }

  /// Writes a value that is JSON text already.
  ///
  /// - Parameter text: The text of exactly one value.
  package mutating func raw(_ text: some Sequence<UInt8>) {
    separate()
    bytes.append(contentsOf: text)
  }

  /// Writes a piece of an object as it is, up to the colon before a value: all commas before that are the caller's part.
  ///
  /// - Parameter text: The text.
  package mutating func literal(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    needsComma = false
  }

  /// Writes a piece of an object as it is, up to the colon before a value: all commas before that are the caller's part.
  ///
  /// - Parameter text: The text.
  package mutating func literal(_ text: [UInt8]) {
    bytes.append(contentsOf: text)
    needsComma = false
  }

  /// Writes a value that is JSON text already.
  ///
  /// - Parameter text: The text of exactly one value.
  package mutating func raw(_ text: UnsafeRawBufferPointer) {
    separate()
    bytes.append(contentsOf: text)
  }

  /// Writes a whole value.
  ///
  /// - Parameter value: The value.
  package mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let truth): bool(truth)
    case .integer(let number): int(Int(number))
    case .unsigned(let number): int(number)
    case .double(let number): double(number)
    case .string(let text): string(text)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element) }
      endArray()
    case .object(let members):
      beginObject()
      for member in members {
        key(member.key)
        self.value(member.value)
      }
      endObject()
    }
  }
}

extension JSONWriter {
  /// Puts the comma before a member or element, then starts a line.
  ///
  /// - Parameter blanks: How far the line is indented.
  mutating func separate(newLineIndentedBy blanks: Int) {
    separate()
    needsComma = false
    breakLine(indentedBy: blanks)
  }

  /// Starts a line.
  ///
  /// - Parameter blanks: How far the line is indented.
  mutating func breakLine(indentedBy blanks: Int) {
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: blanks))
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func digits(_ magnitude: UInt64, isNegative: Bool) {
    // The last digit comes first.
    var text = InlineArray<21, UInt8>(repeating: 0)
    var start = text.count
    var rest = magnitude
    repeat {
      start -= 1
      text[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    if isNegative {
      start -= 1
      text[start] = UInt8(ascii: "-")
    }
    withUnsafeBytes(of: text) { bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[start...])) }
  }

  private mutating func quote(_ text: String) {
    var text = text
    text.withUTF8 { quote(UnsafeRawBufferPointer($0)) }
  }

  /// Writes a string with its quotes; runs without a character to escape are copied whole.
  private mutating func quote(_ text: UnsafeRawBufferPointer) {
    bytes.append(UInt8(ascii: "\""))
    var start = 0
    var place = 0
    while true {
      place += PlainText.count(in: text, from: place, to: text.count)
      guard place < text.count else { break }
      let byte = text[place]
      if byte < 0x80 {
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start..<place]))
        escape(byte)
        start = place + 1
      }
      place += 1
    }
    bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start...]))
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    default:
      let hexadecimal = Array("0123456789abcdef".utf8)
      bytes.append(contentsOf: "u00".utf8)
      bytes.append(hexadecimal[Int(byte >> 4)])
      bytes.append(hexadecimal[Int(byte & 0xF)])
    }
  }
}
