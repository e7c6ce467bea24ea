import CLinux
import Glibc

/// What starts the host's processes, and cleans up when the host is gone: `callpoint-guard` and its successors.
///
/// A guard process that ends is replaced, at once the first time and then after pauses; the host never stops for it.
/// Dropping the guard or `stop` makes it kill everything below itself and leave.
package final class Guard {
  /// How a guard is started, each time anew.
  package struct Settings {
    /// The guard's program.
    package var executable: String
    /// Whether it tries and uses the parent-death signal; without, all is as on a system that has none.
    package var usesParentDeathSignal: Bool
    /// Where the temporary directories of the started processes are made.
    package var temporaryDirectory: String
    /// How long it may take to answer; one that takes longer is killed and replaced.
    package var patience: Duration
    /// How long to wait before the next start, after a number of failures in a row.
    package var pause: (_ failures: Int) -> Duration

    /// Describes a guard.
    package init(
      executable: String, usesParentDeathSignal: Bool = true, temporaryDirectory: String = "/tmp",
      patience: Duration = .seconds(10), pause: @escaping (_ failures: Int) -> Duration
    ) {
      self.executable = executable
      self.usesParentDeathSignal = usesParentDeathSignal
      self.temporaryDirectory = temporaryDirectory
      self.patience = patience
      self.pause = pause
    }
  }

  /// The present guard process, if there is one.
  package var pid: Int32? { process?.pid }

  private let settings: Settings
  private let reactor: Reactor
  private let onEvent: (GuardEvent) -> Void
  private let scratch: ScratchDirectories
  private var process: GuardProcess?
  /// Launches for the next guard process.
  private var early: [GuardProcess.Message] = []
  private var lastLaunch: UInt64 = 0
  /// Which temporary directory belongs to a launch, and later to its process.
  private var directories: [UInt64: String] = [:]
  private var directoriesOfProcesses: [Int32: String] = [:]
  /// The starts that failed and the processes that ended soon, in a row.
  private var failures = 0
  private var started: Duration
  private var retry: Timer?
  private var isStopped = false

  /// A process that ran so long was sound, whatever ended it.
  private static let proof = Duration.seconds(10)
  /// How long what a guard left may take to die before others are started; a process that waits for a disk that is
  /// gone cannot be killed.
  private static let patience = Duration.seconds(1)

  /// Starts the guard; the first start must succeed.
  ///
  /// - Parameters:
  ///   - settings: How it is started.
  ///   - reactor: Where it is waited for.
  ///   - onEvent: What it tells; called from the reactor only.
  /// - Throws: ``KernelFailure`` if there can be no such process.
  package init(
    _ settings: Settings, reactor: Reactor, onEvent: @escaping (GuardEvent) -> Void
  ) throws(KernelFailure) {
    self.settings = settings
    self.reactor = reactor
    self.onEvent = onEvent
    started = reactor.now
    scratch = ScratchDirectories(below: settings.temporaryDirectory, reactor: reactor)
    try start()
  }

  deinit {
    stop()
  }

  // MARK: - Requests

  /// Starts a process; `started` or `failed` follows, then `exited`.
  ///
  /// It gets two variables: `CALLPOINT_PARENT`, the guard's pid, and `TMPDIR`, a directory of its own that is removed
  /// after its end. Where there is no guard at the moment it waits for the next, but not beyond a start that fails.
  package func launch(_ request: consuming LaunchRequest) -> LaunchID {
    lastLaunch += 1
    let launch = LaunchID(number: lastLaunch)
    do throws(KernelFailure) {
      directories[launch.number] = try scratch.make()
    } catch {
      // It can live without: a disk that is full must not keep it from running.
      onEvent(.hindered("no temporary directory of its own for a process: \(error)"))
    }
    let variables = directories[launch.number].map { ["TMPDIR": $0] } ?? [:]
    let environment = request.environment.merging(variables) { $1 }
    let plan = request.plan(environment: environment)
    var message = clinux_request()
    message.kind = CLINUX_REQUEST_LAUNCH.rawValue
    message.launch = launch.number
    message.plan_size = UInt32(clamping: plan.count)
    message.argument_count = UInt32(request.arguments.count + 1)
    message.variable_count = UInt32(environment.count)
    do throws(KernelFailure) {
      if plan.count > CLINUX_PLAN_LIMIT { throw KernelFailure(call: "launch", errno: E2BIG) }
      let whole = GuardProcess.Message(request: message, bundle: try Self.bundle(request, plan))
      if let process { process.send(whole) } else { early.append(whole) }
    } catch {
      fail(launch.number, at: .request, error)
    }
    return launch
  }

  /// Sends a signal to a started process, unless it has ended.
  package func kill(_ pid: Int32, signal: Int32 = SIGKILL) {
    var message = clinux_request()
    message.kind = CLINUX_REQUEST_SIGNAL.rawValue
    message.pid = pid
    message.signal = signal
    // Without a guard there is nothing below it.
    process?.send(GuardProcess.Message(request: message, bundle: DescriptorBundle()))
  }

  /// Says that a process below a started one has died, so that what it left behind is killed.
  ///
  /// The guard sees by itself when one of its own children ends, but the kernel tells nobody about an adoption.
  package func sweep() {
    var message = clinux_request()
    message.kind = CLINUX_REQUEST_SWEEP.rawValue
    process?.send(GuardProcess.Message(request: message, bundle: DescriptorBundle()))
  }

  /// Lets the guard go: it kills everything below itself and leaves.
  ///
  /// No event follows. Blocks until it has left, which takes milliseconds; one that does not leave within 5 s, or the
  /// patience if that is shorter, is killed, and so is what it has left to this process.
  package func stop() {
    guard !isStopped else { return }
    isStopped = true
    if let retry { reactor.cancel(retry) }
    early.removeAll()
    // One that has just died by itself has left something too.
    if process?.stop() != true { killWhatIsLeft() }
    process = nil
    scratch.removeAll()
  }

  /// Waits for it here, as no event follows a stop.
  private func killWhatIsLeft() {
    let end = reactor.now + Self.patience
    while Subreaper.isActive, Subreaper.killChildren(but: nil), reactor.now < end { usleep(1000) }
  }

  /// Tells from the reactor, as the guard would, that a launch has failed.
  private func fail(_ launch: UInt64, at step: LaunchStep, _ failure: KernelFailure) {
    reactor.defer { [weak self] in self?.failed(launch, at: step, errno: failure.errno) }
  }

  private static func bundle(
    _ request: borrowing LaunchRequest, _ plan: [UInt8]
  ) throws(KernelFailure) -> DescriptorBundle {
    let memory = try Descriptor.memory(name: "callpoint-launch", size: 0)
    let number = memory.number
    var written = 0
    while written < plan.count {
      written += try checked("write") {
        plan.withUnsafeBytes { bytes in
          let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
          return write(number, rest.baseAddress, rest.count)
        }
      }
    }
    let bundle = DescriptorBundle()
    bundle.add(memory)
    if let standardInput = try request.standardInput?.duplicate() {
      bundle.add(standardInput)
    } else {
      bundle.add(try Descriptor.devNull())
    }
    bundle.add(try request.standardOutput.duplicate())
    bundle.add(try request.standardError.duplicate())
    return bundle
  }

  // MARK: - Reports

  private func reported(_ report: clinux_report) {
    switch clinux_report_kind(report.kind) {
    case CLINUX_REPORT_PROBED: onEvent(.probed(parentDeathSignalWorks: report.value == 1))
    case CLINUX_REPORT_STARTED:
      directoriesOfProcesses[report.pid] = directories.removeValue(forKey: report.launch)
      onEvent(.started(LaunchID(number: report.launch), pid: report.pid))
    case CLINUX_REPORT_FAILED: failed(report.launch, at: LaunchStep(report.step), errno: report.value)
    case CLINUX_REPORT_EXITED:
      if let directory = directoriesOfProcesses.removeValue(forKey: report.pid) { scratch.remove(directory) }
      onEvent(.exited(pid: report.pid, ExitStatus(wire: report.value)))
    case CLINUX_REPORT_DONE: break
    default: preconditionFailure("the guard sent a report of kind \(report.kind); host and guard are not of one build")
    }
  }

  private func failed(_ launch: UInt64, at step: LaunchStep, errno: Int32) {
    if let directory = directories.removeValue(forKey: launch) { scratch.remove(directory) }
    onEvent(.failed(LaunchID(number: launch), step: step, errno: errno))
  }

  // MARK: - Successors

  private func start() throws(KernelFailure) {
    var options = settings.usesParentDeathSignal ? [] : ["--no-parent-death-signal"]
    if let base = scratch.base { options += ["--temporary", base] }
    let process = try GuardProcess(
      executable: settings.executable, options: options, patience: settings.patience, reactor: reactor,
      events: GuardProcess.Events(
        reported: { [unowned self] in reported($0) },
        unsent: { [unowned self] in fail($0, at: .request, $1) },
        silent: { [unowned self] in silent() },
        ended: { [unowned self] in ended($0) }))
    self.process = process
    started = reactor.now
    for message in early { process.send(message) }
    early.removeAll()
  }

  private func silent() {
    if let process { onEvent(.silent(pid: process.pid, for: settings.patience)) }
  }

  private func ended(_ status: ExitStatus) {
    process = nil
    if reactor.now - started >= Self.proof { failures = 0 }
    cleanUp(since: reactor.now, after: status)
  }

  /// Kills what the guard has left to this process, again until there is none; then all of it is told as lost.
  private func cleanUp(since start: Duration, after status: ExitStatus) {
    guard !isStopped else { return }
    if Subreaper.isActive {
      let left = Subreaper.killChildren(but: nil)
      if left, reactor.now - start < Self.patience {
        reactor.after(.milliseconds(1)) { [weak self] in self?.cleanUp(since: start, after: status) }
        return
      }
      if left {
        onEvent(.hindered("something that the guard left behind cannot be killed; it is tried again"))
        keepCleaningUp()
      }
    }
    for directory in directories.values { scratch.remove(directory) }
    for directory in directoriesOfProcesses.values { scratch.remove(directory) }
    directories.removeAll()
    directoriesOfProcesses.removeAll()
    // What was asked for since it ended is lost too: whoever is told of the loss asks again.
    early.removeAll()
    onEvent(.lost(status))
    guard !isStopped else { return }
    startAgain()
  }

  /// What could not be killed within the patience is killed when it can be, beside the next guard.
  private func keepCleaningUp() {
    reactor.after(Self.patience) { [weak self] in
      guard let self, !isStopped, Subreaper.killChildren(but: process?.pid) else { return }
      keepCleaningUp()
    }
  }

  /// Starts the next guard after the pause that so many failures in a row cost.
  private func startAgain() {
    failures += 1
    let pause = settings.pause(failures)
    guard pause > .zero else { return tryToStart() }
    retry = reactor.after(pause) { [weak self] in self?.tryToStart() }
  }

  private func tryToStart() {
    retry = nil
    do throws(KernelFailure) {
      try start()
    } catch {
      onEvent(.hindered("the guard cannot be started: \(error); it is tried again"))
      // Whoever waits for them decides when to ask again.
      for message in early { fail(message.request.launch, at: .guardian, error) }
      early.removeAll()
      startAgain()
    }
  }
}
