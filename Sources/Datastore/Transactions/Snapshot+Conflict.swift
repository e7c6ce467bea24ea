import Yang

extension Snapshot {
  /// Finds something that was read and that is different in another snapshot under the same schema.
  ///
  /// - Parameters:
  ///   - reads: What was read.
  ///   - current: The other snapshot.
  /// - Returns: The path of the first difference found, or `nil` if every read would give the same today.
  func firstDifference(in reads: some Sequence<Keypath>, from current: Snapshot) -> Keypath? {
    if root.isIdentical(to: current.root) { return nil }
    return reads.first { differs($0, from: current) }
  }

  private func differs(_ path: Keypath, from current: Snapshot) -> Bool {
    switch (find(path), current.find(path)) {
    case (nil, nil): false
    case (.branch?, .branch?): false
    case (.leaf(let left)?, .leaf(let right)?): left != right
    case (.opaque(let left)?, .opaque(let right)?): left != right
    case (.items(let left)?, .items(let right)?): left.map(\.value) != right.map(\.value)
    case (.list(let left)?, .list(let right)?): left.entriesDiffer(from: right)
    // A list below something that does not exist has no entries, as has an empty one.
    case (.list(let list)?, nil), (nil, .list(let list)?): !list.isEmpty
    case (.items(let items)?, nil), (nil, .items(let items)?): !items.isEmpty
    default: true
    }
  }
}

extension EntryList {
  /// Whether two lists have different entries, or the same in a different order.
  fileprivate func entriesDiffer(from other: EntryList) -> Bool {
    if isIdentical(to: other) { return false }
    if count != other.count { return true }
    var differs = false
    other.entries.difference(from: entries) { _, before, after in
      if before == nil || after == nil { differs = true }
    }
    return differs || !other.moved(since: self).isEmpty
  }
}
