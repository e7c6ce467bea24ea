extension Transaction {
  /// What is different from the transaction's beginning.
  package var changes: [Change] { working.changes(since: base) }

  /// The service instances that came, changed or went since the transaction began.
  package func changedServiceInstances() -> [ServiceChange] { working.serviceChanges(since: base) }

  /// Finds out whether something that was read has changed since the transaction began.
  ///
  /// A transaction that changes nothing never conflicts, and the caller need not ask.
  ///
  /// - Parameter current: What is in the store now.
  /// - Returns: The path of something that was read and is different now, or of a service instance that ran here and there; `nil` if
  ///   the transaction may be committed.
  package func conflict(with current: Snapshot) -> Keypath? {
    base.firstDifference(in: reads, from: current) ?? recordChangedTwice(in: current)
  }

  /// The content that the store has after the transaction.
  ///
  /// - Parameter current: What is in the store now, which may be newer than ``base``.
  /// - Returns: The newer content with this transaction's changes; where both changed a leaf, this one's value.
  /// - Throws: ``DataError`` of kind `conflict` if something that was read has changed.
  package func committed(onto current: Snapshot) throws(DataError) -> Snapshot {
    if let path = conflict(with: current) {
      throw DataError(
        .conflict, .conflict, at: path.text(in: index), "was changed by another transaction after it was read")
    }
    var result = current
    result.root = ThreeWayMerge(index: index).merge(base.root, working.root, current.root)
    working.records.difference(from: base.records) { instance, before, after in
      if Self.isSame(before, after) { return }
      if let after { result.records.insert(after, for: instance) } else { result.records.remove(instance) }
    }
    return result
  }

  private func recordChangedTwice(in current: Snapshot) -> Keypath? {
    var mine: Set<Keypath> = []
    working.records.difference(from: base.records) { instance, before, after in
      if !Self.isSame(before, after) { mine.insert(instance) }
    }
    if mine.isEmpty { return nil }
    var found: Keypath?
    current.records.difference(from: base.records) { instance, before, after in
      if found == nil, mine.contains(instance), !Self.isSame(before, after) { found = instance }
    }
    return found
  }

  private static func isSame(_ left: ServiceRecord?, _ right: ServiceRecord?) -> Bool {
    left?.properties == right?.properties && left?.runs.count == right?.runs.count
      && zip(left?.runs ?? [], right?.runs ?? []).allSatisfy { $0.run == $1.run && $0.steps.isIdentical(to: $1.steps) }
  }
}
