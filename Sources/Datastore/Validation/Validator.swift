import Yang

/// Checks the rules that a data model has for the configuration as a whole, where it has changed.
struct Validator {
  let index: SchemaIndex
  let old: Snapshot
  let new: Snapshot
  /// What breaks a rule.
  private(set) var failures: [DataError] = []
  /// Where the first of them is.
  private(set) var firstFailure: Keypath?
  /// Leafs that others refer to, and that lost a value.
  var lostTargets: Set<NodeID> = []

  /// Prepares to check.
  ///
  /// - Parameters:
  ///   - old: The content before; what it shares with the new one is not looked at.
  ///   - new: The content to check.
  init(_ old: Snapshot, _ new: Snapshot) {
    index = new.index
    self.old = old
    self.new = new
  }

  /// Checks everything that has changed, and what refers to something that went.
  mutating func check() {
    for slot in changedAtTop() where index.leadsToRule(slot) { checkNode(slot, old.root, new.root, Keypath.root) }
    checkReferencesToWhatWent()
  }

  mutating func fail(_ code: DataError.Code, _ path: Keypath, _ reason: String) {
    firstFailure = firstFailure ?? path
    failures.append(DataError(.invalidValue, code, at: path.text(in: index), reason))
  }

  /// The nodes at the top that are different: what nobody touched there is not asked for what it lacks.
  private func changedAtTop() -> [NodeID] {
    let places = Dictionary(
      (old.root.slots + new.root.slots).map { ($0.place, $0.node) }, uniquingKeysWith: { first, _ in first })
    return places.sorted { $0.key < $1.key }.map(\.value)
  }
}

extension Validator {
  /// Checks the children of an entry or container that exists.
  private mutating func checkChildren(_ nodes: [NodeID], _ before: Branch?, _ after: Branch, _ path: Keypath) {
    for id in nodes {
      guard index.leadsToRule(id) else { continue }
      let node = index[id]
      guard node.isConfig else { continue }
      if node.kind == .choice {
        checkChoice(node, before, after, path)
      } else {
        checkNode(id, before, after, path)
      }
    }
  }

  private mutating func checkChoice(_ choice: StoreNode, _ before: Branch?, _ after: Branch, _ path: Keypath) {
    let active = choice.children.first { contains(after, anythingOf: $0) }
    for other in choice.children where other != active {
      guard let before, contains(before, anythingOf: other) else { continue }
      noteLosses(of: index[other].dataChildren, before, path)
    }
    if let active {
      checkChildren(index[active].children, before, after, path)
    } else if choice.isMandatory {
      fail(.noCaseSelected, path, "no case is selected for the mandatory choice \(choice.name)")
    }
  }

  private func contains(_ branch: Branch, anythingOf caseNode: NodeID) -> Bool {
    branch.slots.contains { slot in index[slot.node].memberships.contains { $0.case == caseNode } }
  }

  private mutating func checkNode(_ id: NodeID, _ before: Branch?, _ after: Branch, _ path: Keypath) {
    let node = index[id]
    guard node.isConfig else { return }
    let (was, now) = (before?[id], after[id])
    if node.kind == .leaf { return checkLeaf(node, was, now, below: path) }
    let child = path.appending(id)
    switch node.kind {
    case .leafList: checkItems(node, was?.items ?? [], now?.items ?? [], child)
    case .anydata, .anyxml: if now == nil { checkMandatory(node, child) }
    case .container: checkContainer(node, was?.branch, now?.branch, child)
    case .list: checkList(node, was?.list, now?.list, child)
    case .root, .leaf, .choice, .case, .action, .rpc, .input, .output, .notification: break
    }
  }

  /// Checks a leaf; most have no rule to check, and need no path of their own.
  private mutating func checkLeaf(
    _ node: StoreNode, _ was: Branch.Slot?, _ now: Branch.Slot?, below path: Keypath
  ) {
    if let old = was?.value, old != now?.value, index.isReferredTo(node.id) { lostTargets.insert(node.id) }
    if let value = now?.value {
      if index.reference(of: node.id) != nil, was?.value != value {
        checkReference(node, value, path.appending(node.id))
      }
    } else if node.isMandatory, !node.isKey {
      checkMandatory(node, path.appending(node.id))
    }
  }

  private mutating func checkMandatory(_ node: StoreNode, _ path: Keypath) {
    guard node.isMandatory else { return }
    fail(.notSet, path, "is mandatory and not configured")
  }

  private mutating func checkItems(_ node: StoreNode, _ was: [Branch.Item], _ now: [Branch.Item], _ path: Keypath) {
    checkCount(node, now.count, path)
    let (old, new) = (Set(was.map(\.value)), Set(now.map(\.value)))
    if !old.isSubset(of: new), index.isReferredTo(node.id) { lostTargets.insert(node.id) }
    for item in now where !old.contains(item.value) { checkReference(node, item.value, path) }
  }

  private mutating func checkCount(_ node: StoreNode, _ count: Int, _ path: Keypath) {
    if count < node.minElements, !node.isConditional {
      fail(.tooFew, path, "too few, \(count) configured, at least \(node.minElements) must be configured")
    }
    if let most = node.maxElements, count > most {
      fail(.tooMany, path, "too many, \(count) configured, at most \(most) may be configured")
    }
  }

  private mutating func checkContainer(_ node: StoreNode, _ was: Branch?, _ now: Branch?, _ path: Keypath) {
    if let was, let now, was.isIdentical(to: now) { return }
    if node.isPresence || node.isConditional {
      if let was, now == nil { noteLosses(of: node.dataChildren, was, path) }
      guard let now else { return }
      checkChildren(node.children, was, now, path)
    } else {
      checkChildren(node.children, was, now ?? Branch(), path)
    }
  }

  private mutating func checkList(_ node: StoreNode, _ was: EntryList?, _ now: EntryList?, _ path: Keypath) {
    let empty = EntryList(isOrderedByUser: node.hasOrderedEntries)
    let (was, now) = (was ?? empty, now ?? empty)
    checkCount(node, now.count, path)
    if was.isIdentical(to: now) { return }
    var changed: [(keys: [Value], before: EntryList.Entry?, after: EntryList.Entry?)] = []
    now.entries.difference(from: was.entries) { changed.append(($0, $1, $2)) }
    let parent = path.parent
    let members = node.children.filter { !node.keys.contains($0) }
    for (keys, before, after) in changed {
      let entry = parent.appending(node.id, keys: keys)
      guard let after else {
        for key in node.keys where index.isReferredTo(key) { lostTargets.insert(key) }
        if let before { noteLosses(of: node.dataChildren, before.branch, entry) }
        continue
      }
      if let before, before.branch.isIdentical(to: after.branch) { continue }
      if before == nil {
        for (key, value) in zip(node.keys, keys) where index.reference(of: key) != nil {
          checkReference(index[key], value, entry.appending(key))
        }
      }
      checkChildren(members, before?.branch, after.branch, entry)
    }
    for leafs in node.unique { checkUnique(leafs, changed.map(\.keys), now, path) }
  }
}

extension Validator {
  /// Checks that no two entries have the same values in some leafs; entries that lack one of them do not count.
  private mutating func checkUnique(_ leafs: [NodeID], _ changed: [[Value]], _ list: EntryList, _ path: Keypath) {
    let changed = Set(changed)
    var seen: [[Value]: [Value]] = [:]
    for (keys, entry) in list.elements() {
      let values = leafs.compactMap { value(of: $0, in: entry.branch, keys, below: path.node) }
      guard values.count == leafs.count else { continue }
      guard let other = seen.updateValue(keys, forKey: values), changed.contains(keys) || changed.contains(other) else {
        continue
      }
      let names = leafs.map { index[$0].name }.joined(separator: " and ")
      let first = path.parent.appending(path.node, keys: other).text(in: index)
      fail(.nonUnique, path.parent.appending(path.node, keys: keys), "not unique: \(first) has the same \(names)")
    }
  }

  private func value(of leaf: NodeID, in branch: Branch, _ keys: [Value], below list: NodeID) -> Value? {
    if let place = index[list].keys.firstIndex(of: leaf) { return keys[place] }
    var containers: [Keypath.Step] = []
    var above = index[leaf].dataParent
    while above != list, above != .root {
      containers.insert(Keypath.Step(above), at: 0)
      above = index[above].dataParent
    }
    return branch.branch(at: containers, index)?[leaf]?.value
  }
}

extension Transaction {
  /// Checks the model's rules for the configuration as a whole, where the transaction changed it: mandatory leafs and choices,
  /// numbers of entries, unique leafs and references.
  ///
  /// `must` and `when` are not evaluated: what has a `when` is not mandatory.
  ///
  /// - Returns: An error for each rule that is broken, none if the configuration may be committed.
  package func validate() -> [DataError] {
    var validator = Validator(base, working)
    validator.check()
    return validator.failures
  }
}
