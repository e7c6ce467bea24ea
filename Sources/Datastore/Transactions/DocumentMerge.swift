import JSON
import Yang

/// Adds a document as RFC 7951 writes it to a tree.
struct DocumentMerge {
  private let editor: TreeEditor
  private var index: SchemaIndex { editor.index }

  /// Prepares to add documents.
  ///
  /// - Parameter editor: The editor of the writer.
  init(_ editor: TreeEditor) { self.editor = editor }

  /// Adds the content of a node.
  ///
  /// - Parameters:
  ///   - content: The content.
  ///   - path: The node's path.
  ///   - root: The whole tree.
  /// - Throws: ``DataError`` that names the path of what is wrong.
  func merge(_ content: JSONValue, _ path: Keypath, into root: inout Branch) throws(DataError) {
    let node = index[path.node]
    switch node.kind {
    case .root: try mergeMembers(content, path, into: &root)
    case .container: try mergeContainer(content, node, path, into: &root)
    case .list where path.keys.isEmpty: try mergeEntries(content, node, path, into: &root)
    case .list:
      if isWritten(node) { try editor.createAny(path, in: &root) }
      try mergeMembers(content, path, into: &root)
    case .leafList where path.keys.isEmpty:
      guard isWritten(node) else { return }
      guard let elements = content.array else {
        throw editor.badValue(path, "the values of a leaf-list are an array")
      }
      try editor.checkWritable(node, path, in: root)
      var values: [Value] = []
      for element in elements { values.append(try editor.value(element, of: node, path)) }
      editor.addItems(values, at: path, in: &root)
    case .leaf, .anydata, .anyxml:
      if isWritten(node) { try editor.set(path, to: content, in: &root) }
    case .leafList, .choice, .case, .action, .rpc, .input, .output, .notification:
      throw editor.badPath(path, "a \(node.kind.rawValue) has no content to merge")
    }
  }

  /// Whether this kind of transaction writes a node; the rest of a document is passed over.
  private func isWritten(_ node: StoreNode) -> Bool { node.isConfig != editor.isOperational }

  private func mergeContainer(
    _ content: JSONValue, _ node: StoreNode, _ path: Keypath, into root: inout Branch
  ) throws(DataError) {
    if node.isPresence, isWritten(node) { try editor.createAny(path, in: &root) }
    try mergeMembers(content, path, into: &root)
  }

  private func mergeEntries(
    _ content: JSONValue, _ node: StoreNode, _ path: Keypath, into root: inout Branch
  ) throws(DataError) {
    guard let entries = content.array else { throw editor.badValue(path, "the entries of a list are an array") }
    if node.keys.isEmpty, !isWritten(node) { return }
    for (place, entry) in entries.enumerated() {
      guard case .object(let members) = entry else { throw editor.badValue(path, "an entry of a list is an object") }
      var keys: [Value] = []
      for key in node.keys {
        guard let member = members.first(where: { isName($0.key, of: index[key]) }) else {
          throw editor.badValue(path, "entry \(place + 1) lacks its key \(index[key].name)")
        }
        keys.append(try editor.value(member.value, of: index[key], path.appending(key)))
      }
      if node.keys.isEmpty { keys = [.int64(Int64(place))] }
      try merge(entry, path.parent.appending(node.id, keys: keys), into: &root)
    }
  }

  private func mergeMembers(_ content: JSONValue, _ path: Keypath, into root: inout Branch) throws(DataError) {
    guard case .object(let members) = content else {
      throw editor.badValue(path, "the content of a \(index[path.node].kind.rawValue) is an object")
    }
    for member in members {
      let child = try child(member.key, of: path)
      guard !index[path.node].keys.contains(child) else { continue }
      try merge(member.value, path.appending(child), into: &root)
    }
  }

  private func child(_ name: String, of path: Keypath) throws(DataError) -> NodeID {
    let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let qualifier = parts.count == 2 ? parts[0] : nil
    switch index.child(named: parts[parts.count - 1], qualifier: qualifier, of: path.node) {
    case .found(let node): return node
    case .notFound, .unknownModule: throw editor.badPath(path, "there is no \(name) in it")
    case .ambiguous(let nodes):
      let names = nodes.map { index.memberName(of: $0, in: nil) }
      throw editor.badPath(path, "\(name) may be \(names.joined(separator: " or "))")
    }
  }

  private func isName(_ name: String, of node: StoreNode) -> Bool {
    name == node.name || name == index.memberName(of: node.id, in: nil)
  }
}
