import JSON
import Yang

extension Snapshot {
  /// What is different from an earlier snapshot under the same schema.
  ///
  /// - Parameter old: The earlier snapshot.
  /// - Returns: One change for each leaf that is set or gone, and one for each entry or presence container that came or went; a new
  ///   entry's change shows its leafs, and changes for what else is below follow it. In schema and key order.
  package func changes(since old: Snapshot) -> [Change] {
    var finder = ChangeFinder(index)
    finder.compare(old.root, root, at: [])
    return finder.changes
  }
}

/// Finds the differences between two trees, and steps over what they share.
private struct ChangeFinder {
  let index: SchemaIndex
  var changes: [Change] = []

  init(_ index: SchemaIndex) { self.index = index }

  /// Compares the content of two containers or entries, or of nothing with one of them.
  mutating func compare(_ old: Branch, _ new: Branch, at path: [Keypath.Step], isNew: Bool = false) {
    if old.isIdentical(to: new) { return }
    var before = old.slots[...]
    var after = new.slots[...]
    while let place = [before.first?.place, after.first?.place].compactMap({ $0 }).min() {
      let left = before.first.flatMap { $0.place == place ? $0 : nil }
      let right = after.first.flatMap { $0.place == place ? $0 : nil }
      if left != nil { before.removeFirst() }
      if right != nil { after.removeFirst() }
      compare(left, right, at: path, isNew: isNew)
    }
  }

  private mutating func compare(_ old: Branch.Slot?, _ new: Branch.Slot?, at path: [Keypath.Step], isNew: Bool) {
    guard let node = (old ?? new)?.node else { return }
    let step = Keypath.Step(node)
    switch (old?.content, new?.content) {
    case (.branch(let left)?, .branch(let right)?): compare(left, right, at: path + [step])
    case (.list(let left)?, .list(let right)?): compare(left, right, node, at: path)
    case (.leafList(let left)?, .leafList(let right)?): compare(left, right, node, at: path)
    case (nil, .branch(let right)?):
      let below = path + [step]
      if index[node].isPresence { add(.create, below, new: leafs(of: right, step)) }
      compare(Branch(), right, at: below, isNew: index[node].isPresence)
    case (.branch(let left)?, nil):
      if index[node].isPresence {
        add(.delete, path + [step], old: whole(left, step))
      } else {
        compare(left, Branch(), at: path + [step])
      }
    case (nil, .list(let right)?): compare(emptyList(like: right), right, node, at: path)
    case (.list(let left)?, nil): compare(left, emptyList(like: left), node, at: path)
    case (nil, .leafList(let right)?): if !isNew { compare([], right, node, at: path) }
    case (.leafList(let left)?, nil): compare(left, [], node, at: path)
    default:
      let (before, after) = (old?.content.scalar, new?.content.scalar)
      guard before != after else { return }
      if new == nil {
        add(.delete, path + [step], old: before)
      } else if !isNew {
        add(.set, path + [step], old: before, new: after)
      }
    }
  }

  private func emptyList(like list: EntryList) -> EntryList { EntryList(isOrderedByUser: list.isOrderedByUser) }

  private mutating func compare(_ old: EntryList, _ new: EntryList, _ node: NodeID, at path: [Keypath.Step]) {
    if old.isIdentical(to: new) { return }
    var different: [(keys: [Value], before: EntryList.Entry?, after: EntryList.Entry?)] = []
    new.entries.difference(from: old.entries) { different.append(($0, $1, $2)) }
    // New entries of a list that is ordered by user are told in their order, so that few of them have to be moved.
    if new.isOrderedByUser { different.sort { ($0.after?.rank ?? 0) < ($1.after?.rank ?? 0) } }
    for (keys, before, after) in different {
      let step = Keypath.Step(node, keys: keys)
      switch (before, after) {
      case (let before?, let after?): compare(before.branch, after.branch, at: path + [step])
      case (nil, let after?):
        add(.create, path + [step], new: leafs(of: after.branch, step))
        compare(Branch(), after.branch, at: path + [step], isNew: true)
      case (let before?, nil): add(.delete, path + [step], old: whole(before.branch, step))
      case (nil, nil): break
      }
    }
    for keys in new.moved(since: old) {
      let other = new.predecessor(of: keys)
      add(.move, path + [Keypath.Step(node, keys: keys)], new: other.map { .string(Keypath.text(of: $0)) })
    }
  }

  private mutating func compare(_ old: [Branch.Item], _ new: [Branch.Item], _ node: NodeID, at path: [Keypath.Step]) {
    let (before, after) = (old.map(\.value), new.map(\.value))
    if before == after { return }
    if index[node].keepsGivenOrder {
      let step = path + [Keypath.Step(node)]
      if after.isEmpty {
        add(.delete, step, old: .array(before.map(\.json)))
      } else {
        add(.set, step, old: before.isEmpty ? nil : .array(before.map(\.json)), new: .array(after.map(\.json)))
      }
      return
    }
    for value in before where !after.contains(value) { add(.delete, path + [Keypath.Step(node, keys: [value])]) }
    for value in after where !before.contains(value) { add(.create, path + [Keypath.Step(node, keys: [value])]) }
  }

  private mutating func add(
    _ operation: Change.Operation, _ path: [Keypath.Step], old: JSONValue? = nil, new: JSONValue? = nil
  ) {
    changes.append(Change(operation: operation, path: Keypath(path), old: old, new: new))
  }

  /// The keys, leafs and leaf-lists of a new entry or container.
  private func leafs(of branch: Branch, _ step: Keypath.Step) -> JSONValue {
    let module = index[step.node].module
    var object = JSONObject()
    for (key, value) in zip(index[step.node].keys, step.keys) {
      object[index.memberName(of: key, in: module)] = value.json
    }
    for slot in branch.slots {
      guard let value = slot.content.scalar ?? slot.items.map({ .array($0.map(\.value.json)) }) else { continue }
      object[index.memberName(of: slot.node, in: module)] = value
    }
    return .object(object)
  }

  private func whole(_ branch: Branch, _ step: Keypath.Step) -> JSONValue {
    var draft = TreeDraft(index, limit: .max)
    let object = draft.object(branch, shown(step), index[step.node].module)
    draft.fill()
    return object.json
  }

  private func shown(_ step: Keypath.Step) -> Keypath.Step {
    index[step.node].keys.isEmpty ? Keypath.Step(step.node) : step
  }
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

extension EntryList {
  /// The entries that do not stand where they would if the old ones had kept their order and the new ones had been appended:
  /// as few as explain the order.
  ///
  /// - Parameter old: The list before.
  /// - Returns: The keys, in the new order.
  func moved(since old: EntryList) -> [[Value]] {
    guard isOrderedByUser else { return [] }
    if entries.root.isIdentical(to: old.entries.root) { return [] }
    let kept = old.elements().map(\.keys).filter { self[$0] != nil }
    let before = kept + elements().map(\.keys).filter { old[$0] == nil }
    let places = Dictionary(before.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let common = elements().map(\.keys).compactMap { keys in places[keys].map { (keys: keys, place: $0) } }
    let inOrder = Self.longestIncreasing(common.map(\.place))
    return common.enumerated().filter { !inOrder.contains($0.offset) }.map(\.element.keys)
  }

  /// The offsets of a longest increasing part of a sequence of different numbers.
  private static func longestIncreasing(_ numbers: [Int]) -> Set<Int> {
    var tails: [Int] = []
    var previous = [Int?](repeating: nil, count: numbers.count)
    for (offset, number) in numbers.enumerated() {
      var (place, end) = (0, tails.count)
      while place < end {
        let middle = (place + end) / 2
        if numbers[tails[middle]] < number { place = middle + 1 } else { end = middle }
      }
      previous[offset] = place > 0 ? tails[place - 1] : nil
      if place < tails.endIndex { tails[place] = offset } else { tails.append(offset) }
    }
    var kept: Set<Int> = []
    var next = tails.last
    while let offset = next {
      kept.insert(offset)
      next = previous[offset]
    }
    return kept
  }
}
