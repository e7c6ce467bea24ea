/// Changes to a snapshot that are not in the store yet.
///
/// A transaction belongs to one thread. What it was given as a base and what it works on are snapshots, and can be read by
/// any thread.
package final class Transaction {
  /// The content when the transaction began.
  package let base: Snapshot
  /// The content with the changes made so far; a copy serves as a mark to go back to.
  package private(set) var working: Snapshot
  /// Whether state data is written, and no configuration (`db=operational`).
  package let isOperational: Bool
  /// What was read, and must not have changed when the transaction is committed.
  package private(set) var reads: Set<Keypath> = []

  /// Begins a transaction.
  ///
  /// - Parameters:
  ///   - base: The content to begin with.
  ///   - isOperational: Whether state data is written, and no configuration.
  package init(on base: Snapshot, isOperational: Bool = false) {
    self.base = base
    working = base
    self.isOperational = isOperational
  }

  /// The schema with what follows from it.
  package var index: SchemaIndex { base.index }

  /// Goes back to a state that ``working`` had.
  ///
  /// - Parameter mark: What ``working`` was then.
  package func restore(_ mark: Snapshot) { working = mark }

  /// Notes that nodes were read: a leaf's value, whether an entry or container exists, which entries a list has.
  ///
  /// - Parameter paths: The paths that were read.
  package func recordReads(_ paths: some Sequence<Keypath>) { reads.formUnion(paths) }

  /// Keeps the proplist of a service instance.
  ///
  /// - Parameters:
  ///   - properties: The properties in order.
  ///   - instance: The instance's path.
  package func setProperties(_ properties: [ServiceRecord.Property], of instance: Keypath) {
    changeRecord(of: instance) { $0.properties = properties }
  }

  /// Changes what is remembered of a service instance.
  func changeRecord(of instance: Keypath, _ change: (inout ServiceRecord) -> Void) {
    guard working.records.modify(instance, change) == nil else { return }
    var record = ServiceRecord()
    change(&record)
    working.records.insert(record, for: instance)
  }

  /// Changes the tree; if that fails, the tree is what it was before.
  ///
  /// - Parameters:
  ///   - run: The service that writes, or `nil` for a user.
  ///   - body: Is given the editor and the tree.
  /// - Throws: What `body` throws.
  func edit(
    as run: ServiceRun?, _ body: (TreeEditor, inout Branch) throws(DataError) -> Void
  ) throws(DataError) {
    let editor = TreeEditor(index, base: base.root, run: run, isOperational: isOperational)
    let before = working.root
    do { try body(editor, &working.root) } catch {
      working.root = before
      throw error
    }
    guard let run, !editor.steps.isEmpty else { return }
    changeRecord(of: run.instance) { record in
      if let place = record.runs.firstIndex(where: { $0.run == run }) {
        record.runs[place].steps += editor.steps
      } else {
        record.runs.append(ServiceRecord.Run(run: run, steps: editor.steps))
      }
    }
  }

  /// Forgets a service instance that is gone: its proplist and what is left of its runs.
  ///
  /// - Parameter instance: The instance's path.
  package func forget(_ instance: Keypath) { working.records.remove(instance) }

  /// Undoes what the last runs of a service instance wrote, its nano states included.
  ///
  /// - Parameter instance: The instance's path; it need not exist any more.
  package func takeBack(_ instance: Keypath) {
    for run in working.records[instance]?.runs.reversed() ?? [] { takeBack(run.run) }
  }

  /// Undoes what one run wrote.
  ///
  /// A node goes with its last writer, or gets back what was there before the first one; while others are left, a leaf has the
  /// value of the latest of them. What the run deleted comes back.
  ///
  /// - Parameter run: The run.
  package func takeBack(_ run: ServiceRun) {
    guard let place = working.records[run.instance]?.runs.firstIndex(where: { $0.run == run }) else { return }
    var steps: [ServiceRecord.Step] = []
    working.records.modify(run.instance) { steps = $0.runs.remove(at: place).steps }
    let editor = TreeEditor(index, base: base.root, run: nil, isOperational: false)
    let revival = Revival(working.records, undoing: run)
    for step in steps.reversed() { editor.undo(step, of: run, in: &working.root, revival) }
  }
}
