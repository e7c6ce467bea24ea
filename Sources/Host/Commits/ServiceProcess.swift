import Callpoints
import Datastore
import JSON
import PythonVM
import Yang

/// The run of one service instance within a commit.
///
/// In the order that NSO documents: `pre_modification`, what the last run wrote is taken back, `create` unless the
/// instance is deleted, `post_modification`.
final class ServiceProcess {
  private let change: ServiceChange
  private let commit: Commit
  private var properties: [ServiceRecord.Property] = []

  init(_ change: ServiceChange, in commit: Commit) {
    self.change = change
    self.commit = commit
  }

  private var workspace: Workspace { commit.workspace }
  private var point: String { change.servicepoint }
  private var nanoService: NanoService? { commit.schema.nanoServices[point] }

  /// Runs the callbacks one after the other; at the end the commit goes on.
  func begin() {
    let entry = commit.table[CallpointIdentity(kind: .service, name: point)]
    if nanoService == nil, entry == nil { return commit.fail(.unregistered(point)) }
    properties = workspace.transaction.working.record(of: change.instance)?.properties ?? []
    modify("pre_modification", entry) { [self] in
      map(entry) { [self] in
        modify("post_modification", entry) { [self] in
          if change.operation == .delete {
            workspace.transaction.forget(change.instance)
          } else {
            workspace.transaction.setProperties(properties, of: change.instance)
          }
          commit.ran(change.instance)
        }
      }
    }
  }

  /// Takes back what the last run wrote, and writes anew unless the instance is gone.
  private func map(_ entry: CallpointTable.Entry?, then next: @escaping () -> Void) {
    if let nanoService {
      let process = NanoProcess(
        nanoService, point: point, instance: change.instance, in: commit, properties: properties
      ) { [self] in
        properties = $0
        next()
      }
      if change.operation == .delete { return process.delete() }
      workspace.transaction.takeBack(change.instance)
      return process.create()
    }
    workspace.transaction.takeBack(change.instance)
    guard change.operation != .delete, let entry,
      !entry.callbacks.isDisjoint(with: ["create", "pre_lock_create"])
    else { return next() }
    create(entry, then: next)
  }

  private func modify(_ operation: String, _ entry: CallpointTable.Entry?, then next: @escaping () -> Void) {
    guard let entry, entry.callbacks.contains(operation) else { return next() }
    let number = change.operation.rawValue
    let call = CallbackRunner.ServiceCall(
      operation: operation, instance: change.instance, properties: properties,
      members: { writer in
        writer.key("operation")
        writer.int(number)
      })
    run(entry, call, as: nil, then: next)
  }

  private func create(_ entry: CallpointTable.Entry, then next: @escaping () -> Void) {
    let tree = workspace.transaction.working.tree(at: change.instance) ?? [:]
    let call = CallbackRunner.ServiceCall(
      operation: "create", instance: change.instance, properties: properties,
      members: { writer in
        writer.key("data")
        writer.value(tree)
      })
    run(entry, call, as: ServiceRun(change.instance), then: next)
  }

  private func run(
    _ entry: CallpointTable.Entry, _ call: CallbackRunner.ServiceCall, as run: ServiceRun?,
    then next: @escaping () -> Void
  ) {
    commit.run(entry, call, as: run) { [self] reply in
      if let changed = reply.properties { properties = changed }
      next()
    }
  }
}

extension Commit {
  /// Runs a service's callback and applies what it wrote; a failure ends the commit.
  func run(
    _ entry: CallpointTable.Entry, _ call: CallbackRunner.ServiceCall, as run: ServiceRun?,
    then next: @escaping (CallbackRunner.ServiceReply) -> Void
  ) {
    if hasGivenUp() { return }
    workspace.run = run
    runner.run(entry, call, in: workspace, inside: request.parent) { [self] result in
      do throws(CallError) {
        let reply = try result.get()
        if let writes = reply.writes { try workspace.apply(writes) }
        workspace.run = nil
        try workspace.recordReads(reply.reads)
        next(reply)
      } catch {
        workspace.run = nil
        fail(error)
      }
    }
  }
}

extension Workspace {
  /// Takes note of what a callback has read.
  ///
  /// - Parameter reads: The keypaths.
  /// - Throws: ``CallError`` if one of them is none.
  func recordReads(_ reads: [String]) throws(CallError) {
    do throws(DataError) {
      try transaction.recordReads(reads.map { (path) throws(DataError) in try Keypath(path, in: transaction.index) })
    } catch {
      throw CallError(error)
    }
  }
}
