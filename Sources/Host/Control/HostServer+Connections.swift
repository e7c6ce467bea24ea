import Callpoints
import JSON
import Kernel
import PythonVM

/// Connections to the host's two sockets, and what the clients among them may take together.
extension HostServer {
  /// A process below a VM has connected.
  func acceptProcess(_ descriptor: consuming Descriptor) {
    do throws(KernelFailure) {
      let process = try descriptor.peerProcess()
      try add(descriptor, role: .newcomer, process: process)
    } catch {
      log.refuse(["connection": "process", "reason": error])
    }
  }

  /// A client has connected.
  ///
  /// If there are too many, the process that has most of them has one less, be it the new one.
  func acceptClient(_ descriptor: consuming Descriptor) {
    do throws(KernelFailure) {
      let process = try descriptor.peerProcess()
      limits.connections.set(limits.connections.taken(by: process) + 1, of: process)
      let connection = try add(descriptor, role: .client, process: process)
      guard limits.connections.isExceeded, let largest = limits.connections.largest else { return }
      let most = limits.connections.taken(by: largest)
      let isNewcomers = limits.connections.taken(by: process) == most
      let surplus = isNewcomers ? connection : spareConnection(of: largest) ?? connection
      surplus.link.cutOff(
        because: CallError(.busy, "the host has \(limits.connections.pool) clients, \(most) of them of one process"))
    } catch {
      log.refuse(["connection": "client", "reason": error])
    }
  }

  /// A client's connection that waits for nothing, or any of the process if all of them do.
  private func spareConnection(of process: Int32) -> ControlConnection? {
    let theirs = connections.values.filter { $0.isClient && $0.process == process }
    return theirs.first { !$0.isWaiting } ?? theirs.first
  }

  @discardableResult
  private func add(
    _ descriptor: consuming Descriptor, role: ControlConnection.Role, process: Int32
  ) throws(KernelFailure) -> ControlConnection {
    let link = try RPCConnection(descriptor, reactor: reactor, messageLimit: settings.messageLimit)
    let connection = ControlConnection(link, role: role, process: process) { [unowned self] connection in
      if connection.isClient { limits.unanswered.set(connection.heldByteCount, of: ObjectIdentifier(connection)) }
    }
    connections[ObjectIdentifier(connection)] = connection
    let kind = connection.isClient ? "client" : "process"
    link.onRefusal = { [unowned self] error in refused(kind, process, error) }
    link.onRequest = { [unowned self, unowned connection] request in receive(request, on: connection) }
    link.onEnd = { [unowned self, unowned connection] in ended(connection) }
    guard connection.isClient else { return connection }
    link.onText = { [unowned self, unowned connection] in beginPlainAction($0, on: connection) }
    link.onUnfinished = { [unowned self, unowned connection] in hasUnfinished($0, connection) }
    link.onUnread = { [unowned self, unowned connection] in hasUnread($0, connection) }
    return connection
  }

  /// Logs that somebody wants too much; `connection` is `client` or `process`, for one below a VM.
  private func refused(_ connection: String, _ process: Int32, _ error: CallError) {
    log.refuse([
      "connection": connection, "kind": error.kind.rawValue, "reason": "\(error) (process \(process))",
    ])
  }

  private func receive(_ request: RPCConnection.Request, on connection: ControlConnection) {
    guard let call = begin(request.id, request.method, request.byteCount, on: connection) else { return }
    if let timeout = request.params["timeoutSeconds"] {
      guard let seconds = timeout.double, seconds > 0 else {
        return call.refuse(CallError(.invalidRequest, "timeoutSeconds must be a number above 0"))
      }
      call.expire(after: .chosen(seconds: seconds))
    }
    serve(request, call)
  }

  /// Takes in a request, unless its client has too many already: then it is refused.
  func begin(
    _ id: JSONValue, _ method: String, _ byteCount: Int, on connection: ControlConnection
  ) -> ControlCall? {
    let call = ControlCall(id, method, byteCount, on: connection, reactor: reactor)
    connection.begin(call)
    guard connection.isClient else { return call }
    let client = ObjectIdentifier(connection)
    limits.unanswered.set(connection.heldByteCount, of: client)
    guard limits.unanswered.isExceeded, limits.unanswered.taken(by: client) > 0 else { return call }
    let error = CallError(
      .busy, "requests of \(limits.unanswered.pool >> 20) MiB wait for their answers: wait for some")
    refused("client", connection.process, error)
    call.refuse(error)
    return nil
  }

  private func ended(_ connection: ControlConnection) {
    connections[ObjectIdentifier(connection)] = nil
    connection.abandonCalls()
    for transaction in connection.transactions { store.close(transaction) }
    if isStopping { leaveIfStopped() }
    guard connection.isClient else { return }
    limits.connections.set(limits.connections.taken(by: connection.process) - 1, of: connection.process)
    limits.remove(ObjectIdentifier(connection))
  }

  /// A client has begun a line and not ended it.
  private func hasUnfinished(_ count: Int, _ connection: ControlConnection) {
    limits.unfinished.set(count, of: ObjectIdentifier(connection))
    guard limits.unfinished.isExceeded, let largest = limits.unfinished.largest else { return }
    connections[largest]?.link.skipLine(
      because: CallError(.busy, "messages of \(limits.unfinished.pool >> 20) MiB are on their way: send it later"))
  }

  /// A client has not read its answers.
  private func hasUnread(_ count: Int, _ connection: ControlConnection) {
    limits.unread.set(count, of: ObjectIdentifier(connection))
    if count == 0, isStopping { leaveIfStopped() }
    guard limits.unread.isExceeded, let largest = limits.unread.largest, let reader = connections[largest] else {
      return
    }
    // Not from within what sends an answer: the end of a connection withdraws what was begun for it.
    reactor.defer { [weak reader] in
      reader?.link.cutOff(because: CallError(.busy, "too many answers have not been read"))
    }
  }
}
