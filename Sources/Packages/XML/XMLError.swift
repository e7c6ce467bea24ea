/// A place where a text stops being XML.
struct XMLError: Error, Hashable, Sendable {
  /// The line, counted from 1.
  let line: Int
  /// What is wrong there.
  let message: String
}
