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
      if theirs[node] == nil { result.removeAll { index.excludes(index.memberships(of: node), $0.node) } }
      result.put(slot)
    }
    return result
  }

  private func merge(_ base: Branch.Slot?, _ mine: Branch.Slot?, _ theirs: Branch.Slot?) -> Branch.Slot? {
    guard let present = mine ?? theirs else { return nil }
    let origin = merge(base?.origin, mine?.origin, theirs?.origin)
    let node = index[present.node]
    var slot = present
    slot.origin = origin
    switch (mine ?? base ?? present).content {
    case .leaf, .opaque: return merge(leaf: base, mine, theirs, origin)
    case .branch:
      let below = merge(base?.branch ?? Branch(), mine?.branch ?? Branch(), theirs?.branch ?? Branch())
      slot.content = .branch(below)
      if node.isPresence {
        return stays(base != nil, mine != nil, theirs != nil, base, mine, theirs, origin) ? slot : nil
      }
      return below.isEmpty ? nil : slot
    case .list:
      let empty = EntryList(isOrderedByUser: node.isOrderedByUser || node.keys.isEmpty)
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
    leaf base: Branch.Slot?, _ mine: Branch.Slot?, _ theirs: Branch.Slot?, _ origin: Origin?
  ) -> Branch.Slot? {
    let isMine = base?.value != mine?.value || base?.opaque != mine?.opaque || base?.origin !== mine?.origin
    guard isMine else { return theirs }
    if var slot = mine {
      slot.origin = origin
      return slot
    }
    // Taken back here, but written by one more service there.
    guard var slot = theirs, let origin, base?.origin != nil else { return nil }
    slot.origin = origin
    if let value = origin.writers.last?.value { slot.content = .leaf(value) }
    return slot
  }

  /// Whether a node without a value is there after the merge.
  private func stays(
    _ wasThere: Bool, _ isMine: Bool, _ isTheirs: Bool, _ base: Branch.Slot?, _ mine: Branch.Slot?,
    _ theirs: Branch.Slot?, _ origin: Origin?
  ) -> Bool {
    if isMine { return isTheirs || !wasThere || isChanged(base, mine) }
    return isTheirs && (!wasThere || origin != nil && base?.origin != nil)
  }

  private func isChanged(_ base: Branch.Slot?, _ mine: Branch.Slot?) -> Bool {
    guard let base, let mine else { return true }
    return base.origin !== mine.origin || !(base.branch ?? Branch()).isIdentical(to: mine.branch ?? Branch())
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
    let origin = merge(base?.origin, mine?.origin, theirs?.origin)
    let branch = merge(base?.branch ?? Branch(), mine?.branch ?? Branch(), theirs?.branch ?? Branch())
    guard var entry = mine ?? theirs else { return nil }
    entry.branch = branch
    entry.origin = origin
    switch (base, mine, theirs) {
    case (_, _?, _?), (nil, _?, nil), (nil, nil, _?): return entry
    case (let base?, let mine?, nil):
      let isChanged = base.origin !== mine.origin || !base.branch.isIdentical(to: mine.branch)
      return isChanged ? entry : nil
    case (let base?, nil, _?): return origin != nil && base.origin != nil ? entry : nil
    case (_, nil, nil): return nil
    }
  }

  private func merge(
    _ base: [Branch.Item], _ mine: [Branch.Item], _ theirs: [Branch.Item], _ node: SchemaNode
  ) -> [Branch.Item] {
    func item(_ items: [Branch.Item], _ value: Value) -> Branch.Item? { items.first { $0.value == value } }
    let isReplaced = node.keepsGivenOrder && base.map(\.value) != mine.map(\.value)
    var result: [Branch.Item] = []
    for one in isReplaced ? mine + theirs.filter({ item(mine, $0.value) == nil }) : theirs {
      let (before, own, other) = (item(base, one.value), item(mine, one.value), item(theirs, one.value))
      var kept = one
      kept.origin = merge(before?.origin, own?.origin, other?.origin)
      if own != nil || before == nil || before?.origin != nil && kept.origin != nil { result.append(kept) }
    }
    if isReplaced { return result }
    for one in mine where item(base, one.value) == nil && item(theirs, one.value) == nil {
      let place = node.keepsGivenOrder ? nil : result.firstIndex { $0.value.compare(one.value) > 0 }
      result.insert(one, at: place ?? result.endIndex)
    }
    return result
  }

  /// Merges writers: theirs, less those that were taken back here, and those that came here.
  private func merge(_ base: Origin?, _ mine: Origin?, _ theirs: Origin?) -> Origin? {
    if mine === base { return theirs }
    if theirs === base { return mine }
    let gone = Set((base?.writers ?? []).map(\.run)).subtracting((mine?.writers ?? []).map(\.run))
    let own = Set((mine?.writers ?? []).map(\.run))
    let writers =
      (theirs?.writers ?? []).filter { !gone.contains($0.run) && !own.contains($0.run) }
      + (mine?.writers ?? [])
    guard let original = (theirs ?? mine)?.original, !writers.isEmpty else { return nil }
    return Origin(writers: writers, original: original)
  }
}

extension Branch.Slot {
  fileprivate var value: Value? { if case .leaf(let value) = content { value } else { nil } }
  fileprivate var opaque: JSONValue? { if case .opaque(let json) = content { json } else { nil } }
  fileprivate var branch: Branch? { if case .branch(let branch) = content { branch } else { nil } }
  fileprivate var list: EntryList? { if case .list(let list) = content { list } else { nil } }
  fileprivate var items: [Branch.Item]? { if case .leafList(let items) = content { items } else { nil } }
}
