import JSON
import Yang

/// One write of a list of writes, such as `["set", "/a:b/c", 1]`.
struct Write {
  /// What is done.
  enum Operation {
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

  /// Creates a write.
  ///
  /// - Parameters:
  ///   - operation: What is done.
  ///   - path: Where it writes.
  ///   - shared: How many steps of the path are those of the write before it.
  init(_ operation: Operation, _ path: Keypath, shared: Int) {
    self.operation = operation
    self.path = path
    self.shared = shared
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
}
