import JSON
import Yang

/// Writes as they come from outside: what the schema does not allow is refused before anything changes.
extension TreeEditor {
  /// Sets a leaf, all values of a leaf-list, or what an `anydata` holds.
  func set(_ path: Keypath, to json: JSONValue, in root: inout Branch) throws(DataError) {
    let node = index[path.node]
    switch node.kind {
    case .leaf:
      let value = try value(json, of: node, path)
      if try isKey(node, path, value) {
        create(path.parent, in: &root)
      } else {
        try checkWritable(node, path, in: root)
        set(value, at: path, in: &root)
      }
    case .leafList where path.keys.isEmpty:
      guard let elements = json.array else { throw badValue(path, "the values of a leaf-list are an array") }
      try checkWritable(node, path, in: root)
      var values: [Value] = []
      for element in elements { values.append(try value(element, of: node, path)) }
      if node.isConfig, Set(values).count != values.count { throw badValue(path, "a value stands there twice") }
      set(values, at: path, in: &root)
    case .anydata, .anyxml:
      try checkWritable(node, path, in: root)
      setOpaque(json, at: path, in: &root)
    case .root, .container, .list, .leafList, .choice, .case, .action, .rpc, .input, .output, .notification:
      throw badPath(path, "\(described(node, path)) cannot be set")
    }
  }

  /// Creates a list entry, a presence container, an empty leaf or one value of a leaf-list.
  func createAny(_ path: Keypath, in root: inout Branch) throws(DataError) {
    let node = index[path.node]
    try checkWritable(node, path, in: root)
    switch node.kind {
    case .leafList where !path.keys.isEmpty: addItem(path.keys[0], at: path, in: &root)
    case .container: create(path, in: &root)
    case .list where !path.keys.isEmpty: create(path, in: &root)
    case .list where node.keys.isEmpty: create(try nextEntry(of: path, in: root), in: &root)
    case .leaf:
      guard let type = node.type, let empty = try? Value(text: "", type: type), empty == .empty else {
        throw badPath(path, "only a leaf of type empty can be created; this one needs a value")
      }
      set(empty, at: path, in: &root)
    case .root, .list, .leafList, .choice, .case, .anydata, .anyxml, .action, .rpc, .input, .output, .notification:
      throw badPath(path, "\(described(node, path)) cannot be created")
    }
  }

  /// Deletes a node and what is below.
  func deleteAny(_ path: Keypath, in root: inout Branch) throws(DataError) {
    let node = index[path.node]
    switch node.kind {
    case .root, .choice, .case, .action, .rpc, .input, .output, .notification:
      throw badPath(path, "\(described(node, path)) cannot be deleted")
    case .leaf, .leafList, .container, .list, .anydata, .anyxml:
      if node.isKey {
        throw DataError(.invalidPath, .notWritable, at: path.text(in: index), "a key goes only with its entry")
      }
      try checkWritable(node, path, in: root)
      delete(path, in: &root)
    }
  }

  /// Moves an entry of a list that is ordered by user.
  func moveAny(_ path: Keypath, to position: Transaction.Position, in root: inout Branch) throws(DataError) {
    let node = index[path.node]
    guard node.kind == .list, node.isOrderedByUser, !path.keys.isEmpty else {
      throw badPath(path, "only an entry of a list that is ordered by user can be moved")
    }
    try checkWritable(node, path, in: root)
    let isThere = try move(path, in: &root) { (list) throws(DataError) in
      switch position {
      case .first: return nil
      case .last: return list.last(but: path.keys)
      case .before(let keys), .after(let keys):
        guard list[keys] != nil else {
          throw missing(path.parent.appending(path.node, keys: keys))
        }
        if case .after = position { return keys }
        let before = list.predecessor(of: keys)
        return before == path.keys ? list.predecessor(of: path.keys) : before
      }
    }
    if !isThere { throw missing(path) }
  }

  /// A value of a leaf or leaf-list.
  func value(_ json: JSONValue, of node: StoreNode, _ path: Keypath) throws(DataError) -> Value {
    guard let type = node.type else { throw badPath(path, "a \(node.kind.rawValue) has no value") }
    do { return try Value(json: json, type: type) } catch { throw badValue(path, "\(error)") }
  }

  /// Refuses what the transaction's writer may not write.
  ///
  /// A service keeps its plan and log in state data of its own instance, also while it configures.
  func checkWritable(_ node: StoreNode, _ path: Keypath, in root: Branch) throws(DataError) {
    let isAllowed = node.isConfig ? !isOperational : isOperational || run?.instance.contains(path) == true
    if isAllowed {
      if !node.isConfig { try checkHolder(path, in: root) }
      return
    }
    let reason =
      node.isConfig
      ? "configuration cannot be written in a transaction on operational data"
      : "config false, and can be written only in a transaction on operational data"
    throw DataError(.invalidPath, .notWritable, at: path.text(in: index), reason)
  }

  /// Refuses to write state data of what is not configured.
  private func checkHolder(_ path: Keypath, in root: Branch) throws(DataError) {
    let configured = path.steps.prefix { index[$0.node].isConfig }
    guard root.branch(at: configured, index) == nil else { return }
    throw DataError(
      .invalidPath, .doesNotExist, at: path.text(in: index),
      "\(Keypath(Array(configured)).text(in: index)) is not configured")
  }

  private func isKey(_ node: StoreNode, _ path: Keypath, _ value: Value) throws(DataError) -> Bool {
    guard node.isKey, let place = index[node.dataParent].keys.firstIndex(of: node.id) else { return false }
    guard path.parent.keys[place] == value else {
      throw DataError(
        .invalidValue, .notWritable, at: path.text(in: index),
        "a key cannot be changed, and \"\(value.text)\" is another one")
    }
    return true
  }

  private func nextEntry(of path: Keypath, in root: Branch) throws(DataError) -> Keypath {
    var number: Int64 = 0
    if case .list(let list)? = root.slot(at: path)?.content, case .int64(let last)? = list.entries.last?.key.first {
      guard last < Int64.max else { throw badPath(path, "no number is left for one more entry") }
      number = last + 1
    }
    return path.parent.appending(path.node, keys: [.int64(number)])
  }

  private func described(_ node: StoreNode, _ path: Keypath) -> String {
    switch node.kind {
    case .list: path.keys.isEmpty ? "a list without keys" : "a list entry"
    case .action, .input, .output, .anydata, .anyxml: "an \(node.kind.rawValue)"
    case .root, .container, .leaf, .leafList, .choice, .case, .rpc, .notification: "a \(node.kind.rawValue)"
    }
  }

  private func missing(_ path: Keypath) -> DataError {
    DataError(.invalidPath, .doesNotExist, at: path.text(in: index), "the entry does not exist")
  }

  /// An error about a path that means something else than was asked for.
  func badPath(_ path: Keypath, _ reason: String) -> DataError {
    DataError(.invalidPath, .badPath, at: path.text(in: index), reason)
  }

  /// An error about a value.
  func badValue(_ path: Keypath, _ reason: String) -> DataError {
    DataError(.invalidValue, .badType, at: path.text(in: index), reason)
  }
}
