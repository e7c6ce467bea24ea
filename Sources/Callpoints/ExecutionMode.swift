/// How the callbacks of a component run.
package enum ExecutionMode: String, Hashable, Sendable {
  /// A pool of threads in the VM serves every callpoint.
  case threading
  /// Each callpoint has a forked worker process of its own.
  case multiprocessing
}

/// The mode of one component, with the reason in words.
///
/// The rule is the one that NSO documents for its Python VM: processes only if the package asks for them, more than
/// one callpoint is registered and the system kills children when their parent dies. Callpoint adds one case of its
/// own: a process in which `setup()` left threads running cannot be forked safely.
package struct ModeDecision: Hashable, Sendable {
  /// The mode.
  package let mode: ExecutionMode
  /// Why, as a clause that follows the mode's name.
  package let reason: String

  /// Decides the mode of a component.
  ///
  /// - Parameters:
  ///   - asksForProcesses: Whether the package's `callpoint-model` is `multiprocessing`.
  ///   - callpoints: The number of callpoints that the component's `setup()` registered.
  ///   - parentDeathSignalWorks: Whether the guard saw a child die with its parent.
  ///   - threadsLeft: The names of the threads that the VM's `setup()` methods left running.
  ///   - override: What the host's user wants instead of what the package asks for. Processes are not forked where that
  ///     would not be safe, whoever wants them.
  /// - Returns: The mode and its reason.
  package static func decide(
    asksForProcesses: Bool, callpoints: Int, parentDeathSignalWorks: Bool, threadsLeft: [String] = [],
    override: ExecutionMode? = nil
  ) -> ModeDecision {
    let own = decide(
      asksForProcesses: asksForProcesses, callpoints: callpoints, parentDeathSignalWorks: parentDeathSignalWorks,
      threadsLeft: threadsLeft)
    guard let override, override != own.mode, callpoints > 0 else { return own }
    if override == .multiprocessing {
      let forced = decide(
        asksForProcesses: true, callpoints: max(callpoints, 2), parentDeathSignalWorks: parentDeathSignalWorks,
        threadsLeft: threadsLeft)
      guard forced.mode == .multiprocessing else { return forced }
    }
    return ModeDecision(
      mode: override, reason: "--mode \(override.rawValue) overrides that \(own.reason)")
  }

  /// The rule for a package whose host leaves the choice to it.
  private static func decide(
    asksForProcesses: Bool, callpoints: Int, parentDeathSignalWorks: Bool, threadsLeft: [String]
  ) -> ModeDecision {
    guard asksForProcesses else {
      return ModeDecision(mode: .threading, reason: "callpoint-model is threading")
    }
    guard callpoints > 1 else {
      let number = callpoints == 0 ? "no callpoint is" : "only one callpoint is"
      return ModeDecision(mode: .threading, reason: "\(number) registered")
    }
    guard parentDeathSignalWorks else {
      return ModeDecision(mode: .threading, reason: "this system does not kill children when their parent dies")
    }
    guard threadsLeft.isEmpty else {
      let names = threadsLeft.joined(separator: ", ")
      return ModeDecision(mode: .threading, reason: "setup() left threads running, so forking is not safe: \(names)")
    }
    return ModeDecision(
      mode: .multiprocessing,
      reason:
        "callpoint-model is multiprocessing, \(callpoints) callpoints are registered and children die with their parent"
    )
  }
}
