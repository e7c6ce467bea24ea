import JSON
import Yang

/// Carries what a transaction changed over to a newer tree: what it did not touch stays as it is there.
///
/// Where both changed the same leaf, the transaction's value wins. Where services are among the writers, a node keeps
/// the writers that both sides have, and goes only when none is left.
struct ThreeWayMerge {
  let index: SchemaIndex

  /// Merges what is below a container, an entry or the root.
  ///
  /// - Parameters:
  ///   - base: What the transaction began with.
  ///   - mine: What it made of it.
  ///   - theirs: What is in the store now.
  /// - Returns: What the store shall have.
  func merge(_ base: Branch, _ mine: Branch, _ theirs: Branch) -> Branch {
    if mine.isIdentical(to: base) { return theirs }
    if theirs.isIdentical(to: base) { return mine }
    var result = theirs
    for node in Set((base.slots + mine.slots).map(\.node)) {
      guard let slot = merge(base[node], mine[node], theirs[node]) else {
        result.remove(node)
        continue
      }
      result.put(slot)
    }
    // What came newly on this side drives other cases out, also what has just been kept of them.
    for node in mine.slots.map(\.node) where theirs[node] == nil && result[node] != nil {
      result.removeAll { index.excludes(index[node].memberships, $0.node) }
    }
    return result
  }

  private func merge(_ base: Branch.Slot?, _ mine: Branch.Slot?, _ theirs: Branch.Slot?) -> Branch.Slot? {
    guard var slot = mine ?? theirs else { return nil }
    let node = index[slot.node]
    let writers = WriterMerge(base?.trace, mine?.trace, theirs?.trace)
    slot.origin = writers.origin
    switch (mine ?? base ?? slot).content {
    case .leaf, .opaque: return merge(leaf: base, mine, theirs, writers)
    case .branch:
      let below = merge(base?.branch ?? Branch(), mine?.branch ?? Branch(), theirs?.branch ?? Branch())
      slot.content = .branch(below)
      return (node.isPresence ? writers.stays(changedBelow: !below.isEmpty) : !below.isEmpty) ? slot : nil
    case .list:
      let empty = EntryList(isOrderedByUser: node.hasOrderedEntries)
      let list = merge(base?.list ?? empty, mine?.list ?? empty, theirs?.list ?? empty)
      slot.content = .list(list)
      return list.isEmpty ? nil : slot
    case .leafList:
      let items = merge(base?.items ?? [], mine?.items ?? [], theirs?.items ?? [], node)
      slot.content = .leafList(items)
      return items.isEmpty ? nil : slot
    }
  }

  private func merge(
    leaf base: Branch.Slot?, _ mine: Branch.Slot?, _ theirs: Branch.Slot?, _ writers: WriterMerge
  ) -> Branch.Slot? {
    let isMine = base?.value != mine?.value || base?.opaque != mine?.opaque || base?.origin !== mine?.origin
    guard isMine else { return theirs }
    if writers.isTakenBack {
      guard var slot = theirs ?? mine else { return nil }
      slot.origin = writers.origin
      switch writers.original {
      case _ where writers.origin != nil:
        if let value = writers.origin?.writers.last?.value { slot.content = .leaf(value) }
      case .leaf(let value): slot.content = .leaf(value)
      case .present: break
      case .absent: return nil
      }
      return slot
    }
    guard var slot = mine else { return nil }
    slot.origin = writers.origin
    return slot
  }
}

extension ThreeWayMerge {
  private func merge(_ base: EntryList, _ mine: EntryList, _ theirs: EntryList) -> EntryList {
    if mine.isIdentical(to: base) { return theirs }
    if theirs.isIdentical(to: base) { return mine }
    var result = theirs
    mine.entries.difference(from: base.entries) { keys, before, after in
      guard let entry = merge(before, after, theirs[keys]) else {
        result.remove(keys)
        return
      }
      let isPlaced: Void? = result.modify(keys) { present in
        let rank = present.rank
        present = entry
        present.rank = rank
      }
      if isPlaced == nil {
        result.insert(entry, for: keys)
      } else if let before, let after, before.rank != after.rank {
        result.move(keys, behind: mine.predecessor(of: keys).flatMap { result[$0] == nil ? nil : $0 })
      }
    }
    return result
  }

  private func merge(
    _ base: EntryList.Entry?, _ mine: EntryList.Entry?, _ theirs: EntryList.Entry?
  ) -> EntryList.Entry? {
    guard var entry = mine ?? theirs else { return nil }
    func trace(_ entry: EntryList.Entry?) -> WriterMerge.Trace? {
      entry.map { .init(origin: $0.origin, content: .present) }
    }
    let writers = WriterMerge(trace(base), trace(mine), trace(theirs))
    entry.branch = merge(base?.branch ?? Branch(), mine?.branch ?? Branch(), theirs?.branch ?? Branch())
    entry.origin = writers.origin
    return writers.stays(changedBelow: !entry.branch.isEmpty) ? entry : nil
  }

  private func merge(
    _ base: [Branch.Item], _ mine: [Branch.Item], _ theirs: [Branch.Item], _ node: StoreNode
  ) -> [Branch.Item] {
    func trace(_ items: [Branch.Item], _ value: Value) -> WriterMerge.Trace? {
      items.first { $0.value == value }.map { .init(origin: $0.origin, content: .present) }
    }
    func merged(_ value: Value) -> Branch.Item? {
      let writers = WriterMerge(trace(base, value), trace(mine, value), trace(theirs, value))
      return writers.stays(changedBelow: false) ? Branch.Item(value: value, origin: writers.origin) : nil
    }
    let isReordered = node.keepsGivenOrder && base.map(\.value) != mine.map(\.value)
    let (leading, others) = isReordered ? (mine, theirs) : (theirs, mine)
    let known = Set(leading.map(\.value))
    let result = (leading + others.filter { !known.contains($0.value) }).compactMap { merged($0.value) }
    return node.keepsGivenOrder ? result : result.sorted { $0.value.compare($1.value) < 0 }
  }
}

extension Branch.Slot {
  fileprivate var trace: WriterMerge.Trace {
    .init(origin: origin, content: value.map(Origin.Original.leaf) ?? .present)
  }
}
