/// Something that happened to a process or to a request, as one line of the host's log says it.
///
/// `exit process=worker vm=l3vpn callpoint="service l3vpn" pid=123 status="signal 9 (Killed)"`: a word, then fields in
/// the order in which they were given. The line has no line break and fits into one atomic write to a pipe.
package struct LogEvent: Hashable, Sendable {
  /// What happened: the first word of the line.
  package enum Word: String, Sendable, CaseIterable {
    /// A process has been started.
    case start
    /// A process serves, or a VM does with all that is in it.
    case ready
    /// A process has ended.
    case exit
    /// A process will be started in the place of one that ended.
    case restart
    /// A callback goes on after its deadline and the grace period.
    case stuck
    /// A process is killed.
    case kill
    /// A callpoint, a request or a connection is refused.
    case refuse
    /// A callpoint that was refused is served again.
    case admit
    /// Something could not be done.
    case fail
    /// The packages are loaded again.
    case reload
    /// Something is asked to stop, or has stopped.
    case stop
    /// The host has received a signal.
    case signal
    /// Lines of a log are lost.
    case drop
    /// Something worth knowing.
    case note
  }

  /// Fields in their order; those that are `nil` are left out.
  package typealias Fields = KeyValuePairs<String, (any CustomStringConvertible)?>

  /// A field of the line.
  package struct Field: Hashable, Sendable {
    /// Its name, in lower case.
    package let name: String
    /// Its value, as it is.
    package let value: String
  }

  /// The most bytes that one value takes in the line.
  private static let longestValue = 1000
  /// The most bytes of a line, so that time and newline still fit into the 4,096 that a pipe takes at once.
  private static let longestLine = 4000

  /// What happened.
  package let word: Word
  /// What is known about it.
  package private(set) var fields: [Field]

  /// Describes an event.
  package init(_ word: Word, _ fields: Fields = [:]) {
    self.word = word
    self.fields = []
    append(fields)
  }

  /// Adds fields at the end.
  package mutating func append(_ more: Fields) {
    for (name, value) in more {
      if let value { fields.append(Field(name: name, value: "\(value)")) }
    }
  }

  /// The value of a field.
  package subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }

  /// The line, without time and newline.
  package var text: String {
    var line = word.rawValue
    for field in fields {
      let room = Self.longestLine - line.utf8.count - field.name.utf8.count - 2
      guard room > 16 else { break }
      line += " \(field.name)=\(Self.written(field.value, room: min(room, Self.longestValue)))"
    }
    return line
  }

  // MARK: Values

  /// A value as the line has it, in at most `room` bytes.
  private static func written(_ value: String, room: Int) -> String {
    if value.utf8.count <= room, value.utf8.allSatisfy(isPlain), !value.isEmpty { return value }
    if value.utf8.count + 2 <= room, value.utf8.allSatisfy({ $0 == UInt8(ascii: " ") || isPlain($0) }) {
      return "\"\(value)\""
    }
    // More than this is cut anyway: of a megabyte only the ends are looked at.
    let head = value.unicodeScalars.prefix(room).map(escaped)
    let isWhole = head.count < room || value.unicodeScalars.count == room
    if isWhole, head.reduce(2, { $0 + $1.utf8.count }) <= room { return "\"\(head.joined())\"" }
    // The end of a text says as much as its beginning: a traceback's last line, for one.
    let room = room - 5
    let tail = value.unicodeScalars.suffix(room).map(escaped)
    return "\"\(fitting(head, room / 2).joined())…\(fitting(tail.reversed(), room / 2).reversed().joined())\""
  }

  /// The first of some pieces that take at most `room` bytes.
  private static func fitting(_ pieces: [String], _ room: Int) -> ArraySlice<String> {
    var rest = room
    return pieces.prefix { piece in
      rest -= piece.utf8.count
      return rest >= 0
    }
  }

  /// Whether a byte needs no quotes around it.
  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "=")
      && byte != UInt8(ascii: "\\")
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    case "\"": return "\\\""
    case "\\": return "\\\\"
    default: break
    }
    // What would end a line, move a terminal's cursor or be invisible.
    let breaks = [.control, .lineSeparator, .paragraphSeparator, .format].contains(scalar.properties.generalCategory)
    guard breaks else { return String(scalar) }
    let digits = String(scalar.value, radix: 16)
    return "\\u{\(digits)}"
  }
}
