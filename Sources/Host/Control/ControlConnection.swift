import Callpoints
import JSON
import PythonVM

/// One connection to the control socket, and whom it speaks for.
///
/// Owner: the reactor's thread.
final class ControlConnection {
  /// Who is at the other end.
  enum Role {
    /// A client, until it says that it is something else.
    case client
    /// A VM's main thread.
    case machine(VirtualMachine)
    /// A VM's template.
    case template(VirtualMachine)
    /// A thread of a process below a VM.
    case thread(VirtualMachine)
  }

  let connection: RPCConnection
  var role = Role.client
  /// The requests that this connection waits for; they are cancelled when it ends.
  var open: Set<RequestID> = []
  /// The transactions that it opened; they are closed when it ends.
  var transactions: Set<UInt64> = []

  private var early: [RPCConnection.Request] = []

  init(_ connection: RPCConnection) { self.connection = connection }

  /// Whether a process below a VM is at the other end.
  var isInternal: Bool {
    if case .client = role { false } else { true }
  }

  /// Answers a request whose method nobody knows.
  func refuseMethod(of request: RPCConnection.Request) {
    connection.refuse(
      request.id, CallError(.invalidRequest, "there is no method '\(request.method)'"), code: -32601)
  }

  /// Keeps a request until every VM has come to rest.
  func waitForReady(_ request: RPCConnection.Request) { early.append(request) }

  /// Serves the requests that came too early.
  func serveEarlyRequests(by server: HostServer) {
    let requests = early
    early = []
    for request in requests { server.serve(request, on: self) }
  }
}

extension JSONValue {
  /// The string that a method needs.
  ///
  /// - Parameter name: The parameter.
  /// - Returns: The parameter's value.
  /// - Throws: ``CallError`` of kind `invalid-request` if it is missing or not a string.
  func requiredString(_ name: String) throws(CallError) -> String {
    guard let value = self[name]?.string else {
      throw CallError(.invalidRequest, "the parameter '\(name)' must be a string")
    }
    return value
  }

  /// The number of a transaction or request that a method needs.
  ///
  /// - Parameter name: The parameter.
  /// - Returns: The parameter's value.
  /// - Throws: ``CallError`` of kind `invalid-request` if it is missing or not a number.
  func requiredNumber(_ name: String) throws(CallError) -> UInt64 {
    guard let value = self[name]?.uint else {
      throw CallError(.invalidRequest, "the parameter '\(name)' must be a whole number")
    }
    return value
  }
}
