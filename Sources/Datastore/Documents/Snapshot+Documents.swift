package import JSON
import Yang

extension Snapshot {
  /// How many bytes of JSON a tree has before it is cut, roughly.
  package static let treeLimit = 64 * 1024

  /// The content of a node as the wire has it, cut where it becomes long.
  ///
  /// - Parameters:
  ///   - path: The node's path.
  ///   - limit: How many bytes of JSON the tree has before it is cut, roughly; `nil` for all of it.
  ///   - entry: Of a list: the entry to go on behind.
  /// - Returns: The tree, or `nil` if the node does not exist; a list without entries is an empty array.
  package func tree(at path: Keypath, limit: Int? = Snapshot.treeLimit, after entry: Keypath? = nil) -> JSONValue? {
    guard let found = find(path) else { return nil }
    var draft = TreeDraft(index, limit: limit ?? .max)
    switch found {
    case .leaf(let value): return value.json
    case .opaque(let content): return content
    case .items(let items): return .array(items.map(\.value.json))
    case .branch(let branch, let module):
      let root = draft.object(branch, path.steps.last ?? Keypath.Step(.root), module)
      draft.fill()
      return root.json
    case .list(let list):
      let array = draft.array(list, index[path.node], after: entry?.keys)
      draft.fill()
      return array.json
    }
  }

  /// A document that begins at the root, as `get` prints and ``Transaction/merge(_:at:as:)`` takes it at the root.
  ///
  /// - Parameters:
  ///   - path: The node that it shall show; only what leads there is around it.
  ///   - depth: How many levels below the node are shown, `nil` for all; 1 shows a container's leafs and not its containers.
  /// - Returns: The document, empty if the node does not exist.
  package func document(at path: Keypath = .root, depth: Int? = nil) -> JSONValue {
    guard let found = find(path) else { return .object(JSONObject()) }
    var draft = TreeDraft(index, limit: .max, depth: depth ?? .max)
    var content: JSONValue
    switch found {
    case .leaf(let value):
      content = path.keys.isEmpty ? value.json : .array([value.json])
    case .opaque(let json): content = json
    case .items(let items): content = .array(items.map(\.value.json))
    case .branch(let branch, let module):
      let object = draft.object(branch, path.steps.last ?? Keypath.Step(.root), module)
      draft.fill()
      content = path.keys.isEmpty ? object.json : .array([object.json])
    case .list(let list):
      let array = draft.array(list, index[path.node])
      draft.fill()
      content = array.json
    }
    return path.steps.isEmpty ? content : wrapped(content, path)
  }

  /// Puts what leads to a node around its content.
  private func wrapped(_ content: JSONValue, _ path: Keypath) -> JSONValue {
    if isAbsent(content) { return .object(JSONObject()) }
    var content = content
    for (depth, step) in path.steps.enumerated().reversed() {
      let above = depth > 0 ? path.steps[depth - 1] : nil
      var object = JSONObject()
      if let above {
        for (key, value) in zip(index[above.node].keys, above.keys) where key != step.node {
          object[index[key].name] = value.json
        }
      }
      object[index.memberName(of: step.node, in: above.map { index[$0.node].module })] = content
      content = .object(object)
      if let above, !above.keys.isEmpty { content = .array([content]) }
    }
    return content
  }

  private func isAbsent(_ content: JSONValue) -> Bool { content == .array([]) }
}
