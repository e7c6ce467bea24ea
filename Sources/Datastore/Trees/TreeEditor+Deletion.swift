import Yang

extension TreeEditor {
  /// Deletes a node and what is below; nothing happens if it is not there.
  ///
  /// - Parameters:
  ///   - path: The node's path; a list without keys means all its entries.
  ///   - root: The whole tree.
  func delete(_ path: Keypath, in root: inout Branch) {
    let node = index[path.node]
    edit(path, in: &root, creating: .nothing) { branch in
      if path.keys.isEmpty {
        guard let slot = branch.remove(node.id), writer(of: node) != nil else { return }
        note(.removed(path, .slot(slot)))
      } else if let removed = remove(path.keys, from: node.id, in: &branch), writer(of: node) != nil {
        note(.removed(path, removed))
      }
    }
  }

  /// Notes that one value of a leaf-list goes.
  func noteRemoval(of item: Branch.Item, _ node: StoreNode, _ path: Keypath) {
    if writer(of: node) != nil { note(.removed(itemPath(path, item.value), .item(item))) }
  }

  /// The path of one value of a leaf-list.
  func itemPath(_ path: Keypath, _ value: Value) -> Keypath { path.parent.appending(path.node, keys: [value]) }

  /// Takes an entry or a value out, and the list or leaf-list with the last of them.
  func remove(_ keys: [Value], from node: NodeID, in branch: inout Branch) -> ServiceRecord.Removed? {
    guard let place = branch.firstIndex(of: node) else { return nil }
    var removed: ServiceRecord.Removed?
    var isEmpty = false
    branch.modify(at: place) { slot in
      _ = slot.modifyList { list in
        removed = list.remove(keys).map(ServiceRecord.Removed.entry)
        isEmpty = list.isEmpty
      }
      _ = slot.modifyItems { items in
        guard let place = items.firstIndex(where: { [$0.value] == keys }) else { return }
        removed = .item(items.remove(at: place))
        isEmpty = items.isEmpty
      }
    }
    if isEmpty { branch.remove(node) }
    return removed
  }
}
