/// Turns the bytes of a YANG file into a tree of statements, in one pass and in linear time.
struct StatementParser {
  /// How deep statements may be nested; real modules stay below 40, and recursion must stay on the stack.
  static let maximumDepth = 200

  let file: String
  let bytes: [UInt8]
  var position = 0
  var line = 1
  /// Whether the file has said `yang-version 1.1`, whose strings are stricter.
  var isVersion11 = false
  /// A place on the current line whose column is known, so that columns are counted once.
  var columnMark = (position: 0, column: 0)

  private init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// Parses one file.
  ///
  /// - Parameters:
  ///   - bytes: The file's content.
  ///   - file: The file's path, for locations.
  /// - Returns: The one statement that a file holds, a `module` or a `submodule`.
  /// - Throws: ``YangError`` if the text is not YANG.
  static func parse(_ bytes: [UInt8], file: String) throws(YangError) -> Statement {
    var parser = StatementParser(bytes, file: file)
    try parser.requireUTF8()
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
    try parser.skipBlanks()
    guard parser.position < bytes.count else {
      throw parser.error("the file is empty; expected `module` or `submodule`")
    }
    let statement = try parser.statement(depth: 0)
    guard statement.keyword == .module || statement.keyword == .submodule else {
      throw statement.error("the file begins with `\(statement.word)`; expected `module` or `submodule`")
    }
    try parser.skipBlanks()
    guard parser.position == bytes.count else {
      throw parser.error("text follows after the end of `\(statement.word)`; expected the end of the file")
    }
    return statement
  }

  func error(_ message: String, line: Int? = nil) -> YangError {
    YangError(source: SourceLocation(file: file, line: line ?? self.line), message: message)
  }

  private func requireUTF8() throws(YangError) {
    guard String(validating: bytes, as: UTF8.self) == nil else { return }
    var number = 1
    for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if String(validating: part, as: UTF8.self) == nil { break }
      number += 1
    }
    throw error("the line has bytes that are not UTF-8; expected UTF-8 text", line: number)
  }

  /// Skips blanks, newlines and comments.
  mutating func skipBlanks() throws(YangError) {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\n"):
        position += 1
        startLine()
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        position += 1
      case UInt8(ascii: "/"):
        guard try skipComment() else { return }
      default:
        return
      }
    }
  }

  /// Notes that ``position`` is at the first byte of a new line.
  mutating func startLine() {
    line += 1
    columnMark = (position, 0)
  }

  private mutating func skipComment() throws(YangError) -> Bool {
    guard startsComment(at: position) else { return false }
    if bytes[position + 1] == UInt8(ascii: "/") {
      while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      return true
    }
    let start = line
    position += 2
    while position + 1 < bytes.count {
      if bytes[position] == UInt8(ascii: "*"), bytes[position + 1] == UInt8(ascii: "/") {
        position += 2
        return true
      }
      position += 1
      if bytes[position - 1] == UInt8(ascii: "\n") { startLine() }
    }
    throw error("the comment does not end; expected `*/`", line: start)
  }

  func startsComment(at place: Int) -> Bool {
    guard place + 1 < bytes.count, bytes[place] == UInt8(ascii: "/") else { return false }
    return bytes[place + 1] == UInt8(ascii: "/") || bytes[place + 1] == UInt8(ascii: "*")
  }

  private mutating func statement(depth: Int) throws(YangError) -> Statement {
    let start = line
    guard depth < Self.maximumDepth else {
      throw error("statements are nested more than \(Self.maximumDepth) deep; expected fewer levels")
    }
    let word = try keywordText()
    let keyword = try keyword(word, line: start)
    try skipBlanks()
    let argument = try argument(of: word, start: start)
    if keyword == .yangVersion, depth == 1 { isVersion11 = argument == "1.1" }
    try skipBlanks()
    guard position < bytes.count else {
      throw error("the file ends inside `\(word)`; expected `;` or `{`", line: start)
    }
    var children: [Statement] = []
    switch bytes[position] {
    case UInt8(ascii: ";"):
      position += 1
    case UInt8(ascii: "{"):
      position += 1
      while try !closes(word, openedAt: start) { children.append(try statement(depth: depth + 1)) }
    default:
      throw error("`\(word)` does not end; expected `;` or `{` after its argument")
    }
    return Statement(
      keyword: keyword, word: word, argument: argument, children: children, file: file, line: start)
  }

  private mutating func closes(_ word: String, openedAt start: Int) throws(YangError) -> Bool {
    try skipBlanks()
    guard position < bytes.count else {
      throw error("the file ends inside `\(word)`, which begins on this line; expected `}`", line: start)
    }
    guard bytes[position] == UInt8(ascii: "}") else { return false }
    position += 1
    return true
  }

  private func keyword(_ word: String, line: Int) throws(YangError) -> Keyword {
    if let colon = word.utf8.firstIndex(of: UInt8(ascii: ":")) {
      let name = word.utf8[word.utf8.index(after: colon)...]
      guard colon != word.startIndex, !name.isEmpty, !name.contains(UInt8(ascii: ":")) else {
        throw error("`\(word)` is no keyword; expected `prefix:name`", line: line)
      }
      return .prefixed
    }
    guard let keyword = Keyword(rawValue: word) else {
      throw error("`\(word)` is no YANG statement; expected a keyword of RFC 7950 or `prefix:name`", line: line)
    }
    return keyword
  }

  private mutating func keywordText() throws(YangError) -> String {
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: ":"):
        position += 1
        continue
      default:
        break
      }
      break
    }
    guard position > start else {
      let found = String(decoding: bytes[position..<min(position + 1, bytes.count)], as: UTF8.self)
      throw error("`\(found)` cannot begin a statement; expected a keyword")
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }
}
