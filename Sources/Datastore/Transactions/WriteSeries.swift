import JSON
import Yang

/// A list of writes, read one after the other and never further ahead than by one.
struct WriteSeries {
  private let list: [JSONValue]
  private var parser: KeypathParser
  /// How many have been read.
  private var count = 0
  /// What was read and not taken yet.
  private var ahead: Result<Write, DataError>?

  /// Begins to read.
  ///
  /// - Parameters:
  ///   - list: The writes as they come from outside.
  ///   - index: The schema to resolve their paths against.
  init(_ list: [JSONValue], in index: SchemaIndex) {
    self.list = list
    parser = KeypathParser(index)
  }

  /// Looks at the next write.
  ///
  /// - Returns: The write, or `nil` behind the last one and before one that cannot be read.
  mutating func peek() -> Write? {
    if ahead == nil, count < list.count {
      ahead = Result { () throws(DataError) in try Write(list[count], &parser) }
      count += 1
    }
    guard case .success(let write)? = ahead else { return nil }
    return write
  }

  /// Takes the next write.
  ///
  /// - Returns: The write, or `nil` behind the last one.
  /// - Throws: ``DataError`` if it cannot be read.
  mutating func next() throws(DataError) -> Write? {
    _ = peek()
    defer { ahead = nil }
    return try ahead?.get()
  }
}
