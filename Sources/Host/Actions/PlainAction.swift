import JSON

/// The parameters of the method `action` that are written as nearly all are: a path, perhaps an input, and no more.
struct PlainAction {
  /// The path.
  let path: UnsafeRawBufferPointer
  /// The text of the input; `{}` if there is none.
  let input: UnsafeRawBufferPointer

  private static let noInput: StaticString = "{}"

  /// Looks at the text of the parameters; there is no value if anything else is in it.
  ///
  /// - Parameter params: The text of an object, which must outlive this value.
  init?(_ params: UnsafeRawBufferPointer) {
    var scanner = JSONScanner(params)
    var path: JSONScanner.RawString?
    var input: Range<Int>?
    do throws(JSONError) {
      try scanner.beginObject()
      while let key = try scanner.nextRawKey() {
        if scanner.reads(key, "path"), path == nil {
          path = try scanner.rawString()
        } else if scanner.reads(key, "input"), input == nil {
          input = try scanner.skip()
        } else {
          return nil
        }
      }
      try scanner.finish()
    } catch {
      return nil
    }
    guard let path, !path.hasEscapes else { return nil }
    self.path = scanner.bytes(path)
    self.input =
      input.map { UnsafeRawBufferPointer(rebasing: params[$0]) }
      ?? UnsafeRawBufferPointer(start: Self.noInput.utf8Start, count: Self.noInput.utf8CodeUnitCount)
  }
}
