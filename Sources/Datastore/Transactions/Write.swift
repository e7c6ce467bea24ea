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
  /// What is done.
  let operation: Operation
  /// How many steps down the only branch lies that the write has to do with, which it makes if it is not there: for a
  /// leaf's value, an entry or a container; `nil` if it needs to look at the whole tree.
  let depth: Int?

  /// Creates a write.
  ///
  /// - Parameters:
  ///   - operation: What is done.
  ///   - path: Where it writes.
  ///   - shared: How many steps of the path are those of the write before it.
  ///   - editor: The editor that will carry it out.
  init(_ operation: Operation, _ path: Keypath, shared: Int, _ editor: TreeEditor) {
    self.operation = operation
    self.path = path
    self.shared = shared
    let node = editor.index[path.node]
    switch operation {
    case .set where node.kind == .leaf && !node.isKey: depth = editor.isLocal(node) ? path.steps.count - 1 : nil
    case .create where node.kind == .container || node.kind == .list && !path.keys.isEmpty:
      depth = editor.isLocal(node) ? path.steps.count : nil
    case .set, .create, .delete, .move: depth = nil
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

  /// Whether it can be carried out from a branch that the write before it lies below.
  ///
  /// - Parameter end: How many steps down that branch lies.
  /// - Returns: Whether this write lies below it, and does more than to create it.
  func follows(below end: Int) -> Bool {
    guard let depth, shared >= end else { return false }
    if case .create = operation { return depth > end }
    return depth >= end
  }
}

extension TreeEditor {
  /// Whether nothing but a node itself decides whether it may be written.
  fileprivate func isLocal(_ node: StoreNode) -> Bool { node.isConfig && !isOperational }
}
