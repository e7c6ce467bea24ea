extension StatementParser {
  /// Reads a statement's argument: a word, or quoted parts joined by `+`.
  ///
  /// - Parameters:
  ///   - word: The statement's keyword, for errors.
  ///   - start: The line of the keyword.
  /// - Returns: The argument, or `nil` if the statement goes on with `;` or `{`.
  /// - Throws: ``YangError`` if the argument is malformed.
  mutating func argument(of word: String, start: Int) throws(YangError) -> String? {
    guard position < bytes.count else {
      throw error("the file ends inside `\(word)`; expected an argument, `;` or `{`", line: start)
    }
    switch bytes[position] {
    case UInt8(ascii: ";"), UInt8(ascii: "{"): return nil
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return try quotedParts()
    default: return try unquotedWord(of: word)
    }
  }

  private mutating func unquotedWord(of word: String) throws(YangError) -> String {
    let start = position
    scan: while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: ";"),
        UInt8(ascii: "{"), UInt8(ascii: "}"):
        break scan
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        throw error("the argument of `\(word)` has a quote inside a word; expected the whole argument in quotes")
      default:
        if startsComment(at: position) { break scan }
        position += 1
      }
    }
    guard position > start else { throw error("`\(word)` has no argument; expected one, `;` or `{`") }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func quotedParts() throws(YangError) -> String {
    var text = try quotedPart()
    while true {
      try skipBlanks()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "+") else { return text }
      position += 1
      try skipBlanks()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "'")
      else { throw error("nothing in quotes follows `+`; expected another quoted string") }
      text += try quotedPart()
    }
  }

  private mutating func quotedPart() throws(YangError) -> String {
    let quote = bytes[position]
    let indent = column() + 1
    let start = line
    position += 1
    return quote == UInt8(ascii: "'")
      ? try singleQuoted(openedAt: start) : try doubleQuoted(indent: indent, openedAt: start)
  }

  private mutating func singleQuoted(openedAt start: Int) throws(YangError) -> String {
    let first = position
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "'") { return String(decoding: bytes[first..<position - 1], as: UTF8.self) }
      if byte == UInt8(ascii: "\n") { startLine() }
    }
    throw error("the string that begins on this line does not end; expected `'`", line: start)
  }

  private mutating func doubleQuoted(indent: Int, openedAt start: Int) throws(YangError) -> String {
    var run = position
    var text: [UInt8] = []
    // What an escape produced is not trimmed: only blanks that stand in the file are.
    var trimmable = 0
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        defer { position += 1 }
        if text.isEmpty { return String(decoding: bytes[run..<position], as: UTF8.self) }
        text += bytes[run..<position]
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        text += bytes[run..<position]
        try escape(into: &text)
        trimmable = text.count
        run = position
      case UInt8(ascii: "\n"):
        text += bytes[run..<position]
        while text.count > trimmable, let last = text.last, Self.isTrimmed(last) { text.removeLast() }
        text.append(UInt8(ascii: "\n"))
        position += 1
        startLine()
        skipIndent(indent, into: &text)
        trimmable = text.count
        run = position
      default:
        position += 1
      }
    }
    throw error("the string that begins on this line does not end; expected `\"`", line: start)
  }

  private static func isTrimmed(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  private mutating func escape(into text: inout [UInt8]) throws(YangError) {
    guard position + 1 < bytes.count else { throw error("the file ends after `\\`; expected n, t, \" or \\") }
    switch bytes[position + 1] {
    case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
    case UInt8(ascii: "t"): text.append(UInt8(ascii: "\t"))
    case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
    case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
    default:
      if isVersion11 {
        throw error("`\\` is followed by something else in double quotes; expected \\n, \\t, \\\" or \\\\")
      }
      // YANG 1.0 keeps both characters; the second one is read as usual.
      text.append(UInt8(ascii: "\\"))
      position += 1
      return
    }
    position += 2
  }

  /// Skips the blanks that only line a string up with its opening quote.
  private mutating func skipIndent(_ indent: Int, into text: inout [UInt8]) {
    var column = 0
    while position < bytes.count, column < indent {
      switch bytes[position] {
      case UInt8(ascii: " "): column += 1
      case UInt8(ascii: "\t"): column += 8
      default: return
      }
      position += 1
    }
    if column > indent { text += [UInt8](repeating: UInt8(ascii: " "), count: column - indent) }
  }

  /// The column of ``position`` with a tab counted as eight, the first being 0.
  private mutating func column() -> Int {
    var (place, column) = columnMark
    while place < position {
      // A character is counted by its first byte.
      if bytes[place] == UInt8(ascii: "\t") { column += 8 } else if bytes[place] & 0xC0 != 0x80 { column += 1 }
      place += 1
    }
    columnMark = (place, column)
    return column
  }
}
