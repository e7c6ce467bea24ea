import Glibc
import Kernel

/// A reactor, a guard, and what it and its processes have told so far.
final class Family {
  let reactor: Reactor
  /// Where the temporary directories of the processes are.
  private(set) lazy var temporary = TemporaryDirectory()
  /// The failures in a row after which the guard asked how long to wait.
  private(set) var pauses: [Int] = []
  private(set) var events: [GuardEvent] = []
  private(set) var keeper: Guard?
  private var condition: () -> Bool = { false }

  /// Called with each event, before what waits for it goes on.
  var onEvent: (GuardEvent) -> Void = { _ in }

  init(
    executable: String = BuiltProducts.guardExecutable, usesParentDeathSignal: Bool = true,
    temporaryDirectory: String? = nil, patience: Duration = .seconds(60)
  ) throws {
    reactor = try Reactor()
    keeper = try Guard(
      Guard.Settings(
        executable: executable, usesParentDeathSignal: usesParentDeathSignal,
        temporaryDirectory: temporaryDirectory ?? temporary.path, patience: patience,
        pause: { [unowned self] failures in
          pauses.append(failures)
          return failures == 1 ? .zero : .milliseconds(5)
        }), reactor: reactor
    ) { [unowned self] event in
      events.append(event)
      onEvent(event)
      check()
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

  /// The launches that failed.
  var failures: [GuardEvent] {
    events.filter { if case .failed = $0 { true } else { false } }
  }

  /// Launches a shell with a script.
  @discardableResult
  func launch(
    _ script: String, output: consuming Descriptor? = nil, errors: consuming Descriptor? = nil
  ) throws -> LaunchID {
    try launch("sh", ["-c", script], output: output, errors: errors)
  }

  /// Launches a program.
  @discardableResult
  func launch(
    _ executable: String, _ arguments: [String], environment: [String: String] = ["PATH": "/usr/bin:/bin"],
    directory: String? = nil, output: consuming Descriptor? = nil, errors: consuming Descriptor? = nil
  ) throws -> LaunchID {
    guard let keeper else { preconditionFailure("the guard has been stopped") }
    let output = try output ?? Descriptor.devNull()
    let errors = try errors ?? Descriptor.devNull()
    return keeper.launch(
      LaunchRequest(
        executable: executable, arguments: arguments, environment: environment, directory: directory,
        standardOutput: output, standardError: errors))
  }

  /// Launches a household, and waits until each of it lives and the guard owes no answer.
  ///
  /// On a busy machine its processes may speak before the guard says that it has started them.
  func launchHousehold(output transcript: Transcript) throws {
    let before = started.count
    try launch(`Nothing is left behind`.household, output: try transcript.writeEnd(family: self))
    runUntil { [unowned self] in transcript.lines.count == 3 && started.count > before }
  }

  /// What a program prints until it, and whoever else holds its output, has ended.
  func output(
    of executable: String, _ arguments: [String] = [], environment: [String: String] = ["PATH": "/usr/bin:/bin"],
    directory: String? = nil
  ) throws -> [String] {
    let transcript = Transcript()
    let output = try transcript.writeEnd(family: self)
    try launch(executable, arguments, environment: environment, directory: directory, output: output)
    runUntil { transcript.hasEnded }
    return transcript.lines
  }

  /// Lets the guard go; everything below it is gone afterwards.
  func stop() {
    keeper?.stop()
    keeper = nil
  }

  /// Looks whether what `runUntil` waits for has come.
  func check() {
    if condition() { reactor.stop() }
  }

  /// Lets the reactor run until something has come, for 120 s at most.
  func runUntil(_ condition: @escaping () -> Bool) {
    if condition() { return }
    self.condition = condition
    let limit = reactor.after(.seconds(120)) { [reactor] in reactor.stop() }
    reactor.run()
    reactor.cancel(limit)
    self.condition = { false }
  }

  /// Lets the reactor run until something has come that no event tells, for 120 s at most.
  func poll(until condition: @escaping () -> Bool) {
    let end = reactor.now + .seconds(120)
    while !condition(), reactor.now < end {
      reactor.after(.milliseconds(2)) { [reactor] in reactor.stop() }
      reactor.run()
    }
  }

  /// How many descriptors a process has when it is idle: the guard opens some for a moment to look at its children.
  func fewestDescriptors(of pid: Int32) -> Int {
    var fewest = Int.max
    for _ in 0..<20 {
      guard let directory = opendir("/proc/\(pid)/fd") else { return -1 }
      var count = 0
      while readdir(directory) != nil { count += 1 }
      closedir(directory)
      fewest = min(fewest, count)
      reactor.after(.milliseconds(2)) { [reactor] in reactor.stop() }
      reactor.run()
    }
    return fewest
  }
}
