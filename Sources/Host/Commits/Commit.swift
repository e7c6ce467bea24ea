import Callpoints
import Datastore
import JSON
import PythonVM
import Yang

/// One commit: edits, the services they touch, validation, and the moment when all of it becomes the data.
///
/// Owner: the reactor's thread. A commit holds nothing that others wait for except the service instances that its own
/// edits touch. It works on a snapshot; if something that it read has changed by the time it is done, it begins again
/// from the new data, with new requests.
final class Commit {
  /// What is to be committed.
  struct Request {
    /// Makes the edits in a transaction that has none yet.
    let edit: (Transaction) throws(CallError) -> Void
    /// On whose behalf.
    let user: UserSession
    /// Whether to change nothing and only tell what would change.
    var isDryRun = false
    /// The request from inside whose callback it is made, if any.
    var parent: RequestID?
    /// The transaction of a Python session, which has its edits already. It rests on what Python has read, so the commit
    /// cannot begin again on newer data.
    var prepared: Transaction?

    /// Whether it is made from inside a callback, which must not wait for a service instance that its own commit holds.
    var isNested: Bool { parent != nil }
  }

  /// What a commit did, or would do.
  struct Outcome {
    /// The transaction's number.
    let number: UInt64
    /// The data when the transaction began, and what it made of them.
    let before: Snapshot
    let after: Snapshot
    /// What is in the store now.
    let snapshot: Snapshot
  }

  typealias Completion = (Result<Outcome, CallError>) -> Void

  /// How often a commit begins again before it gives up.
  private static let attempts = 10

  let store: Store
  let table: CallpointTable
  let runner: CallbackRunner
  let log: HostLog
  let request: Request
  private let number: UInt64
  private let completion: Completion
  /// What a Python session had written before any service ran.
  private let prepared: Snapshot?

  private(set) var workspace: Workspace
  private var attempt = 0
  /// Where it stands while it waits for service instances.
  private var turn: InstanceTurns.Turn?
  /// Why nobody wants it any more.
  private var abandonment: CallError?
  private var held: Set<Keypath> = []
  /// The service instances that are to run next.
  private var pending: ArraySlice<ServiceChange> = []
  private var isRunningServices = false
  private var mayRunNext = false
  /// The service instances that have run, with how often and what the data were afterwards.
  private var runs: [Keypath: (count: Int, after: Snapshot)] = [:]

  init(
    _ request: Request, number: UInt64, store: Store, table: CallpointTable, runner: CallbackRunner, log: HostLog,
    completion: @escaping Completion
  ) {
    self.request = request
    self.number = number
    self.store = store
    self.table = table
    self.runner = runner
    self.log = log
    self.completion = completion
    prepared = request.prepared?.working
    workspace = Workspace(transaction: Transaction(on: store.snapshot), user: request.user, isWritable: true)
  }

  var schema: Schema { workspace.transaction.index.schema }

  /// Begins; the completion is called once, perhaps before this method returns.
  func begin() {
    do throws(CallError) {
      try prepare()
    } catch {
      return finish(.failure(error))
    }
    guard !request.isNested else { return runNextService() }
    again(holding: Set(workspace.transaction.changedServiceInstances().map(\.instance)))
  }

  /// Works on the data as they are once no other commit has some service instances in hand.
  private func again(holding touched: Set<Keypath>) {
    store.turns.release(held)
    held = []
    turn = store.turns.acquire(touched) { [self] in
      held = touched
      again()
    }
  }

  /// Nobody waits for the outcome any more: gives up before anything is applied.
  ///
  /// What waits in a queue is withdrawn. A callback that runs is not interrupted; the service instances are held until it
  /// has ended, so that the next commit's callbacks do not run beside it.
  func abandon(because error: CallError) {
    guard abandonment == nil else { return }
    abandonment = error
    if let turn, store.turns.withdraw(turn) { return finish(.failure(error)) }
    runner.withdraw()
  }

  /// Works on the data as they are now.
  private func again() {
    attempt += 1
    do throws(CallError) {
      try prepare()
    } catch {
      return finish(.failure(error))
    }
    runNextService()
  }

  private func prepare() throws(CallError) {
    runs = [:]
    pending = []
    let transaction = request.prepared ?? Transaction(on: store.snapshot)
    workspace = Workspace(transaction: transaction, user: request.user, isWritable: true)
    try request.edit(transaction)
    // A service is not called with input that its own model refuses.
    let services = transaction.changedServiceInstances().filter { $0.operation != .delete }
    if !services.isEmpty { try workspace.validate(only: services.map(\.instance)) }
  }

  func fail(_ error: CallError) { finish(.failure(error)) }

  /// Ends the commit if nobody wants it any more.
  func hasGivenUp() -> Bool {
    guard let abandonment else { return false }
    fail(abandonment)
    return true
  }

  private func finish(_ result: Result<Outcome, CallError>) {
    store.turns.release(held)
    held = []
    // A session goes on with what it wrote itself; what services wrote for a commit that did not happen is not part of it.
    if let prepared, request.isDryRun || result.isFailure { request.prepared?.restore(prepared) }
    completion(result)
  }

  // MARK: Services

  /// Runs the service instances that have changed one after the other, and then goes on to validation.
  ///
  /// An instance that has run runs again if another service has changed it since. Instances without callbacks are over
  /// before their turn returns: they are taken in a loop, as a stack has no room for many thousands of them.
  private func runNextService() {
    guard !isRunningServices else {
      mayRunNext = true
      return
    }
    isRunningServices = true
    repeat {
      mayRunNext = false
      runOneService()
    } while mayRunNext
    isRunningServices = false
  }

  private func runOneService() {
    if hasGivenUp() { return }
    guard let change = nextService() else { return validatePoints() }
    guard runs[change.instance]?.count ?? 0 < Self.attempts else {
      let text = change.instance.text(in: workspace.transaction.index)
      return fail(CallError(.callbackError, "services change \(text) again and again"))
    }
    ServiceProcess(change, in: self).begin()
  }

  /// A service instance has run: goes on with the next.
  func ran(_ instance: Keypath) {
    runs[instance] = (1 + (runs[instance]?.count ?? 0), workspace.transaction.working)
    runNextService()
  }

  /// The next instance of those that were found last; they are looked for again when all of them have run.
  private func nextService() -> ServiceChange? {
    while true {
      if pending.isEmpty { pending = workspace.transaction.changedServiceInstances().filter(mustRun)[...] }
      guard let change = pending.popFirst() else { return nil }
      // A service that ran since may have made or deleted it.
      if let change = workspace.transaction.present(change) { return change }
    }
  }

  private func mustRun(_ change: ServiceChange) -> Bool {
    guard let run = runs[change.instance] else { return true }
    return workspace.transaction.working.serviceChanges(since: run.after).contains { $0.instance == change.instance }
  }

  // MARK: Validation

  private func validatePoints() {
    let calls = ValidationCalls(of: workspace.transaction).all
    guard !calls.isEmpty else { return complete() }
    var open = calls.count
    var failures: [CallError] = []
    for call in calls {
      guard let entry = table[CallpointIdentity(kind: .validation, name: call.point)] else {
        return fail(.unregistered(call.point))
      }
      runner.validate(
        entry, point: call.point, path: call.path.text(in: workspace.transaction.index), value: call.value,
        in: workspace, inside: request.parent
      ) { [self] result in
        open -= 1
        switch result {
        case .failure(let error): failures.append(error)
        case .success(let warning?):
          let path = call.path.text(in: workspace.transaction.index)
          log.write(.note, ["callpoint": entry.identity, "path": path, "warning": warning])
        case .success(nil): break
        }
        guard open == 0 else { return }
        if let failure = failures.first { fail(failure) } else { complete() }
      }
    }
  }

  private func complete() {
    if hasGivenUp() { return }
    do throws(CallError) {
      try workspace.validate()
    } catch {
      return fail(error)
    }
    // Their model is that under which it began, which a reload may have replaced since.
    let (before, after) = (workspace.transaction.base, workspace.transaction.working)
    if request.isDryRun {
      return finish(.success(Outcome(number: number, before: before, after: after, snapshot: store.snapshot)))
    }
    do throws(DataError) {
      store.snapshot = try workspace.transaction.committed(onto: store.snapshot)
    } catch {
      return conflicted(error)
    }
    finish(.success(Outcome(number: number, before: before, after: after, snapshot: store.snapshot)))
  }

  /// Begins again, as another commit has changed what this one rests on.
  ///
  /// Commits that met at a service instance have it one after the other from now on, whichever service wrote it.
  private func conflicted(_ error: DataError) {
    guard request.prepared == nil, attempt < Self.attempts else {
      let message = "Conflict detected (70): transaction \(number): \(error)"
      return fail(CallError(.conflict, message, errno: 70))
    }
    if request.isNested { again() } else { again(holding: held.union(runs.keys)) }
  }
}

extension CallError {
  /// Nobody has registered a point.
  static func unregistered(_ point: String) -> CallError {
    CallError(.unknownCallpoint, "no registration found for callpoint \(point)")
  }
}

extension Result {
  fileprivate var isFailure: Bool { if case .failure = self { true } else { false } }
}
