import Glibc
import Kernel

/// A reactor, a guard and what it has told so far.
final class Family {
  let reactor: Reactor
  private(set) var events: [GuardEvent] = []
  private var keeper: Guard?
  private var condition: () -> Bool = { false }

  init(usesParentDeathSignal: Bool = true) throws {
    reactor = try Reactor()
    keeper = try Guard(
      executable: BuiltProducts.guardExecutable, reactor: reactor, usesParentDeathSignal: usesParentDeathSignal
    ) { [unowned self] event in
      events.append(event)
      if condition() { reactor.stop() }
    }
  }

  /// The guard's pid.
  var guardPID: Int32 { keeper?.pid ?? -1 }

  /// The started processes.
  var started: [Int32] {
    events.compactMap { if case .started(_, let pid) = $0 { pid } else { nil } }
  }

  /// How processes ended, by pid.
  var exits: [Int32: ExitStatus] {
    events.reduce(into: [:]) { if case .exited(let pid, let status) = $1 { $0[pid] = status } }
  }

  /// Launches a shell with a script.
  func launch(_ script: String, directory: String? = nil, output: consuming Descriptor? = nil) throws -> LaunchID {
    try launch(executable: "sh", arguments: ["-c", script], directory: directory, output: output)
  }

  /// Launches a program.
  func launch(
    executable: String, arguments: [String] = [], directory: String? = nil, output: consuming Descriptor? = nil
  ) throws -> LaunchID {
    guard let keeper else { preconditionFailure("the guard has been stopped") }
    let output = try output ?? Descriptor.devNull()
    let errors = try Descriptor.devNull()
    return keeper.launch(
      LaunchRequest(
        executable: executable, arguments: arguments, environment: ["PATH": "/usr/bin:/bin"], directory: directory,
        standardOutput: output, standardError: errors))
  }

  /// Lets the reactor run until the guard's reports fulfil a condition, for 20 s at most.
  func runUntil(_ condition: @escaping () -> Bool) {
    if condition() { return }
    self.condition = condition
    let limit = reactor.after(.seconds(20)) { [reactor] in reactor.stop() }
    reactor.run()
    reactor.cancel(limit)
  }
}
