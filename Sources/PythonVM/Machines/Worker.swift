package import Callpoints
import Kernel

/// A forked process that serves one callpoint, and its successors.
package struct Worker {
  /// The callpoint it serves.
  package let callpoint: CallpointID
  /// What the process is doing.
  package internal(set) var state = Component.State.starting
  /// The process, while it lives.
  package internal(set) var pid: Int32?
  /// How often it has been forked again.
  package internal(set) var restarts = 0
  /// How the last process ended.
  package internal(set) var lastExit: String?

  var endpoint: Endpoint?
  var tally = RestartTally()
  /// How many calls of the callpoint had ended when the present process started: more than that means it has worked.
  var callsAtStart = 0
}

extension Worker {
  /// How many requests its process has.
  package func requestsInFlight(_ dispatcher: Dispatcher) -> Int {
    endpoint.map { dispatcher.inFlight(on: $0.id) } ?? 0
  }
}
