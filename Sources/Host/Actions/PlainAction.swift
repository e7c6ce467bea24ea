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
  /// The text of the input, which is JSON but may have members of one name; `{}` if there is none.
  let input: UnsafeRawBufferPointer

  private static let noInput: StaticString = "{}"
  /// Longer texts gain nothing.
  private static let longest = 64 << 10

  /// Looks at a line; there is no value unless it has what a request needs, a path, perhaps an input, and no more.
  ///
  /// - Parameter line: The line, which must outlive this value.
  init?(_ line: UnsafeRawBufferPointer) {
    guard line.count <= Self.longest else { return nil }
    var scanner = JSONScanner(line)
    var members = Members()
    do throws(JSONError) {
      guard try members.read(&scanner) else { return nil }
      try scanner.finish()
    } catch {
      return nil
    }
    guard let id = members.id, members.hasMethod, let path = members.path, !path.hasEscapes else { return nil }
    self.id = id
    self.path = scanner.bytes(path)
    input =
      members.input.map { UnsafeRawBufferPointer(rebasing: line[$0]) }
      ?? UnsafeRawBufferPointer(start: Self.noInput.utf8Start, count: Self.noInput.utf8CodeUnitCount)
  }

  /// What has been found so far.
  private struct Members {
    var id: JSONValue?
    var hasVersion = false
    var hasMethod = false
    var hasParams = false
    var path: JSONScanner.RawString?
    var input: Range<Int>?

    /// Reads the request; `false` at the first member that is not expected, or comes twice.
    mutating func read(_ scanner: inout JSONScanner) throws(JSONError) -> Bool {
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
          guard try readParams(&scanner) else { return false }
          hasParams = true
        } else {
          return false
        }
      }
      return true
    }

    private mutating func readParams(_ scanner: inout JSONScanner) throws(JSONError) -> Bool {
      try scanner.beginObject()
      while let key = try scanner.nextRawKey() {
        if scanner.reads(key, "path"), path == nil {
          path = try scanner.rawString()
        } else if scanner.reads(key, "input"), input == nil {
          input = try scanner.skip()
        } else {
          return false
        }
      }
      return true
    }
  }
}
