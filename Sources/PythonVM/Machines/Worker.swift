package import Callpoints
import Kernel

/// A forked process that serves one callpoint, and its successors.
package struct Worker {
  /// The callpoint it serves.
  package let callpoint: CallpointID
  /// The callpoint's name in messages: `action reset`.
  let label: String
  /// The number of the callpoint's registration within the VM.
  let registration: Int
  /// Where it is in its life.
  package internal(set) var lifecycle = WorkerLifecycle()
  /// The process, while it lives.
  package internal(set) var pid: Int32?
  /// How the last process ended.
  package internal(set) var lastExit: String?

  var endpoint: Endpoint?
  /// What its process prints.
  var output: ProcessOutput?
  /// Why the last process is gone, for those who are refused.
  var lastLoss: String?
}

extension Worker {
  /// The word for its state.
  package var state: Component.State {
    switch lifecycle.state {
    case .idle, .starting: .starting
    case .running: .running
    case .stopping: .stopping
    case .stopped: .stopped
    }
  }

  /// The callbacks that its process runs, the oldest first.
  package func running(_ dispatcher: Dispatcher) -> [Dispatcher.Running] {
    endpoint.map { dispatcher.running(on: $0.id) } ?? []
  }

  /// How many requests its process has.
  package func requestsInFlight(_ dispatcher: Dispatcher) -> Int {
    endpoint.map { dispatcher.inFlight(on: $0.id) } ?? 0
  }
}
