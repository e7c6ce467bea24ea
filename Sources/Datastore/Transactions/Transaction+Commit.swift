extension Transaction {
  /// What is different from the transaction's beginning.
  package var changes: [Change] { working.changes(since: base) }

  /// The service instances that came, changed or went since the transaction began.
  package func changedServiceInstances() -> [ServiceChange] { working.serviceChanges(since: base) }

  /// What has become of the change of a service instance by now.
  ///
  /// - Parameter change: The change, as it was found earlier in this transaction.
  /// - Returns: The change with its present operation, or `nil` if the instance neither was there before nor is now.
  package func present(_ change: ServiceChange) -> ServiceChange? {
    let operation: ServiceChange.Operation
    switch (base.exists(at: change.instance), working.exists(at: change.instance)) {
    case (false, false): return nil
    case (false, true): operation = .create
    case (true, true): operation = .update
    case (true, false): operation = .delete
    }
    return ServiceChange(instance: change.instance, servicepoint: change.servicepoint, operation: operation)
  }

  /// Finds out whether the transaction must begin again on newer data.
  ///
  /// A transaction that changes nothing never conflicts, and the caller need not ask.
  ///
  /// - Parameter current: What is in the store now.
  /// - Returns: The path of something that was read and is different now, of a service instance that ran here and there,
  ///   of one that both together would leave as its service saw it neither here nor there, or of a rule of the model that
  ///   only both together break; the root if the model is another one now; `nil` if the transaction may be committed.
  package func conflict(with current: Snapshot) -> Keypath? {
    if current.index !== index { return .root }
    return staleBasis(in: current) ?? clash(in: merged(onto: current), over: current)
  }

  /// The content that the store has after the transaction.
  ///
  /// - Parameter current: What is in the store now, which may be newer than ``base``.
  /// - Returns: The newer content with this transaction's changes; where both changed a leaf, this one's value.
  /// - Throws: ``DataError`` of kind `conflict` if the transaction must begin again, see ``conflict(with:)``.
  package func committed(onto current: Snapshot) throws(DataError) -> Snapshot {
    guard current.index === index else {
      throw DataError(.conflict, .conflict, at: "/", "the data model has changed since the transaction began")
    }
    if let path = staleBasis(in: current) { throw conflict(at: path) }
    let result = merged(onto: current)
    if let path = clash(in: result, over: current) { throw conflict(at: path) }
    return result
  }

  private func conflict(at path: Keypath) -> DataError {
    DataError(.conflict, .conflict, at: path.text(in: index), "was changed by another transaction after it was read")
  }

  private func merged(onto current: Snapshot) -> Snapshot {
    var result = current
    result.root = ThreeWayMerge(index: index).merge(base.root, working.root, current.root)
    working.records.difference(from: base.records) { instance, before, after in
      if Self.isSame(before, after) { return }
      if let after { result.records.insert(after, for: instance) } else { result.records.remove(instance) }
    }
    return result
  }

  private func staleBasis(in current: Snapshot) -> Keypath? {
    base.firstDifference(in: reads, from: current) ?? recordChangedTwice(in: current)
  }

  /// What is wrong only because of both transactions together.
  private func clash(in merged: Snapshot, over current: Snapshot) -> Keypath? {
    if current.root.isIdentical(to: base.root) { return nil }
    return unseenInstance(in: merged, over: current) ?? brokenRule(in: merged, over: current)
  }

  /// A rule of the model that the transaction kept, and that what both leave breaks.
  private func brokenRule(in merged: Snapshot, over current: Snapshot) -> Keypath? {
    if isOperational { return nil }
    var validator = Validator(current, merged)
    validator.check()
    return validator.firstFailure
  }

  /// A service instance whose service has run neither here nor there on what both transactions together leave.
  ///
  /// Two transactions that each take back one of an entry's last two writers are such a case: the entry goes, and what
  /// its own service wrote would stay.
  private func unseenInstance(in merged: Snapshot, over current: Snapshot) -> Keypath? {
    let changed = Set(merged.serviceChanges(since: current).map(\.instance))
    if changed.isEmpty { return nil }
    return merged.serviceChanges(since: working).map(\.instance).first(where: changed.contains)
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
