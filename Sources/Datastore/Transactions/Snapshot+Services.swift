import Yang

/// A service instance that came, changed or went.
package struct ServiceChange: Hashable, Sendable {
  /// What happened to the instance; the numbers are those of `pre_modification`.
  package enum Operation: Int, Hashable, Sendable {
    case create = 0
    case update = 1
    case delete = 2
  }

  /// The instance's path.
  package let instance: Keypath
  /// The name after `ncs:servicepoint`.
  package let servicepoint: String
  /// What happened.
  package let operation: Operation
}

extension Snapshot {
  /// The service instances whose configuration is different from an earlier snapshot under the same schema.
  ///
  /// - Parameter old: The earlier snapshot.
  /// - Returns: The instances in schema and key order, an outer one before those inside it.
  package func serviceChanges(since old: Snapshot) -> [ServiceChange] {
    var finder = ServiceFinder(index: index)
    finder.compare(old.root, root, at: [])
    return finder.changes
  }
}

/// Finds the service instances that are different in two trees.
private struct ServiceFinder {
  let index: SchemaIndex
  var changes: [ServiceChange] = []

  mutating func compare(_ old: Branch, _ new: Branch, at path: [Keypath.Step]) {
    if old.isIdentical(to: new) { return }
    for node in nodes(old, new) where index.leadsToService(node) {
      let (before, after) = (old[node], new[node])
      switch (before?.list, after?.list) {
      case (let left?, let right?): compare(left, right, node, at: path)
      case (let left?, nil): compare(left, EntryList(isOrderedByUser: left.isOrderedByUser), node, at: path)
      case (nil, let right?): compare(EntryList(isOrderedByUser: right.isOrderedByUser), right, node, at: path)
      case (nil, nil): compare(before?.branch, after?.branch, path + [Keypath.Step(node)])
      }
    }
  }

  private func nodes(_ old: Branch, _ new: Branch) -> [NodeID] {
    let places = Dictionary(
      (old.slots + new.slots).map { ($0.place, $0.node) }, uniquingKeysWith: { first, _ in first })
    return places.sorted { $0.key < $1.key }.map(\.value)
  }

  private mutating func compare(_ old: EntryList, _ new: EntryList, _ node: NodeID, at path: [Keypath.Step]) {
    new.entries.difference(from: old.entries) { keys, before, after in
      compare(before?.branch, after?.branch, path + [Keypath.Step(node, keys: keys)])
    }
  }

  private mutating func compare(_ old: Branch?, _ new: Branch?, _ path: [Keypath.Step]) {
    if let servicepoint = index[path[path.count - 1].node].servicepoint, let operation = operation(old, new) {
      changes.append(ServiceChange(instance: Keypath(path), servicepoint: servicepoint, operation: operation))
    }
    compare(old ?? Branch(), new ?? Branch(), at: path)
  }

  private func operation(_ old: Branch?, _ new: Branch?) -> ServiceChange.Operation? {
    switch (old, new) {
    case (nil, nil): nil
    case (nil, _?): .create
    case (_?, nil): .delete
    case (let old?, let new?): index.configurationDiffers(old, new) ? .update : nil
    }
  }
}

extension SchemaIndex {
  /// Whether two branches differ in more than state data.
  fileprivate func configurationDiffers(_ old: Branch, _ new: Branch) -> Bool {
    if old.isIdentical(to: new) { return false }
    let before = old.slots.filter { isConfiguration($0) }
    let after = new.slots.filter { isConfiguration($0) }
    guard before.count == after.count else { return true }
    return zip(before, after).contains { left, right in
      guard left.node == right.node else { return true }
      switch (left.content, right.content) {
      case (.leaf(let left), .leaf(let right)): return left != right
      case (.opaque(let left), .opaque(let right)): return left != right
      case (.leafList(let left), .leafList(let right)): return left.map(\.value) != right.map(\.value)
      case (.branch(let left), .branch(let right)): return configurationDiffers(left, right)
      case (.list(let left), .list(let right)): return configurationDiffers(left, right)
      default: return true
      }
    }
  }

  /// Whether a slot is configuration: a container without presence is not if all that is in it is state data.
  private func isConfiguration(_ slot: Branch.Slot) -> Bool {
    let node = self[slot.node]
    guard node.isConfig, node.isTransparent, case .branch(let below) = slot.content else { return node.isConfig }
    return below.slots.contains { isConfiguration($0) }
  }

  private func configurationDiffers(_ old: EntryList, _ new: EntryList) -> Bool {
    if old.isIdentical(to: new) { return false }
    if old.count != new.count || !new.moved(since: old).isEmpty { return true }
    var differs = false
    new.entries.difference(from: old.entries) { _, before, after in
      if differs { return }
      guard let before, let after else {
        differs = true
        return
      }
      differs = configurationDiffers(before.branch, after.branch)
    }
    return differs
  }
}
