/// One statement of a YANG file with everything inside it.
///
/// A class, so that what is derived from a statement can be remembered by its identity.
final class Statement: Sendable {
  /// The keyword; ``Keyword/prefixed`` for an extension's.
  let keyword: Keyword
  /// The keyword as written, such as `leaf` or `tailf:info`.
  let word: String
  /// The argument with quotes and escapes resolved, empty where there is none.
  let argument: String
  /// Whether an argument was given, be it an empty one.
  let hasArgument: Bool
  /// The statements between the braces.
  let children: [Statement]
  /// The file's path.
  let file: String
  /// The line of the keyword, counted from 1.
  let line: Int

  /// Creates a statement.
  init(
    keyword: Keyword, word: String, argument: String?, children: [Statement], file: String, line: Int
  ) {
    self.keyword = keyword
    self.word = word
    self.argument = argument ?? ""
    self.hasArgument = argument != nil
    self.children = children
    self.file = file
    self.line = line
  }

  /// Where the statement stands.
  var source: SourceLocation { SourceLocation(file: file, line: line) }

  /// The directory of the file.
  var directory: String {
    guard let slash = file.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return String(file[..<slash])
  }

  /// The first child with a keyword.
  func first(_ keyword: Keyword) -> Statement? {
    for child in children where child.keyword == keyword { return child }
    return nil
  }

  /// An error at this statement.
  func error(_ message: String) -> YangError { YangError(source: source, message: message) }

  /// The argument read as `true` or `false`.
  ///
  /// - Throws: ``YangError`` if it is neither.
  func boolean() throws(YangError) -> Bool {
    switch argument {
    case "true": return true
    case "false": return false
    default: throw error("`\(word) \(argument)` is neither true nor false; expected one of the two")
    }
  }

  /// The argument read as a number that is not negative.
  ///
  /// - Throws: ``YangError`` if it is not.
  func count() throws(YangError) -> Int {
    guard let number = Int(argument), number >= 0, argument.utf8.first != UInt8(ascii: "+") else {
      throw error("`\(word) \(argument)` has no number; expected 0 or more")
    }
    return number
  }
}
