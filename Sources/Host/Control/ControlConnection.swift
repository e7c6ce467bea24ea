import Callpoints
import JSON
import Kernel
import PythonVM

/// One connection to a socket of the host, and whom it speaks for.
///
/// Owner: the reactor's thread.
final class ControlConnection {
  /// Who is at the other end.
  enum Role {
    /// A client.
    case client
    /// A process below a VM that has not said yet what it is.
    case newcomer
    /// A VM's main thread.
    case machine(VirtualMachine)
    /// A VM's template.
    case template(VirtualMachine)
    /// A thread of a process below a VM.
    case thread(VirtualMachine)
  }

  /// What carries the messages.
  let link: RPCConnection
  /// Who is at the other end.
  var role: Role
  /// The process at the other end, or the one that it was when it connected.
  let process: Int32
  /// The transactions that it opened; they are closed when it ends.
  var transactions: Set<UInt64> = []

  /// The requests that have not been answered.
  private var calls: [ControlCall] = []
  /// How much memory they take.
  private(set) var heldByteCount = 0
  private var early: [(request: RPCConnection.Request, call: ControlCall)] = []
  private let onRelease: (ControlConnection) -> Void

  /// Creates a connection.
  ///
  /// - Parameters:
  ///   - link: What carries the messages.
  ///   - role: Who is at the other end.
  ///   - process: The process there.
  ///   - onRelease: Called when a request has been answered.
  init(_ link: RPCConnection, role: Role, process: Int32, onRelease: @escaping (ControlConnection) -> Void) {
    self.link = link
    self.role = role
    self.process = process
    self.onRelease = onRelease
  }

  /// Whether a client is at the other end.
  var isClient: Bool {
    if case .client = role { true } else { false }
  }

  /// Whether requests wait for their answers.
  var isWaiting: Bool { !calls.isEmpty }

  /// Takes in a request.
  func begin(_ call: ControlCall) {
    call.place = calls.count
    calls.append(call)
    heldByteCount += call.size
  }

  /// A request has been answered.
  func remove(_ call: ControlCall) {
    guard let place = call.place, let last = calls.popLast() else { return }
    if last !== call {
      calls[place] = last
      last.place = place
    }
    call.place = nil
    heldByteCount -= call.size
    onRelease(self)
  }

  /// Nobody waits for the answers any more: withdraws what was begun for the requests.
  func abandonCalls() {
    early = []
    for call in calls { call.abandon(because: CallError(.cancelled, "the client has gone")) }
  }

  /// Keeps a request until the host can serve it.
  func waitForReady(_ request: RPCConnection.Request, _ call: ControlCall) { early.append((request, call)) }

  /// Serves the requests that came too early and have not been given up; those for which it is still too early wait on.
  func serveEarlyRequests(by server: HostServer) {
    let waiting = early
    early = []
    for (request, call) in waiting where !call.isOver { server.serve(request, call) }
  }
}
