package import JSON

/// A request that is written as nearly all are, still as text: most of them need no values made of them.
///
/// The bytes belong to the connection's buffer: they are valid while ``RPCConnection/onPlainRequest`` runs. What does not
/// look as expected is no plain request, whether it is one or not; to say what is wrong with it is left to who reads it
/// as values.
package struct PlainRequest {
  /// The number or string that the answer carries.
  package let id: JSONValue
  /// The parameters: the text of an object, which is JSON but may have members of one name.
  package let params: UnsafeRawBufferPointer
  /// How long the whole text was.
  package let byteCount: Int

  private let line: JSONScanner
  private let method: JSONScanner.RawString

  /// Longer texts gain nothing.
  private static let longest = 64 << 10

  /// Looks at a line; there is no value unless it has `id`, `method`, `params` and perhaps `jsonrpc`, once, and no more.
  ///
  /// - Parameter bytes: The line.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count <= Self.longest else { return nil }
    var scanner = JSONScanner(bytes)
    var version: JSONScanner.RawString?
    var id: JSONValue?
    var method: JSONScanner.RawString?
    var params: Range<Int>?
    do throws(JSONError) {
      try scanner.beginObject()
      while let key = try scanner.nextRawKey() {
        if scanner.reads(key, "jsonrpc"), version == nil {
          version = try scanner.rawString()
        } else if scanner.reads(key, "id"), id == nil {
          let kind = try scanner.peek()
          guard kind == .number || kind == .string else { return nil }
          id = try scanner.value()
        } else if scanner.reads(key, "method"), method == nil {
          method = try scanner.rawString()
        } else if scanner.reads(key, "params"), params == nil {
          guard try scanner.peek() == .object else { return nil }
          params = try scanner.skip()
        } else {
          return nil
        }
      }
      try scanner.finish()
    } catch {
      return nil
    }
    guard let id, let method, let params else { return nil }
    self.id = id
    self.method = method
    self.params = UnsafeRawBufferPointer(rebasing: bytes[params])
    byteCount = bytes.count
    line = scanner
  }

  /// Whether it asks for a method.
  package func asks(for name: StaticString) -> Bool { line.reads(method, name) }
}
