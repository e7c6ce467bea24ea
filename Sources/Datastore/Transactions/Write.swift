import JSON
import Yang

/// One write of a list of writes, such as `["set", "/a:b/c", 1]`.
struct Write {
  private enum Operation {
    case set(JSONValue)
    case create
    case delete
    case move(Transaction.Position)
  }

  /// Where it writes.
  let path: Keypath
  /// How many steps of the path are those of the write before it.
  let shared: Int
  private let operation: Operation

  /// Reads a write.
  ///
  /// - Parameters:
  ///   - json: The write.
  ///   - parser: Reads its paths.
  /// - Throws: ``DataError`` if it has not the form of a write, or its path does not exist in the schema.
  init(_ json: JSONValue, _ parser: inout KeypathParser) throws(DataError) {
    guard let parts = json.array, parts.count >= 2, let word = parts[0].string, let text = parts[1].string else {
      throw Self.malformed(json)
    }
    path = try parser.parse(text)
    shared = parser.shared
    switch (word, parts.count) {
    case ("set", 3): operation = .set(parts[2])
    case ("create", 2): operation = .create
    case ("delete", 2): operation = .delete
    case ("move", 3), ("move", 4): operation = .move(try Self.position(parts, of: path, json, &parser))
    default: throw Self.malformed(json)
    }
  }

  /// Carries the write out.
  ///
  /// - Parameters:
  ///   - editor: The editor of the writer.
  ///   - root: The whole tree.
  /// - Throws: ``DataError`` if the schema does not allow it.
  func apply(_ editor: TreeEditor, _ root: inout Branch) throws(DataError) {
    switch operation {
    case .set(let value): try editor.set(path, to: value, in: &root)
    case .create: try editor.createAny(path, in: &root)
    case .delete: try editor.deleteAny(path, in: &root)
    case .move(let position): try editor.moveAny(path, to: position, in: &root)
    }
  }

  /// What this write has to do with one branch only; `nil` if it needs to look at the whole tree.
  ///
  /// - Parameter editor: The editor of the writer.
  /// - Returns: The write, or `nil`.
  func local(to editor: TreeEditor) -> Local? {
    let node = editor.index[path.node]
    guard node.isConfig, !editor.isOperational else { return nil }
    switch operation {
    case .set(let value) where node.kind == .leaf && !node.isKey:
      return Local(path: path, depth: path.steps.count - 1, value: value, shared: shared)
    case .create where node.kind == .container || node.kind == .list && !path.keys.isEmpty:
      return Local(path: path, depth: path.steps.count, value: nil, shared: shared)
    case .set, .create, .delete, .move: return nil
    }
  }

  private static func position(
    _ parts: [JSONValue], of path: Keypath, _ json: JSONValue, _ parser: inout KeypathParser
  ) throws(DataError) -> Transaction.Position {
    switch (parts[2].string, parts.count == 4 ? parts[3].string : nil) {
    case ("first", nil): return .first
    case ("last", nil): return .last
    case ("before", let other?): return .before(try sibling(other, of: path, &parser))
    case ("after", let other?): return .after(try sibling(other, of: path, &parser))
    default: throw malformed(json)
    }
  }

  private static func sibling(_ text: String, of path: Keypath, _ parser: inout KeypathParser) throws(DataError)
    -> [Value]
  {
    let other = try parser.parse(text)
    guard other.parent == path.parent, other.node == path.node else {
      throw DataError(.invalidPath, .badPath, at: text, "not an entry of the same list")
    }
    return other.keys
  }

  private static func malformed(_ json: JSONValue) -> DataError {
    DataError(
      .invalidRequest, .protocolUsage, at: json[1]?.string ?? "/",
      "\(json.text.prefix(200)) is not one of [\"set\", path, value], [\"create\", path], [\"delete\", path], "
        + "[\"move\", path, where, path]")
  }
}
