import Yang

/// Changes a tree on behalf of one writer, and notes the steps by which the changes can be undone.
///
/// Paths and values have been checked when they come here.
final class TreeEditor {
  /// What a walk down to a node creates on its way.
  enum Creation {
    case nothing
    /// Containers without presence, which exist because their parents do.
    case transparent
    /// List entries and presence containers too.
    case everything
  }

  let index: SchemaIndex
  /// The tree at the transaction's beginning: state data and places of entries that are made anew come from here.
  let base: Branch
  /// The service that writes, or `nil` for a user.
  let run: ServiceRun?
  /// Whether state data is written, and no configuration.
  let isOperational: Bool
  /// What a service wrote and deleted, in order.
  private(set) var steps: [ServiceRecord.Step] = []
  /// Marks what this editor wrote.
  let stamp: Origin.Edit
  /// The origin of all that was not there before.
  let sole: Origin?
  /// The depth of the step that is created for its own sake and not for what is below it.
  var createdDepth = -1

  /// Starts to write.
  ///
  /// - Parameters:
  ///   - index: The schema.
  ///   - base: The tree at the transaction's beginning.
  ///   - run: The service that writes, or `nil` for a user.
  ///   - isOperational: Whether state data is written, and no configuration.
  init(_ index: SchemaIndex, base: Branch, run: ServiceRun?, isOperational: Bool) {
    self.index = index
    self.base = base
    self.run = run
    self.isOperational = isOperational
    let stamp = Origin.Edit()
    self.stamp = stamp
    sole = run.map { Origin(writers: [Origin.Writer(run: $0, value: nil, edit: stamp)], original: .absent) }
  }

  /// Notes a step.
  func note(_ step: ServiceRecord.Step) { if run != nil { steps.append(step) } }

  /// The service that becomes a writer of a node: none for state data.
  func writer(of node: StoreNode) -> ServiceRun? { node.isConfig ? run : nil }
}

extension TreeEditor {
  /// Walks down and works on the branch that holds the last step of a path.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - root: The whole tree.
  ///   - creation: What is created on the way; what stays empty goes again.
  ///   - body: Is given the branch that the path's last step belongs to.
  /// - Returns: Whether that branch is there.
  /// - Throws: What `body` throws.
  @discardableResult
  func edit<Failure: Error>(
    _ path: Keypath, in root: inout Branch, creating creation: Creation,
    _ body: (inout Branch) throws(Failure) -> Void
  ) throws(Failure) -> Bool {
    try descend(path, 0, path.steps.count - 1, &root, creation, body)
  }

  /// Creates a list entry or a presence container.
  ///
  /// - Parameters:
  ///   - path: Its path.
  ///   - root: The whole tree.
  func create(_ path: Keypath, in root: inout Branch) {
    createdDepth = path.steps.count - 1
    defer { createdDepth = -1 }
    // The walk goes one step further, and so makes the node on its way.
    edit(path.appending(path.node), in: &root, creating: .everything) { _ in }
  }

  /// Makes the service a writer of a node that has no value of its own, if a service writes.
  func mark(_ origin: inout Origin?, wasThere: Bool, _ node: StoreNode, _ path: Keypath) {
    guard let run = writer(of: node), origin?.contains(run) != true else { return }
    let writer = Origin.Writer(run: run, value: nil, edit: stamp)
    if let present = origin {
      origin = present.adding(writer, current: nil)
    } else {
      origin = wasThere ? Origin(writers: [writer], original: .present) : sole
    }
    note(.wrote(path))
  }

  /// Walks on from a branch that lies `depth` steps down to the one that lies `end` steps down.
  func descend<Failure: Error>(
    _ path: Keypath, _ depth: Int, _ end: Int, _ branch: inout Branch, _ creation: Creation,
    _ body: (inout Branch) throws(Failure) -> Void
  ) throws(Failure) -> Bool {
    guard depth < end else {
      try body(&branch)
      return true
    }
    let step = path.steps[depth]
    let node = index[step.node]
    if branch.firstIndex(of: step.node) == nil {
      switch creation {
      case .nothing: return false
      case .transparent where node.isPresence: return false
      case .transparent, .everything: add(node, path, depth, to: &branch)
      }
    } else if node.isPresence, creation == .everything, let place = branch.firstIndex(of: step.node) {
      branch.modify(at: place) { join(&$0.origin, node, path, depth) }
    }
    guard let place = branch.firstIndex(of: step.node) else { return false }
    let (isReached, isEmpty) = try branch.modify(at: place) { (slot) throws(Failure) -> (Bool, Bool) in
      if node.kind == .list {
        let result = try slot.modifyList { (list) throws(Failure) -> (Bool, Bool) in
          (try descend(path, depth, end, into: &list, node, creation, body), list.isEmpty)
        }
        return result ?? (false, false)
      }
      let result = try slot.modifyBranch { (below) throws(Failure) -> (Bool, Bool) in
        (try descend(path, depth + 1, end, &below, creation, body), below.isEmpty && !node.isPresence)
      }
      return result ?? (false, false)
    }
    if isEmpty { branch.remove(step.node) }
    return isReached
  }

  private func descend<Failure: Error>(
    _ path: Keypath, _ depth: Int, _ end: Int, into list: inout EntryList, _ node: StoreNode, _ creation: Creation,
    _ body: (inout Branch) throws(Failure) -> Void
  ) throws(Failure) -> Bool {
    let keys = path.steps[depth].keys
    let reached = try list.modify(keys) { (entry) throws(Failure) -> Bool in
      if creation == .everything { join(&entry.origin, node, path, depth) }
      return try descend(path, depth + 1, end, &entry.branch, creation, body)
    }
    if let reached { return reached }
    guard creation == .everything else { return false }
    var entry = makeEntry(node, path, depth)
    let isReached = try descend(path, depth + 1, end, &entry.branch, creation, body)
    list.insert(entry, for: keys)
    return isReached
  }

  /// Makes a service one more writer of what is there already: of what it creates itself, whoever made it, and of what
  /// another service made and it writes below.
  ///
  /// Not of its own instance and what that lies in, or the instance would stay because it had run.
  private func join(_ origin: inout Origin?, _ node: StoreNode, _ path: Keypath, _ depth: Int) {
    guard let run = writer(of: node), origin != nil || depth == createdDepth else { return }
    let joined = path.prefix(depth + 1)
    if !joined.contains(run.instance) { mark(&origin, wasThere: true, node, joined) }
  }

  /// Adds an empty container, or a list without entries.
  private func add(
    _ node: StoreNode, _ path: Keypath, _ depth: Int, to branch: inout Branch
  ) {
    clearOtherCases(of: node.id, path, depth, in: &branch)
    var slot = Branch.Slot(place: node.place, node: node.id, content: .branch(Branch()))
    if node.kind == .list {
      slot.content = .list(EntryList(isOrderedByUser: node.hasOrderedEntries))
    } else if node.isPresence {
      let created = Keypath(Array(path.steps[...depth]))
      if index.leadsToState(node.id), case .branch(let old)? = base.slot(at: created)?.content {
        slot.content = .branch(stateData(of: old))
      }
      if writer(of: node) != nil {
        slot.origin = sole
        note(.wrote(created))
      }
    }
    branch.put(slot)
  }

  /// Makes an entry, with the state data and the place that it had when the transaction began.
  private func makeEntry(_ node: StoreNode, _ path: Keypath, _ depth: Int) -> EntryList.Entry {
    var entry = EntryList.Entry()
    let keepsState = index.leadsToState(node.id)
    guard keepsState || node.isOrderedByUser || writer(of: node) != nil else { return entry }
    let created = path.prefix(depth + 1)
    if keepsState || node.isOrderedByUser, let old = base.entry(at: created) {
      entry.rank = old.rank
      if keepsState { entry.branch = stateData(of: old.branch) }
    }
    if writer(of: node) != nil {
      entry.origin = sole
      note(.wrote(created))
    }
    return entry
  }

  /// The part of a branch that is not configuration.
  private func stateData(of branch: Branch) -> Branch {
    var state = Branch()
    for slot in branch.slots {
      let node = index[slot.node]
      if !node.isConfig {
        state.put(slot)
      } else if node.isTransparent, index.leadsToState(node.id), case .branch(let below) = slot.content {
        var kept = slot
        let part = stateData(of: below)
        kept.content = .branch(part)
        if !part.isEmpty { state.put(kept) }
      }
    }
    return state
  }

  /// Deletes what belongs to other cases of the choices that a node is in.
  func clearOtherCases(of node: NodeID, _ path: Keypath, _ depth: Int, in branch: inout Branch) {
    let own = index[node].memberships
    if own.isEmpty { return }
    for slot in branch.slots where index.excludes(own, slot.node) {
      branch.remove(slot.node)
      guard writer(of: index[slot.node]) != nil else { continue }
      note(.removed(Keypath(Array(path.steps[..<depth])).appending(slot.node), .slot(slot)))
    }
  }
}

extension SchemaIndex {
  /// Whether a node belongs to another case of one of the choices of the given cases.
  func excludes(_ cases: [StoreNode.Membership], _ node: NodeID) -> Bool {
    let others = self[node].memberships
    return cases.contains { own in others.contains { $0.choice == own.choice && $0.case != own.case } }
  }
}
