import JSON
import Yang

/// A list of writes as text, read one after the other and never further ahead than by one.
struct WriteSeries {
  private let text: UnsafeRawBufferPointer
  private var scanner: JSONScanner
  private var paths: KeypathParser
  /// Where the write begins that is being read: a `create` whose leafs come next.
  private var opened: Int?
  /// How many of its leafs have been read.
  private var leafs = 0
  private var isAtEnd = false
  private let editor: TreeEditor
  /// What was read and not taken yet.
  private var ahead: Write?
  /// Why what comes next cannot be read.
  private var failure: DataError?

  /// Begins to read.
  ///
  /// - Parameters:
  ///   - text: The writes as `ARCHITECTURE.md` gives them; it must outlive the series.
  ///   - editor: The editor that will carry them out.
  /// - Throws: ``DataError`` if it is not the text of an array.
  init(_ text: UnsafeRawBufferPointer, for editor: TreeEditor) throws(DataError) {
    self.text = text
    self.editor = editor
    scanner = JSONScanner(text)
    paths = KeypathParser(editor.index)
    try scan { (scanner) throws(JSONError) in try scanner.beginArray() }
  }

  /// Takes the next write if it can be carried out from a branch that the last one lies below.
  ///
  /// - Parameter end: How many steps down that branch lies.
  /// - Returns: The write; `nil` also behind the last one and before one that cannot be read.
  mutating func take(below end: Int) -> Write? {
    if ahead == nil, failure == nil {
      switch Result(catching: { () throws(DataError) in try read() }) {
      case .success(let write): ahead = write
      case .failure(let error): failure = error
      }
    }
    guard let write = ahead, write.follows(below: end) else { return nil }
    ahead = nil
    return write
  }

  /// Takes the next write.
  ///
  /// - Returns: The write, or `nil` behind the last one.
  /// - Throws: ``DataError`` if it cannot be read.
  mutating func next() throws(DataError) -> Write? {
    if let failure { throw failure }
    if let write = ahead.take() { return write }
    return try read()
  }
}

extension WriteSeries {
  private mutating func read() throws(DataError) -> Write? {
    if let start = opened {
      if let leaf = try nextString() { return try self.leaf(leaf, of: start) }
      opened = nil
    }
    if isAtEnd { return nil }
    guard try nextElement() else {
      isAtEnd = true
      return nil
    }
    let start = scanner.position
    guard try isNext(.array) else { throw malformed(start) }
    try scan { (scanner) throws(JSONError) in try scanner.beginArray() }
    guard let word = try nextString(), let place = try nextString() else { throw malformed(start) }
    let path = try parse(place)
    let shared = paths.shared
    if scanner.reads(word, "create") {
      opened = start
      leafs = 0
      return Write(.create, path, shared: shared, editor)
    }
    let operation = try operation(word, on: path, start)
    guard try !nextElement() else { throw malformed(start) }
    return Write(operation, path, shared: shared, editor)
  }

  /// Reads the value of a leaf that stands in a `create`: what is created is given it, as by a `set` of its own.
  private mutating func leaf(_ name: JSONScanner.RawString, of start: Int) throws(DataError) -> Write {
    guard !name.hasEscapes, try nextElement() else { throw malformed(start) }
    let path = try paths.child(scanner.bytes(name), at: leafs)
    leafs += 1
    return Write(.set(try value()), path, shared: path.steps.count - 1, editor)
  }

  private mutating func operation(
    _ word: JSONScanner.RawString, on path: Keypath, _ start: Int
  ) throws(DataError) -> Write.Operation {
    if scanner.reads(word, "set") {
      guard try nextElement() else { throw malformed(start) }
      return .set(try value())
    }
    if scanner.reads(word, "delete") { return .delete }
    guard scanner.reads(word, "move"), let position = try nextString() else { throw malformed(start) }
    if scanner.reads(position, "first") { return .move(.first) }
    if scanner.reads(position, "last") { return .move(.last) }
    let isBefore = scanner.reads(position, "before")
    guard isBefore || scanner.reads(position, "after"), let other = try nextString() else { throw malformed(start) }
    let keys = try sibling(other, of: path)
    return .move(isBefore ? .before(keys) : .after(keys))
  }

  private mutating func sibling(_ text: JSONScanner.RawString, of path: Keypath) throws(DataError) -> [Value] {
    let other = try parse(text)
    guard other.parent == path.parent, other.node == path.node else {
      throw DataError(.invalidPath, .badPath, at: scanner.text(text), "not an entry of the same list")
    }
    return other.keys
  }

  private mutating func parse(_ path: JSONScanner.RawString) throws(DataError) -> Keypath {
    path.hasEscapes ? try paths.parse(scanner.text(path)) : try paths.parse(scanner.bytes(path))
  }
}

extension WriteSeries {
  private mutating func nextElement() throws(DataError) -> Bool {
    try scan { (scanner) throws(JSONError) in try scanner.nextElement() }
  }

  private mutating func value() throws(DataError) -> JSONValue {
    try scan { (scanner) throws(JSONError) in try scanner.value() }
  }

  private mutating func isNext(_ kind: JSONScanner.Kind) throws(DataError) -> Bool {
    try scan { (scanner) throws(JSONError) in try scanner.peek() } == kind
  }

  /// Goes on to the next element, and reads it if it is a string.
  private mutating func nextString() throws(DataError) -> JSONScanner.RawString? {
    guard try nextElement(), try isNext(.string) else { return nil }
    return try scan { (scanner) throws(JSONError) in try scanner.rawString() }
  }

  private mutating func scan<Result>(
    _ body: (inout JSONScanner) throws(JSONError) -> Result
  ) throws(DataError) -> Result {
    do { return try body(&scanner) } catch {
      throw DataError(.invalidRequest, .protocolUsage, at: "/", "writes are an array of arrays: \(error)")
    }
  }

  /// The error about a write that has not the form of one.
  private func malformed(_ start: Int) -> DataError {
    var scanner = JSONScanner(text, in: start..<text.count)
    let json = (try? scanner.value()) ?? .null
    return DataError(
      .invalidRequest, .protocolUsage, at: json[1]?.string ?? "/",
      "\(json.text.prefix(200)) is not one of [\"set\", path, value], [\"create\", path, leaf, value, …], "
        + "[\"delete\", path], [\"move\", path, where, path]")
  }
}
