import Yang

extension Validator {
  /// Checks that what a leaf refers to exists.
  mutating func checkReference(_ node: StoreNode, _ value: Value, _ path: Keypath) {
    guard let reference = index.reference(of: node.id), !new.hasInstance(of: reference, from: path, value) else {
      return
    }
    fail(
      .badReference, path,
      "illegal reference: no \(index.schema.schemaPath(of: reference.target)) is \"\(value.text)\"")
  }

  /// Notes which leafs that others refer to went with a part of the tree.
  mutating func noteLosses(of nodes: [NodeID], _ branch: Branch, _ path: Keypath) {
    for slot in branch.slots where nodes.contains(slot.node) {
      if index.isReferredTo(slot.node) { lostTargets.insert(slot.node) }
      let children = index[slot.node].dataChildren
      switch slot.content {
      case .branch(let below): noteLosses(of: children, below, path)
      case .list(let list):
        for key in index[slot.node].keys where index.isReferredTo(key) { lostTargets.insert(key) }
        for (_, entry) in list.elements() { noteLosses(of: children, entry.branch, path) }
      case .leaf, .leafList, .opaque: break
      }
    }
  }

  /// Checks all leafs that refer to one that lost a value; those that have just been set were checked already.
  mutating func checkReferencesToWhatWent() {
    let known = Set(failures.filter { $0.code == .badReference }.map(\.path))
    for target in lostTargets.sorted(by: { $0.index < $1.index }) {
      for leaf in index.referrers(to: target) {
        for (path, value) in new.instances(of: leaf) where !known.contains(path.text(in: index)) {
          checkReference(index[leaf], value, path)
        }
      }
    }
  }
}

extension Snapshot {
  /// All values of a leaf or leaf-list in all entries, with the leaf's path.
  fileprivate func instances(of leaf: NodeID) -> [(Keypath, Value)] {
    var nodes = [leaf]
    while let above = index.schema.dataParent(of: nodes[0]), above != .root { nodes.insert(above, at: 0) }
    var found: [(Keypath, Value)] = []
    collect(nodes[...], root, Keypath.root, &found)
    return found
  }

  private func collect(
    _ nodes: ArraySlice<NodeID>, _ branch: Branch, _ path: Keypath, _ found: inout [(Keypath, Value)]
  ) {
    guard let node = nodes.first else { return }
    let rest = nodes.dropFirst()
    switch branch[node]?.content {
    case .leaf(let value)?: found.append((path.appending(node), value))
    case .leafList(let items)?: found += items.map { (path.appending(node), $0.value) }
    case .branch(let below)?: collect(rest, below, path.appending(node), &found)
    case .list(let list)?:
      for (keys, entry) in list.elements() {
        let entryPath = path.appending(node, keys: keys)
        if let key = rest.first, let place = index[node].keys.firstIndex(of: key) {
          found.append((entryPath.appending(key), keys[place]))
        } else {
          collect(rest, entry.branch, entryPath, &found)
        }
      }
    case .opaque?, nil: break
    }
  }
}
