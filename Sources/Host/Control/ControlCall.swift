import Callpoints
import JSON
import Kernel
import PythonVM

/// One request on a connection, from its arrival to its one answer.
///
/// Owner: the reactor's thread. A call is abandoned when its deadline passes or its connection ends: the caller is
/// answered, if there still is one, and what was begun for the call is withdrawn; an answer that comes later is dropped.
final class ControlCall {
  /// The method.
  let method: String
  /// Where it came from; it is not used any more once the connection has ended.
  unowned let connection: ControlConnection
  /// How much memory the request takes until it is answered.
  let size: Int
  /// Where its connection keeps it until it is answered.
  var place: Int?

  private let id: JSONValue
  private let reactor: Reactor
  /// What takes back what was begun.
  private var withdraw: (CallError) -> Void = { _ in }
  private var deadline: (time: Duration, timer: Timer)?
  /// Whether it has been answered or abandoned.
  private(set) var isOver = false

  /// Whoever sends little and often must not be free of charge.
  private static let overhead = 1 << 10

  /// Creates a call.
  ///
  /// - Parameters:
  ///   - id: The number or string that the answer carries.
  ///   - method: The method.
  ///   - byteCount: How long the request was.
  ///   - connection: Where it came from.
  ///   - reactor: Where its deadline runs.
  init(_ id: JSONValue, _ method: String, _ byteCount: Int, on connection: ControlConnection, reactor: Reactor) {
    self.method = method
    self.id = id
    size = byteCount + Self.overhead
    self.connection = connection
    self.reactor = reactor
  }

  /// Answers the call.
  func reply(_ result: JSONValue) {
    reply { $0.value(result) }
  }

  /// Answers the call with a result that is written in place.
  func reply(result: (inout JSONWriter) -> Void) {
    guard finish() else { return }
    connection.link.reply(to: id, result: result)
  }

  /// Answers the call with an error.
  func refuse(_ error: CallError, code: Int = -32000) {
    guard finish() else { return }
    connection.link.refuse(id, error, code: code)
  }

  /// Answers a call whose method nobody knows.
  func refuseMethod() {
    refuse(CallError(.invalidRequest, "there is no method '\(method)'"), code: -32601)
  }

  /// Says what is to be done if the call is abandoned before it is answered.
  func onAbandonment(_ withdraw: @escaping (CallError) -> Void) { self.withdraw = withdraw }

  /// Answers the call with an error and withdraws what was begun for it.
  func abandon(because error: CallError) {
    let withdraw = withdraw
    guard !isOver else { return }
    refuse(error)
    withdraw(error)
  }

  /// Abandons the call unless it is answered in time.
  func expire(after patience: Duration) {
    let error = CallError(.timeout, "\(method) was not over within \(patience.seconds) s")
    let timer = reactor.after(patience) { [unowned self] in abandon(because: error) }
    deadline = (reactor.now + patience, timer)
  }

  /// Leaves the deadline to somebody else.
  ///
  /// - Returns: The time that is left; `nil` if there is no deadline.
  func handOverDeadline() -> Duration? {
    guard let deadline else { return nil }
    reactor.cancel(deadline.timer)
    self.deadline = nil
    return max(.zero, deadline.time - reactor.now)
  }

  private func finish() -> Bool {
    guard !isOver else { return false }
    isOver = true
    withdraw = { _ in }
    if let deadline { reactor.cancel(deadline.timer) }
    connection.remove(self)
    return true
  }
}
