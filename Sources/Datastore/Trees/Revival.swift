/// What may come back of the things that a service run deleted.
///
/// Among them may be nodes of other services. A service that was taken back while its nodes were away could not undo them,
/// so they must not come back in its name.
final class Revival {
  private let records: SortedMap<Keypath, ServiceRecord>
  private let undone: ServiceRun
  private var written: [ServiceRun: Set<Keypath>] = [:]

  /// Prepares to tell.
  ///
  /// - Parameters:
  ///   - records: What is remembered of service instances.
  ///   - run: The run that is undone, and which will find its own nodes later.
  init(_ records: SortedMap<Keypath, ServiceRecord>, undoing run: ServiceRun) {
    self.records = records
    undone = run
  }

  /// The part of what was deleted that somebody still wants.
  ///
  /// - Parameters:
  ///   - removed: What was deleted.
  ///   - path: Where it was.
  /// - Returns: The part, or `nil` if there is none.
  func alive(_ removed: ServiceRecord.Removed, at path: Keypath) -> ServiceRecord.Removed? {
    switch removed {
    case .slot(let slot): alive(slot, path.parent).map { .slot($0) }
    case .entry(let entry): alive(entry, path).map { .entry($0) }
    case .item(let item): alive(item, path).map { .item($0) }
    }
  }

  private func alive(_ slot: Branch.Slot, _ parent: Keypath) -> Branch.Slot? {
    let path = parent.appending(slot.node)
    var result = slot
    switch alive(slot.origin, path) {
    case .kept(let origin):
      result.origin = origin
      if slot.origin !== origin, let value = origin?.writers.last?.value { result.content = .leaf(value) }
    case .reverted(.absent): return nil
    case .reverted(.present): result.origin = nil
    case .reverted(.leaf(let value)):
      result.origin = nil
      result.content = .leaf(value)
    }
    switch result.content {
    case .leaf, .opaque: return result
    case .branch(let branch): result.content = .branch(alive(branch, path))
    case .leafList(let items):
      let kept = items.compactMap { alive($0, parent.appending(slot.node, keys: [$0.value])) }
      if kept.isEmpty { return nil }
      result.content = .leafList(kept)
    case .list(let list):
      var kept = EntryList(isOrderedByUser: list.isOrderedByUser)
      for (keys, entry) in list.elements() {
        if let entry = alive(entry, parent.appending(slot.node, keys: keys)) { kept.insert(entry, for: keys) }
      }
      if kept.isEmpty { return nil }
      result.content = .list(kept)
    }
    return result
  }

  private func alive(_ branch: Branch, _ path: Keypath) -> Branch {
    var result = Branch()
    for slot in branch.slots { if let slot = alive(slot, path) { result.put(slot) } }
    return result
  }

  private func alive(_ entry: EntryList.Entry, _ path: Keypath) -> EntryList.Entry? {
    var result = entry
    switch alive(entry.origin, path) {
    case .kept(let origin): result.origin = origin
    case .reverted(.absent): return nil
    case .reverted: result.origin = nil
    }
    result.branch = alive(entry.branch, path)
    return result
  }

  private func alive(_ item: Branch.Item, _ path: Keypath) -> Branch.Item? {
    switch alive(item.origin, path) {
    case .kept(let origin): Branch.Item(value: item.value, origin: origin)
    case .reverted(.absent): nil
    case .reverted: Branch.Item(value: item.value)
    }
  }

  private enum Fate {
    case kept(Origin?)
    case reverted(Origin.Original)
  }

  private func alive(_ origin: Origin?, _ path: Keypath) -> Fate {
    guard let origin else { return .kept(nil) }
    let writers = origin.writers.filter { $0.run == undone || paths(of: $0.run).contains(path) }
    if writers.count == origin.writers.count { return .kept(origin) }
    return writers.isEmpty ? .reverted(origin.original) : .kept(Origin(writers: writers, original: origin.original))
  }

  private func paths(of run: ServiceRun) -> Set<Keypath> {
    if let known = written[run] { return known }
    let steps = records[run.instance]?.runs.first { $0.run == run }?.steps ?? []
    let paths = Set(steps.compactMap { if case .wrote(let path) = $0 { path } else { nil } })
    written[run] = paths
    return paths
  }
}
