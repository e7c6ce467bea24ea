extension SchemaAssembler {
  /// Whether a node is configuration; in operations and notifications the word has no meaning and is left at true.
  ///
  /// - Parameters:
  ///   - node: The node.
  ///   - parent: The node above, as it is in the schema.
  /// - Returns: What the node's `config` says, or else its parent.
  /// - Throws: ``YangError`` if configuration stands below what is none.
  func isConfig(_ node: BuildNode, above parent: SchemaNode?) throws(YangError) -> Bool {
    guard let parent else { return true }
    switch node.kind {
    case .action, .rpc, .notification, .input, .output: return true
    default: break
    }
    if Self.isInOperation(node) { return true }
    guard let config = node.config else { return parent.isConfig }
    guard parent.isConfig || !config else {
      throw node.statement.error(
        "\(node.name) is `config true` below `config false`; expected no `config` statement in it")
    }
    return config
  }

  private static func isInOperation(_ node: BuildNode) -> Bool {
    var current = node.parent
    while let above = current {
      switch above.kind {
      case .input, .output, .notification: return true
      default: current = above.parent
      }
    }
    return false
  }

  /// Whether a leaf is one of its list's keys.
  static func isKey(_ node: BuildNode) -> Bool {
    guard let key = node.parent?.key, node.kind == .leaf else { return false }
    return key.argument.split(whereSeparator: \.isWhitespace).contains { QualifiedName($0).name == node.name }
  }

  /// The keys of a list in the order of its `key` statement.
  ///
  /// - Parameters:
  ///   - node: The list.
  ///   - isConfig: Whether the list is configuration, and so must have a key.
  /// - Returns: The keys; none for a list of state that has none.
  /// - Throws: ``YangError`` if a key is missing or no leaf.
  func keys(of node: BuildNode, isConfig: Bool) throws(YangError) -> [NodeID] {
    guard let key = node.key else {
      guard !isConfig || Self.isInOperation(node) else {
        throw node.statement.error("list \(node.name) has no key; expected a `key` statement, or `config false`")
      }
      return []
    }
    var keys: [NodeID] = []
    for word in key.argument.split(whereSeparator: \.isWhitespace) {
      let name = QualifiedName(word).name
      guard let leaf = node.children.first(where: { $0.name == name && $0.kind == .leaf }), !keys.contains(leaf.id)
      else {
        throw key.error("key `\(word)` of list \(node.name) is not there or repeated; expected leafs of the list")
      }
      keys.append(leaf.id)
    }
    guard !keys.isEmpty else { throw key.error("the key of list \(node.name) is empty; expected names of leafs") }
    return keys
  }

  /// The leafs that a `unique` statement names.
  ///
  /// - Parameters:
  ///   - located: The statement.
  ///   - list: The list.
  /// - Returns: The leafs in the order of the statement.
  /// - Throws: ``YangError`` if a path names no leaf.
  func unique(_ located: BuildNode.Located, in list: BuildNode) throws(YangError) -> [NodeID] {
    var leafs: [NodeID] = []
    for word in located.statement.argument.split(whereSeparator: \.isWhitespace) {
      var node: BuildNode? = list
      for step in word.split(separator: "/") {
        let name = QualifiedName(step).name
        node = node?.children.first { $0.name == name }
      }
      guard let leaf = node, leaf.kind == .leaf else {
        throw located.statement.error(
          "`unique \(located.statement.argument)` names no leaf with `\(word)`; expected a path below list \(list.name)"
        )
      }
      leafs.append(leaf.id)
    }
    guard !leafs.isEmpty else {
      throw located.statement.error("`unique ` names no leaf; expected a path below list \(list.name)")
    }
    return leafs
  }

  /// The default case of a choice.
  ///
  /// - Parameter node: The choice.
  /// - Returns: The case, or `nil` if there is no `default`.
  /// - Throws: ``YangError`` if there is no case of that name.
  func defaultCase(of node: BuildNode) throws(YangError) -> NodeID? {
    guard let given = node.defaults.last?.statement else { return nil }
    let name = QualifiedName(given.argument).name
    guard let found = node.children.first(where: { $0.name == name }) else {
      throw given.error("choice \(node.name) has no case `\(given.argument)`; expected the name of one of its cases")
    }
    return found.id
  }
}
