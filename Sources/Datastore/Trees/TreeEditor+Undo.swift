import Yang

extension TreeEditor {
  /// Undoes one step of a run.
  ///
  /// - Parameters:
  ///   - step: The step; the steps after it have been undone.
  ///   - run: The run.
  ///   - root: The whole tree.
  ///   - revival: Tells what of the things that the run deleted may come back.
  func undo(_ step: ServiceRecord.Step, of run: ServiceRun, in root: inout Branch, _ revival: Revival) {
    switch step {
    case .wrote(let path): takeBack(path, of: run, in: &root)
    case .removed(let path, let removed):
      if let alive = revival.alive(removed, at: path) { restore(alive, at: path, in: &root) }
    case .moved(let path, let other):
      _ = move(path, in: &root) { list in other.flatMap { list[$0] == nil ? nil : $0 } }
    }
  }

  private func takeBack(_ path: Keypath, of run: ServiceRun, in root: inout Branch) {
    let node = path.node
    edit(path, in: &root, creating: .nothing) { branch in
      guard let place = branch.firstIndex(of: node) else { return }
      var goes = false
      branch.modify(at: place) { slot in
        if path.keys.isEmpty {
          goes = takeBack(&slot, of: run)
        } else {
          goes = takeBack(path.keys, in: &slot, of: run)
        }
      }
      guard goes else { return }
      if path.keys.isEmpty { branch.remove(node) } else { _ = remove(path.keys, from: node, in: &branch) }
    }
  }

  /// Takes a run out of a slot's writers, and tells whether the slot goes.
  private func takeBack(_ slot: inout Branch.Slot, of run: ServiceRun) -> Bool {
    guard let origin = slot.origin, origin.contains(run) else { return false }
    if let remaining = origin.removing(run) {
      slot.origin = remaining
      if case .leaf = slot.content, let value = remaining.writers.last?.value { slot.content = .leaf(value) }
      return false
    }
    slot.origin = nil
    switch origin.original {
    case .absent: return true
    case .present: return false
    case .leaf(let value):
      slot.content = .leaf(value)
      return false
    }
  }

  /// Takes a run out of the writers of an entry or a leaf-list value, and tells whether that goes.
  private func takeBack(_ keys: [Value], in slot: inout Branch.Slot, of run: ServiceRun) -> Bool {
    var goes = false
    func takeBack(_ origin: inout Origin?) {
      guard let present = origin, present.contains(run) else { return }
      origin = present.removing(run)
      if origin == nil, case .absent = present.original { goes = true }
    }
    _ = slot.modifyList { list in list.modify(keys) { takeBack(&$0.origin) } }
    _ = slot.modifyItems { items in
      for place in items.indices where [items[place].value] == keys { takeBack(&items[place].origin) }
    }
    return goes
  }

  /// Puts back what a run deleted, as far as nothing else has taken its place.
  private func restore(_ removed: ServiceRecord.Removed, at path: Keypath, in root: inout Branch) {
    let node = index[path.node]
    edit(path, in: &root, creating: .transparent) { branch in
      switch removed {
      case .slot(let slot): graft(slot, onto: &branch)
      case .entry(let entry):
        var list = EntryList(isOrderedByUser: node.hasOrderedEntries)
        list.insert(entry, for: path.keys)
        graft(Branch.Slot(place: node.place, node: node.id, content: .list(list)), onto: &branch)
      case .item(let item):
        graft(Branch.Slot(place: node.place, node: node.id, content: .leafList([item])), onto: &branch)
      }
    }
  }

  private func graft(_ old: Branch.Slot, onto branch: inout Branch) {
    guard let place = branch.firstIndex(of: old.node) else {
      let own = index[old.node].memberships
      if !branch.slots.contains(where: { index.excludes(own, $0.node) }) { branch.put(old) }
      return
    }
    let node = index[old.node]
    branch.modify(at: place) { slot in
      switch old.content {
      case .leaf, .opaque: break
      case .branch(let below):
        _ = slot.modifyBranch { branch in for slot in below.slots { graft(slot, onto: &branch) } }
      case .list(let entries):
        _ = slot.modifyList { list in
          for (keys, entry) in entries.elements() where list[keys] == nil { list.insert(entry, for: keys) }
        }
      case .leafList(let items):
        _ = slot.modifyItems { present in
          for item in items where !present.contains(where: { $0.value == item.value }) {
            let place = node.keepsGivenOrder ? nil : present.firstIndex { $0.value.compare(item.value) > 0 }
            present.insert(item, at: place ?? present.endIndex)
          }
        }
      }
    }
  }
}
