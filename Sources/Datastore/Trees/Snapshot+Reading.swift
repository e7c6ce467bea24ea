import JSON
package import Yang

extension Snapshot {
  /// What is at a path.
  enum Found {
    case branch(Branch, module: ModuleID?)
    case list(EntryList)
    case leaf(Value)
    case items([Branch.Item])
    case opaque(JSONValue)
  }

  /// Finds what is at a path.
  ///
  /// - Parameter path: The path.
  /// - Returns: `nil` if the node does not exist; a container without presence does if its parent does, and a list or
  ///   leaf-list, as a whole, too.
  func find(_ path: Keypath) -> Found? {
    guard let last = path.steps.last else { return .branch(root, module: nil) }
    guard let branch = root.branch(at: path.steps.dropLast(), index) else { return nil }
    let node = index[last.node]
    if node.kind == .leaf, let entry = path.steps.dropLast().last,
      let place = index[entry.node].keys.firstIndex(of: node.id)
    {
      return entry.keys.indices.contains(place) ? .leaf(entry.keys[place]) : nil
    }
    switch branch[last.node]?.content {
    case .leaf(let value)?: return .leaf(value)
    case .opaque(let content)?: return .opaque(content)
    case .branch(let below)?: return .branch(below, module: node.module)
    case .leafList(let items)?:
      if last.keys.isEmpty { return .items(items) }
      return items.contains { [$0.value] == last.keys } ? .leaf(last.keys[0]) : nil
    case .list(let list)?:
      if last.keys.isEmpty { return .list(list) }
      return list[last.keys].map { .branch($0.branch, module: node.module) }
    case nil: return absent(node, last)
    }
  }

  private func absent(_ node: StoreNode, _ step: Keypath.Step) -> Found? {
    if !step.keys.isEmpty { return nil }
    switch node.kind {
    case .container where !node.isPresence: return .branch(Branch(), module: node.module)
    case .list: return .list(EntryList(isOrderedByUser: node.hasOrderedEntries))
    case .leafList: return .items([])
    case .root, .container, .leaf, .choice, .case, .anydata, .anyxml, .action, .rpc, .input, .output, .notification:
      return nil
    }
  }

  /// Whether a node exists.
  ///
  /// - Parameter path: The node's path.
  /// - Returns: A list or leaf-list exists if it has entries, a container without presence if its parent does.
  package func exists(at path: Keypath) -> Bool {
    switch find(path) {
    case .list(let list)?: !list.isEmpty
    case .items(let items)?: !items.isEmpty
    case .branch?, .leaf?, .opaque?: true
    case nil: false
    }
  }

  /// The value of a leaf that is set, or of a key; defaults are not looked at.
  ///
  /// - Parameter path: The leaf's path.
  /// - Returns: The value, or `nil` if the leaf is not set.
  package func value(at path: Keypath) -> Value? {
    if case .leaf(let value)? = find(path) { value } else { nil }
  }

  /// The values of a leaf-list in their order.
  ///
  /// - Parameter path: The leaf-list's path.
  /// - Returns: The values, none if it is not set.
  package func values(at path: Keypath) -> [Value] {
    if case .items(let items)? = find(path) { items.map(\.value) } else { [] }
  }

  /// The keys of a list's entries in their order.
  ///
  /// - Parameters:
  ///   - path: The list's path.
  ///   - keys: Where to go on: behind the entry with these keys.
  ///   - count: How many at most.
  /// - Returns: The keys, none if there is no entry.
  package func keys(at path: Keypath, after keys: [Value]? = nil, count: Int = .max) -> [[Value]] {
    guard case .list(let list)? = find(path) else { return [] }
    return list.elements(after: keys).prefix(count).map(\.keys)
  }

  /// How many entries a list or leaf-list has.
  ///
  /// - Parameter path: The path of the list or leaf-list.
  /// - Returns: The number.
  package func count(at path: Keypath) -> Int {
    switch find(path) {
    case .list(let list)?: list.count
    case .items(let items)?: items.count
    case .branch?, .leaf?, .opaque?, nil: 0
    }
  }

  /// The children that are set below a container or entry; lists and leaf-lists without their entries.
  ///
  /// - Parameter path: The path of the container or entry.
  /// - Returns: The children in schema order, keys not included.
  package func children(of path: Keypath) -> [NodeID] {
    if case .branch(let branch, _)? = find(path) { branch.slots.map(\.node) } else { [] }
  }
}
