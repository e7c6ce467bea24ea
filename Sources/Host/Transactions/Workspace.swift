import Callpoints
import Datastore
import JSON
import PythonVM

/// A transaction with a number, as callbacks and Python's own sessions see it.
///
/// Owner: the reactor's thread.
final class Workspace {
  /// What has been read and written.
  let transaction: Transaction
  /// On whose behalf.
  let user: UserSession
  /// Whether writes are allowed.
  let isWritable: Bool
  /// The service run that writes, while one does.
  var run: ServiceRun?

  init(transaction: Transaction, user: UserSession, isWritable: Bool) {
    self.transaction = transaction
    self.user = user
    self.isWritable = isWritable
  }

  /// Applies a write log.
  ///
  /// - Parameter writes: The writes, as the wire has them.
  /// - Throws: ``CallError`` if one is refused; none is applied then.
  func apply(_ writes: [JSONValue]) throws(CallError) {
    guard !writes.isEmpty else { return }
    try write { (run) throws(DataError) in try transaction.apply(.array(writes), as: run) }
  }

  /// Applies a write log.
  ///
  /// - Parameter writes: The text of the writes, of which there are some.
  /// - Throws: ``CallError`` if one is refused; none is applied then.
  func apply(_ writes: UnsafeRawBufferPointer) throws(CallError) {
    try write { (run) throws(DataError) in try transaction.apply(writes, as: run) }
  }

  private func write(_ body: (ServiceRun?) throws(DataError) -> Void) throws(CallError) {
    guard isWritable else {
      throw CallError(.invalidRequest, "the transaction is read-only", errno: 4)
    }
    do throws(DataError) { try body(run) } catch { throw CallError(error) }
  }
}

extension Workspace {
  /// Checks what the transaction would leave behind against the rules of the model.
  ///
  /// - Parameter instances: Service instances to confine the check to, or `nil` for everything.
  /// - Throws: ``CallError`` that names every rule that it breaks, one a line.
  func validate(only instances: [Keypath]? = nil) throws(CallError) {
    let places = instances?.map { $0.text(in: transaction.index) }
    let errors = transaction.validate().filter { error in
      places.map { $0.contains { error.path.hasPrefix($0) } } ?? true
    }
    guard let first = errors.first.map({ CallError($0) }) else { return }
    throw CallError(first.kind, errors.map { "\($0)" }.joined(separator: "\n"), errno: first.errno)
  }

  /// Applies writes to state data, which the host itself keeps: the plan of a nano service.
  ///
  /// - Parameter writes: The writes, as the wire has them.
  /// - Throws: ``CallError`` if one is refused.
  func applyState(_ writes: [JSONValue]) throws(CallError) {
    let state = Transaction(on: transaction.working, isOperational: true)
    do throws(DataError) {
      try state.apply(.array(writes))
    } catch {
      throw CallError(error)
    }
    transaction.restore(state.working)
  }
}

extension CallError {
  /// What a client is told about data that are not allowed.
  init(_ error: DataError) {
    let kind = CallError.Kind(rawValue: error.kind.rawValue) ?? .invalidRequest
    self.init(kind, "\(error)", errno: error.code.rawValue)
  }

  /// What a caller is told about a worker that broke the protocol.
  init(_ violation: ProtocolViolation) {
    self.init(.callbackError, "the worker's reply makes no sense: \(violation)")
  }
}
