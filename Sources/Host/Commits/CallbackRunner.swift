import Callpoints
import Datastore
import JSON
import PythonVM

/// Runs the callbacks of a commit, each in the commit's transaction.
///
/// Owner: the reactor's thread.
final class CallbackRunner {
  /// What a service's callback answers.
  struct ServiceReply {
    /// The new proplist, or `nil` for the one it had.
    let properties: [ServiceRecord.Property]?
    /// The text of what it wrote, in order, or `nil` if it wrote nothing; it is there while the completion runs.
    let writes: UnsafeRawBufferPointer?
    /// What it read.
    let reads: [String]
  }

  /// A call to a service's callback.
  struct ServiceCall {
    /// The `op` of the request.
    let operation: String
    /// The service instance.
    let instance: Keypath
    /// The proplist that it gets.
    let properties: [ServiceRecord.Property]
    /// Adds further members to the request.
    var members: (inout JSONWriter) -> Void = { _ in }
  }

  private let dispatcher: Dispatcher
  private let store: Store
  private let timeout: Duration
  /// What has been asked and not answered.
  private var open: Set<RequestID> = []

  init(dispatcher: Dispatcher, store: Store, timeout: Duration) {
    self.dispatcher = dispatcher
    self.store = store
    self.timeout = timeout
  }

  /// Calls a service's callback.
  ///
  /// - Parameters:
  ///   - entry: The callpoint.
  ///   - call: What to call it with.
  ///   - workspace: The transaction it works in.
  ///   - parent: The request from inside whose callback the commit was made, if any.
  ///   - completion: Called with the answer.
  func run(
    _ entry: CallpointTable.Entry, _ call: ServiceCall, in workspace: Workspace, inside parent: RequestID?,
    completion: @escaping (Result<ServiceReply, CallError>) -> Void
  ) {
    let path = call.instance.text(in: workspace.transaction.index)
    let body = RequestBody(call.operation) { writer in
      writer.key("path")
      writer.string(path)
      writer.key("proplist")
      writer.value(.array(call.properties.map { [.string($0.name), .string($0.value)] }))
      call.members(&writer)
      workspace.user.write(to: &writer)
    }
    send(entry, body, in: workspace, inside: parent) { result in
      completion(result.flatMap { reply in Self.read(reply) })
    }
  }

  /// Calls a validation point.
  ///
  /// - Parameters:
  ///   - entry: The callpoint.
  ///   - point: The validation point's name.
  ///   - path: The node it is called for.
  ///   - value: The node's value, if it is a leaf.
  ///   - workspace: The transaction it looks at.
  ///   - parent: The request from inside whose callback the commit was made, if any.
  ///   - completion: Called with a warning, if the callback gave one.
  func validate(
    _ entry: CallpointTable.Entry, point: String, path: String, value: JSONValue?, in workspace: Workspace,
    inside parent: RequestID?, completion: @escaping (Result<String?, CallError>) -> Void
  ) {
    let body = RequestBody("validate") { writer in
      writer.key("path")
      writer.string(path)
      if let value {
        writer.key("value")
        writer.value(value)
      }
      writer.key("point")
      writer.string(point)
      workspace.user.write(to: &writer)
    }
    send(entry, body, in: workspace, inside: parent) { result in
      completion(
        result.flatMap { reply in
          do throws(ProtocolViolation) {
            return .success(try reply.value()["warning"]?.string)
          } catch {
            return .failure(CallError(error))
          }
        })
    }
  }

  /// Gives the request a number under which the callback finds the transaction, for as long as it runs.
  private func send(
    _ entry: CallpointTable.Entry, _ body: RequestBody, in workspace: Workspace, inside parent: RequestID?,
    completion: @escaping (Result<Reply, CallError>) -> Void
  ) {
    let number = dispatcher.makeNumber()
    store.open(workspace, as: number)
    open.insert(RequestID(number))
    dispatcher.call(entry.id, body, timeout: timeout, inside: parent, as: RequestID(number)) { [self] result in
      open.remove(RequestID(number))
      store.close(number)
      completion(result)
    }
  }

  /// Takes back what has not begun; callbacks that run go on, and their completions are called when they end.
  func withdraw() {
    for request in open { dispatcher.withdraw(request) }
  }

  private static func read(_ reply: Reply) -> Result<ServiceReply, CallError> {
    do throws(ProtocolViolation) {
      let properties = try reply.value()["proplist"]?.array.map { pairs in
        pairs.compactMap { pair -> ServiceRecord.Property? in
          guard let name = pair[0]?.string, let value = pair[1]?.string else { return nil }
          return ServiceRecord.Property(name: name, value: value)
        }
      }
      return .success(ServiceReply(properties: properties, writes: reply.writes, reads: try reply.reads()))
    } catch {
      return .failure(CallError(error))
    }
  }
}
