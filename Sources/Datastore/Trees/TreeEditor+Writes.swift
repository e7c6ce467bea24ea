import JSON
import Yang

extension TreeEditor {
  /// Sets a leaf.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - path: The leaf's path.
  ///   - root: The whole tree.
  func set(_ value: Value, at path: Keypath, in root: inout Branch) {
    edit(path, in: &root, creating: .everything) { branch in put(value, at: path, into: &branch) }
  }

  /// Sets a leaf in the branch that holds it.
  func put(_ value: Value, at path: Keypath, into branch: inout Branch) {
    let node = index[path.node]
    guard let place = branch.firstIndex(of: node.id) else {
      addSlot(node, .leaf(value), path, to: &branch)
      return
    }
    branch.modify(at: place) { slot in
      if case .leaf(let old) = slot.content, let run = writer(of: node) {
        if slot.origin?.contains(run) != true { note(.wrote(path)) }
        slot.origin =
          slot.origin?.adding(Origin.Writer(run: run, value: value, edit: stamp), current: old)
          ?? Origin(writers: [Origin.Writer(run: run, value: nil, edit: stamp)], original: .leaf(old))
      }
      slot.content = .leaf(value)
    }
  }

  /// Replaces the values of a leaf-list.
  ///
  /// - Parameters:
  ///   - values: All its values, in the order that a leaf-list which is ordered by user shall have.
  ///   - path: The leaf-list's path.
  ///   - root: The whole tree.
  func set(_ values: [Value], at path: Keypath, in root: inout Branch) {
    let node = index[path.node]
    edit(path, in: &root, creating: values.isEmpty ? .nothing : .everything) { branch in
      var old: [Branch.Item] = []
      if case .leafList(let items)? = branch[node.id]?.content { old = items }
      let kept = Set(values)
      for item in old where !kept.contains(item.value) { noteRemoval(of: item, node, path) }
      let before = Dictionary(old.map { ($0.value, $0.origin) }, uniquingKeysWith: { first, _ in first })
      let items = values.map { value in
        var item = Branch.Item(value: value, origin: before[value] ?? nil)
        mark(&item.origin, wasThere: before[value] != nil, node, itemPath(path, value))
        return item
      }
      putItems(node.keepsGivenOrder ? items : items.sorted { $0.value.compare($1.value) < 0 }, node, path, in: &branch)
    }
  }

  /// Adds one value to a leaf-list.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - path: The value's path.
  ///   - root: The whole tree.
  func addItem(_ value: Value, at path: Keypath, in root: inout Branch) {
    let node = index[path.node]
    edit(path, in: &root, creating: .everything) { branch in
      var items: [Branch.Item] = []
      if case .leafList(let old)? = branch[node.id]?.content { items = old }
      if let place = items.firstIndex(where: { $0.value == value }) {
        mark(&items[place].origin, wasThere: true, node, path)
      } else {
        var item = Branch.Item(value: value)
        mark(&item.origin, wasThere: false, node, path)
        let place = node.keepsGivenOrder ? nil : items.firstIndex { $0.value.compare(value) > 0 }
        items.insert(item, at: place ?? items.endIndex)
      }
      putItems(items, node, path, in: &branch)
    }
  }

  /// Adds many values to a leaf-list, and looks each up only once.
  ///
  /// - Parameters:
  ///   - values: The values.
  ///   - path: The leaf-list's path.
  ///   - root: The whole tree.
  func addItems(_ values: [Value], at path: Keypath, in root: inout Branch) {
    if values.isEmpty { return }
    let node = index[path.node]
    edit(path, in: &root, creating: .everything) { branch in
      var items: [Branch.Item] = []
      if case .leafList(let old)? = branch[node.id]?.content { items = old }
      var places = Dictionary(items.indices.map { (items[$0].value, $0) }, uniquingKeysWith: { first, _ in first })
      for value in values {
        if let place = places[value] {
          mark(&items[place].origin, wasThere: true, node, itemPath(path, value))
        } else {
          var item = Branch.Item(value: value)
          mark(&item.origin, wasThere: false, node, itemPath(path, value))
          places[value] = items.count
          items.append(item)
        }
      }
      putItems(node.keepsGivenOrder ? items : items.sorted { $0.value.compare($1.value) < 0 }, node, path, in: &branch)
    }
  }

  /// Puts what an `anydata` or `anyxml` holds.
  ///
  /// - Parameters:
  ///   - content: The content.
  ///   - path: The node's path.
  ///   - root: The whole tree.
  func setOpaque(_ content: JSONValue, at path: Keypath, in root: inout Branch) {
    let node = index[path.node]
    edit(path, in: &root, creating: .everything) { branch in
      if let old = branch.remove(node.id), writer(of: node) != nil { note(.removed(path, .slot(old))) }
      addSlot(node, .opaque(content), path, to: &branch)
    }
  }

  /// Moves an entry of a list that is ordered by user.
  ///
  /// - Parameters:
  ///   - path: The entry's path.
  ///   - root: The whole tree.
  ///   - place: Is given the list and names the entry to stand behind, `nil` for the first place.
  /// - Returns: Whether the entry is there.
  /// - Throws: What `place` throws.
  func move<Failure: Error>(
    _ path: Keypath, in root: inout Branch, to place: (EntryList) throws(Failure) -> [Value]?
  ) throws(Failure) -> Bool {
    var isThere = false
    try edit(path, in: &root, creating: .nothing) { (branch) throws(Failure) in
      guard let index = branch.firstIndex(of: path.node) else { return }
      try branch.modify(at: index) { (slot) throws(Failure) in
        _ = try slot.modifyList { (list) throws(Failure) in
          guard list[path.keys] != nil else { return }
          isThere = true
          let before = list.predecessor(of: path.keys)
          let other = try place(list)
          if other == before { return }
          list.move(path.keys, behind: other)
          note(.moved(path, behind: before))
        }
      }
    }
    return isThere
  }

  private func addSlot(_ node: StoreNode, _ content: Branch.Content, _ path: Keypath, to branch: inout Branch) {
    clearOtherCases(of: node.id, path, path.steps.count - 1, in: &branch)
    var slot = Branch.Slot(place: node.place, node: node.id, content: content)
    mark(&slot.origin, wasThere: false, node, path)
    branch.put(slot)
  }

  private func putItems(_ items: [Branch.Item], _ node: StoreNode, _ path: Keypath, in branch: inout Branch) {
    if items.isEmpty {
      branch.remove(node.id)
    } else {
      clearOtherCases(of: node.id, path, path.steps.count - 1, in: &branch)
      branch.put(Branch.Slot(place: node.place, node: node.id, content: .leafList(items)))
    }
  }
}
