import JSON
import Yang

/// Takes differences between two trees, and where they are.
protocol ChangeSink {
  /// The walk goes down to a node.
  mutating func enter(_ step: Keypath.Step)
  /// The walk comes back to where it was before.
  mutating func leave()
  /// The node is different.
  mutating func add(_ operation: Change.Operation, old: ChangeFinder<Self>.Content?, new: ChangeFinder<Self>.Content?)
}

/// Finds the differences between two trees, and steps over what they share.
struct ChangeFinder<Sink: ChangeSink> {
  /// What a node held, or holds.
  enum Content {
    case json(JSONValue)
    /// The keys, leafs and leaf-lists of an entry or container.
    case leafs(Branch, Keypath.Step)
  }

  let index: SchemaIndex
  /// What takes the differences.
  var sink: Sink

  /// Prepares to find.
  ///
  /// - Parameters:
  ///   - index: The schema.
  ///   - sink: What takes the differences.
  init(_ index: SchemaIndex, _ sink: Sink) {
    self.index = index
    self.sink = sink
  }

  /// Compares the content of two containers or entries, or of nothing with one of them.
  mutating func compare(_ old: Branch, _ new: Branch, isNew: Bool = false) {
    if old.isIdentical(to: new) { return }
    var (left, right) = (0, 0)
    while left < old.slots.count || right < new.slots.count {
      let (before, after) = (old.slots[safe: left], new.slots[safe: right])
      let place = min(before?.place ?? .max, after?.place ?? .max)
      let (isOld, isThere) = (before?.place == place, after?.place == place)
      if isOld { left += 1 }
      if isThere { right += 1 }
      compare(isOld ? before : nil, isThere ? after : nil, isNew: isNew)
    }
  }

  private mutating func compare(_ old: Branch.Slot?, _ new: Branch.Slot?, isNew: Bool) {
    guard let node = (old ?? new)?.node else { return }
    switch (old?.content, new?.content) {
    case (.list(let left)?, .list(let right)?): compare(left, right, node)
    case (nil, .list(let right)?): compare(emptyList(like: right), right, node)
    case (.list(let left)?, nil): compare(left, emptyList(like: left), node)
    case (.leafList(let left)?, .leafList(let right)?): compare(left, right, node)
    case (nil, .leafList(let right)?): if !isNew { compare([], right, node) }
    case (.leafList(let left)?, nil): compare(left, [], node)
    case (nil, .leaf) where isNew, (nil, .opaque) where isNew: break
    default: compareInside(old?.content, new?.content, Keypath.Step(node))
    }
  }

  /// Compares two containers, leafs, or what nobody looks into.
  private mutating func compareInside(_ old: Branch.Content?, _ new: Branch.Content?, _ step: Keypath.Step) {
    sink.enter(step)
    defer { sink.leave() }
    let isPresence = index[step.node].isPresence
    switch (old, new) {
    case (.branch(let left)?, .branch(let right)?): compare(left, right)
    case (nil, .branch(let right)?):
      if isPresence { sink.add(.create, old: nil, new: .leafs(right, step)) }
      compare(Branch(), right, isNew: isPresence)
    case (.branch(let left)?, nil):
      if isPresence { sink.add(.delete, old: whole(left, step), new: nil) } else { compare(left, Branch()) }
    default:
      let (before, after) = (old?.scalar, new?.scalar)
      if before == after { return }
      sink.add(after == nil ? .delete : .set, old: before.map { .json($0) }, new: after.map { .json($0) })
    }
  }

  private func emptyList(like list: EntryList) -> EntryList { EntryList(isOrderedByUser: list.isOrderedByUser) }

  private mutating func compare(_ old: EntryList, _ new: EntryList, _ node: NodeID) {
    if old.isIdentical(to: new) { return }
    if new.isOrderedByUser {
      var different: [(keys: [Value], before: EntryList.Entry?, after: EntryList.Entry?)] = []
      new.entries.difference(from: old.entries) { different.append(($0, $1, $2)) }
      // New entries are told in their order, so that few of them have to be moved.
      different.sort { ($0.after?.rank ?? 0) < ($1.after?.rank ?? 0) }
      for (keys, before, after) in different { compare(before, after, Keypath.Step(node, keys: keys)) }
    } else {
      new.entries.difference(from: old.entries) { compare($1, $2, Keypath.Step(node, keys: $0)) }
    }
    for keys in new.moved(since: old) {
      let other = new.predecessor(of: keys)
      add(.move, Keypath.Step(node, keys: keys), new: other.map { .string(Keypath.text(of: $0)) })
    }
  }

  private mutating func compare(_ old: EntryList.Entry?, _ new: EntryList.Entry?, _ step: Keypath.Step) {
    sink.enter(step)
    defer { sink.leave() }
    switch (old, new) {
    case (let old?, let new?): compare(old.branch, new.branch)
    case (nil, let new?):
      sink.add(.create, old: nil, new: .leafs(new.branch, step))
      compare(Branch(), new.branch, isNew: true)
    case (let old?, nil): sink.add(.delete, old: whole(old.branch, step), new: nil)
    case (nil, nil): break
    }
  }

  private mutating func compare(_ old: [Branch.Item], _ new: [Branch.Item], _ node: NodeID) {
    let (before, after) = (old.map(\.value), new.map(\.value))
    if before == after { return }
    if index[node].keepsGivenOrder {
      let (was, now) = (JSONValue.array(before.map(\.json)), JSONValue.array(after.map(\.json)))
      let operation: Change.Operation = after.isEmpty ? .delete : .set
      return add(operation, Keypath.Step(node), old: before.isEmpty ? nil : was, new: after.isEmpty ? nil : now)
    }
    for value in before where !after.contains(value) { add(.delete, Keypath.Step(node, keys: [value])) }
    for value in after where !before.contains(value) { add(.create, Keypath.Step(node, keys: [value])) }
  }

  private mutating func add(
    _ operation: Change.Operation, _ step: Keypath.Step, old: JSONValue? = nil, new: JSONValue? = nil
  ) {
    sink.enter(step)
    sink.add(operation, old: old.map { .json($0) }, new: new.map { .json($0) })
    sink.leave()
  }

  private func whole(_ branch: Branch, _ step: Keypath.Step) -> Content {
    var draft = TreeDraft(index, limit: .max)
    let shown = index[step.node].keys.isEmpty ? Keypath.Step(step.node) : step
    let object = draft.object(branch, shown, index[step.node].module)
    draft.fill()
    return .json(object.json)
  }
}

extension Array {
  /// The element at a place, if there is one.
  fileprivate subscript(safe place: Int) -> Element? { place < count ? self[place] : nil }
}

extension Branch.Content {
  /// The JSON of a leaf or of what nobody looks into.
  fileprivate var scalar: JSONValue? {
    switch self {
    case .leaf(let value): value.json
    case .opaque(let json): json
    case .branch, .list, .leafList: nil
    }
  }
}
