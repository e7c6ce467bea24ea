import Yang

/// Where the path of a `leafref` leads: up from the leaf to a node that both lie below, and down again.
struct Reference: Sendable {
  /// How many steps of the leaf's keypath the target's shares, keys included.
  let sharedSteps: Int
  /// The nodes from there down to the target.
  let down: [NodeID]

  /// The leaf that is referred to.
  var target: NodeID { down.last ?? .root }

  /// Resolves the path of a leaf's type; `nil` if an instance need not exist, or the path has a predicate or a function.
  ///
  /// - Parameters:
  ///   - leaf: The leaf or leaf-list that refers.
  ///   - schema: The schema.
  init?(of leaf: SchemaNode, in schema: Schema) {
    guard case .leafref(let path, _, requireInstance: true)? = leaf.type, !path.contains("["), !path.contains("(")
    else { return nil }
    var ancestors = Self.ancestors(of: leaf.id, in: schema)
    var names = path.split(separator: "/").map { $0.filter { !$0.isWhitespace } }
    if path.drop(while: \.isWhitespace).first == "/" {
      ancestors = []
    } else {
      while names.first == ".." {
        guard !ancestors.isEmpty else { return nil }
        ancestors.removeLast()
        names.removeFirst()
      }
    }
    var node = ancestors.last ?? .root
    var down: [NodeID] = []
    for name in names {
      guard let child = Self.child(name, of: node, in: schema) else { return nil }
      down.append(child)
      node = child
    }
    guard !down.isEmpty else { return nil }
    // An absolute path that passes through an ancestor means any entry there, not the leaf's own.
    sharedSteps = ancestors.count
    self.down = down
  }

  /// The node and those above it that have a place in a keypath, outermost first.
  private static func ancestors(of node: NodeID, in schema: Schema) -> [NodeID] {
    var path: [NodeID] = []
    var next: NodeID? = node
    while let id = next, id != .root {
      path.insert(id, at: 0)
      next = schema.dataParent(of: id)
    }
    return path
  }

  /// A child by the name in a path, whose prefix is the one that its file gave the module.
  private static func child(_ name: String, of parent: NodeID, in schema: Schema) -> NodeID? {
    let parts = name.split(separator: ":").map(String.init)
    guard let last = parts.last else { return nil }
    if case .found(let child) = schema.child(of: parent, named: last, qualifier: parts.count > 1 ? parts[0] : nil) {
      return child
    }
    switch schema.child(of: parent, named: last, module: nil) {
    case .found(let child): return child
    case .ambiguous(let children): return children.first { schema[$0].module == schema[parent].module }
    case .notFound, .unknownModule: return nil
    }
  }
}

extension Snapshot {
  /// Whether the leaf that a reference means has a value, in whichever entry.
  ///
  /// - Parameters:
  ///   - reference: The reference.
  ///   - path: The path of the leaf that refers.
  ///   - value: The value.
  /// - Returns: Whether an instance exists.
  func hasInstance(of reference: Reference, from path: Keypath, _ value: Value) -> Bool {
    let shared = path.steps.prefix(reference.sharedSteps)
    if let entry = shared.last, reference.down.count == 1,
      let place = index[entry.node].keys.firstIndex(of: reference.target)
    {
      return entry.keys.indices.contains(place) && entry.keys[place] == value
    }
    guard let branch = root.branch(at: shared, index) else { return false }
    return has(value, in: branch, reference.down[...])
  }

  private func has(_ value: Value, in branch: Branch, _ down: ArraySlice<NodeID>) -> Bool {
    guard let node = down.first else { return false }
    let rest = down.dropFirst()
    switch branch[node]?.content {
    case .leaf(let present)?: return rest.isEmpty && present == value
    case .leafList(let items)?: return rest.isEmpty && items.contains { $0.value == value }
    case .branch(let below)?: return has(value, in: below, rest)
    case .list(let list)?:
      guard let next = rest.first else { return false }
      if let place = index[node].keys.firstIndex(of: next), rest.count == 1 {
        if index[node].keys.count == 1 { return list[[value]] != nil }
        return list.elements().contains { $0.keys[place] == value }
      }
      return list.elements().contains { has(value, in: $0.entry.branch, rest) }
    case .opaque?, nil: return false
    }
  }
}
