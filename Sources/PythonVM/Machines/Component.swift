package import Callpoints
package import Packages

/// One component of a VM, with what became of it.
package struct Component {
  /// A component's or worker's state; the raw values are those of `status`.
  package enum State: String, Hashable, Sendable {
    case starting
    case running
    case stopping
    case stopped
    case failed
  }

  /// What the package says about it.
  package let plan: ComponentPlan
  /// What it is doing.
  package internal(set) var state = State.stopped
  /// Why it failed when it was last started.
  package internal(set) var error: String?
  /// How its callbacks run, once that is decided.
  package internal(set) var decision: ModeDecision?
  /// What failed without making the component fail: a function of `register_fun`, `teardown()`.
  package internal(set) var problems: [String] = []
  /// The threads that it says it runs (`add_running_thread`).
  package internal(set) var threads: [String] = []
  /// What it registered.
  package internal(set) var entries: [CallpointTable.Entry] = []
  /// The numbers of its registrations within the VM, in the order of ``entries``.
  var registrations: [Int] = []
}
