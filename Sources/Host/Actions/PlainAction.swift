import JSON

/// A request of the method `action` that is written as nearly all are, still as text.
///
/// The bytes belong to the connection's buffer. What does not look as expected is no plain action, whether it is one or
/// not: to say what is wrong with it is left to who reads it as values.
struct PlainAction {
  /// The number or string that the answer carries.
  let id: JSONValue
  /// The path.
  let path: UnsafeRawBufferPointer
  /// The text of the input; `{}` if there is none.
  let input: UnsafeRawBufferPointer

  private static let noInput: StaticString = "{}"
  /// Longer texts gain nothing.
  private static let longest = 64 << 10

  /// Passes over the input of the action that a path leads to, unless it is unusual or wrong.
  typealias InputReader = (
    _ path: UnsafeRawBufferPointer, _ scanner: inout JSONScanner
  ) throws(JSONError) -> Bool

  /// Looks at a line; there is no value unless it has what a request needs, a path, perhaps an input behind it, and no
  /// more.
  ///
  /// - Parameters:
  ///   - line: The line, which must outlive this value.
  ///   - readInput: Passes over the input.
  init?(_ line: UnsafeRawBufferPointer, readInput: InputReader) {
    guard line.count <= Self.longest else { return nil }
    var scanner = JSONScanner(line)
    var members = Members()
    do throws(JSONError) {
      guard try members.read(&scanner, readInput) else { return nil }
      try scanner.finish()
      guard let id = members.id, members.hasMethod, let path = members.path else { return nil }
      self.id = id
      self.path = path
      if let range = members.input {
        input = UnsafeRawBufferPointer(rebasing: line[range])
      } else {
        input = UnsafeRawBufferPointer(start: Self.noInput.utf8Start, count: Self.noInput.utf8CodeUnitCount)
        var nothing = JSONScanner(input)
        guard try readInput(path, &nothing) else { return nil }
      }
    } catch {
      return nil
    }
  }

  /// What has been found so far.
  private struct Members {
    var id: JSONValue?
    var hasVersion = false
    var hasMethod = false
    var hasParams = false
    var path: UnsafeRawBufferPointer?
    var input: Range<Int>?

    /// Reads the request; `false` at the first member that is not expected, or comes twice.
    mutating func read(_ scanner: inout JSONScanner, _ readInput: InputReader) throws(JSONError) -> Bool {
      try scanner.beginObject()
      while let key = try scanner.nextRawKey() {
        if scanner.reads(key, "jsonrpc"), !hasVersion {
          _ = try scanner.rawString()
          hasVersion = true
        } else if scanner.reads(key, "id"), id == nil {
          let kind = try scanner.peek()
          guard kind == .number || kind == .string else { return false }
          id = try scanner.value()
        } else if scanner.reads(key, "method"), !hasMethod {
          guard scanner.reads(try scanner.rawString(), "action") else { return false }
          hasMethod = true
        } else if scanner.reads(key, "params"), !hasParams {
          guard try readParams(&scanner, readInput) else { return false }
          hasParams = true
        } else {
          return false
        }
      }
      return true
    }

    private mutating func readParams(
      _ scanner: inout JSONScanner, _ readInput: InputReader
    ) throws(JSONError) -> Bool {
      try scanner.beginObject()
      while let key = try scanner.nextRawKey() {
        if scanner.reads(key, "path"), path == nil {
          let text = try scanner.rawString()
          guard !text.hasEscapes else { return false }
          path = scanner.bytes(text)
        } else if scanner.reads(key, "input"), input == nil, let path {
          guard try scanner.peek() == .object else { return false }
          let start = scanner.position
          guard try readInput(path, &scanner) else { return false }
          input = start..<scanner.position
        } else {
          return false
        }
      }
      return true
    }
  }
}
