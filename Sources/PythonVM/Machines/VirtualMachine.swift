package import Callpoints
import JSON
package import Kernel
package import Packages

/// A Python VM: its process, its components, its template and its workers.
///
/// Owner: the reactor's thread. ``VMLifecycle`` decides; this class launches, sends and listens. User code can only
/// make its own VM fail.
package final class VirtualMachine {
  /// What a VM tells the host.
  package struct Events {
    /// Its state has changed in a way that somebody may be waiting for.
    package var changed: (VirtualMachine) -> Void
    /// A process wrote a line on standard output or standard error: who, in words, and the line.
    package var printed: (String, ArraySlice<UInt8>) -> Void
    /// Something happened that belongs in the host's log.
    package var happened: (LogEvent) -> Void

    /// Creates the closures.
    package init(
      changed: @escaping (VirtualMachine) -> Void,
      printed: @escaping (String, ArraySlice<UInt8>) -> Void,
      happened: @escaping (LogEvent) -> Void
    ) {
      self.changed = changed
      self.printed = printed
      self.happened = happened
    }
  }

  /// Whether a VM has its callpoints.
  package enum Standing: String, Sendable {
    /// Not yet: another one has them, whose place it is to take. Can become `serving`.
    case onTrial = "on-trial"
    /// They are its own. Can become `leaving`.
    case serving
    /// Not any more: another one has them, or nobody.
    case leaving
  }

  /// What runs in it.
  package let plan: VMPlan
  /// Whether its callpoints are its own.
  package internal(set) var standing: Standing
  /// The schema file for its next process.
  package var schemaPath: String
  /// The schema file that its present process was told of.
  package internal(set) var usedSchemaPath: String?
  /// The launch that is under way.
  package private(set) var launchID: LaunchID?
  /// The secret that names the present process to the control socket; empty if there is none.
  package private(set) var token = ""
  /// How its last process ended.
  package private(set) var lastExit: String?
  /// Its components.
  package internal(set) var components: [Component]
  /// Its workers, in the order of the callpoints.
  package internal(set) var workers: [Worker] = []

  let configuration: VMConfiguration
  let reactor: Reactor
  let dispatcher: Dispatcher
  let table: CallpointTable
  let events: Events
  let makeEndpointID: () -> EndpointID
  let processes: Guard

  var lifecycle: VMLifecycle
  var channel: RPCConnection?
  var template: RPCConnection?
  /// What the template is to be asked for before this turn ends.
  var forkOrder = ForkOrder()
  /// The template's process, as it says itself.
  var templatePID: Int?
  /// Whether the VM's processes have the same numbers for the host as for themselves; not so in a PID namespace of theirs.
  var sharesProcessNumbers = true
  /// The VM's own endpoint, if any of its components runs with threads.
  var threadsEndpoint: Endpoint?
  var random = SystemRandomNumberGenerator()
  private var output: ProcessOutput?
  private var startTimer: Timer?
  private var stopTimer: Timer?
  /// Whether the present process has been killed by us.
  private var isKilled = false
  /// Whether an endpoint of the present process that is gone has completed a callback.
  var hasWorked = false
  /// Whether the workers are to leave before the VM is told to stop.
  private var isAskedToStop = false

  /// Creates a VM that is stopped.
  ///
  /// - Parameters:
  ///   - plan: What runs in it.
  ///   - configuration: What it has in common with the other VMs.
  ///   - reactor: Where it waits.
  ///   - processes: The guard that launches it.
  ///   - dispatcher: Where its endpoints get their requests from.
  ///   - table: Where its callpoints are registered.
  ///   - makeEndpointID: Makes endpoint numbers that are unique in the host.
  ///   - events: What it tells the host.
  ///   - isOnTrial: Whether another VM has its callpoints until ``takeOver()``.
  package init(
    plan: VMPlan, configuration: VMConfiguration, reactor: Reactor, processes: Guard, dispatcher: Dispatcher,
    table: CallpointTable, makeEndpointID: @escaping () -> EndpointID, events: Events,
    isOnTrial: Bool = false
  ) {
    standing = isOnTrial ? .onTrial : .serving
    schemaPath = configuration.schemaPath
    self.plan = plan
    self.configuration = configuration
    self.reactor = reactor
    self.processes = processes
    self.dispatcher = dispatcher
    self.table = table
    self.makeEndpointID = makeEndpointID
    self.events = events
    components = plan.components.map { Component(plan: $0) }
    lifecycle = VMLifecycle(
      restartsAutomatically: configuration.restartsAutomatically, startTimeout: configuration.startTimeout,
      isOnTrial: isOnTrial)
  }

  /// Where the VM is in its life.
  package var state: VMLifecycle.State { lifecycle.state }

  /// Whether it has come to rest.
  package var isSettled: Bool { lifecycle.isSettled }

  /// How often it has been launched again after it died.
  package var restarts: Int { lifecycle.restarts }

  /// The process, while there is one.
  package var pid: Int32? {
    switch state {
    case .starting(let pid), .running(let pid): pid
    case .stopping(let pid, _): pid
    case .stopped, .launching, .waiting, .failed: nil
    }
  }

  /// Whether a process runs or is being made.
  package var hasProcess: Bool {
    switch state {
    case .launching, .starting, .running, .stopping: true
    case .stopped, .waiting, .failed: false
    }
  }

  /// The callbacks that run on its own threads, the oldest first.
  package var runningOnThreads: [Dispatcher.Running] {
    threadsEndpoint.map { dispatcher.running(on: $0.id) } ?? []
  }

  /// How many of its callbacks go on although their deadlines and the grace period have passed.
  package var stuck: Int {
    let endpoints = ([threadsEndpoint] + workers.map(\.endpoint)).compactMap { $0 }
    return endpoints.reduce(0) { $0 + dispatcher.stuck(on: $1.id) }
  }

  /// How the VM serves: with processes if any of its components does.
  package var decision: ModeDecision? {
    let decisions = components.compactMap(\.decision)
    return decisions.first { $0.mode == .multiprocessing } ?? decisions.first
  }

  /// Launches it, unless it runs.
  package func start() { perform(lifecycle.startRequested()) }

  /// Stops it: every `teardown()` runs.
  package func stop() {
    if hasProcess { log(.stop, process: "vm", ["pid": pid]) }
    refuseCallpoints(because: "VM \(plan.name) is stopped")
    perform(lifecycle.stopRequested())
  }

  /// Kills it at once.
  package func kill(because reason: String) {
    guard let pid, !isKilled else { return }
    isKilled = true
    log(.kill, process: "vm", ["pid": pid, "reason": reason])
    processes.kill(pid)
  }

  /// Kills it soon, unless it is ending by itself: the connections of a process go before it is reported to have ended.
  ///
  /// One that has been told to stop is killed anyway if that takes too long.
  func kill(unlessEndedWithin patience: Duration, because reason: String) {
    let token = token
    _ = reactor.after(patience) { [weak self] in
      if let self, self.token == token, stopTimer == nil { kill(because: reason) }
    }
  }

  // MARK: What the guard reports

  /// The guard has started the process.
  package func launched(pid: Int32) {
    log(.start, process: "vm", ["pid": pid])
    launchID = nil
    perform(lifecycle.launched(pid: pid))
    output?.begin(as: "\(plan.name)[\(pid)]")
  }

  /// The guard could not start the process.
  package func launchFailed(_ error: String) {
    log(.fail, process: "vm", ["reason": "it cannot be started: \(error)"])
    launchID = nil
    cancelTimers()
    output = nil
    perform(lifecycle.launchFailed("\(configuration.startCommand): \(error)", using: &random))
    showEnd()
  }

  /// The process is gone.
  package func exited(_ status: ExitStatus) {
    log(.exit, process: "vm", ["pid": pid, "status": status])
    launchID = nil
    token = ""
    usedSchemaPath = nil
    cancelTimers()
    lastExit = "\(status)"
    // Whoever would have told of their ends has gone with the VM.
    if let templatePID { log(.exit, process: "template", ["pid": templatePID]) }
    templatePID = nil
    for worker in workers {
      guard let pid = worker.pid else { continue }
      log(.exit, process: "worker", ["callpoint": worker.label, "pid": pid, "reason": "its VM has ended"])
    }
    let error = CallError(.workerLost, "VM \(plan.name) ended: \(status)")
    for index in workers.indices { giveUpEndpoint(ofWorker: index, because: error) }
    workers = []
    if let endpoint = threadsEndpoint {
      endpoint.drain()
      dispatcher.endpointLost(endpoint, because: error)
      endpoint.close()
      if endpoint.hasWorked { hasWorked = true }
      threadsEndpoint = nil
    }
    channel?.close()
    template?.close()
    channel = nil
    template = nil
    output?.end()
    output = nil
    // A component that failed by itself stays so, whatever became of its VM.
    for index in components.indices where components[index].state != .failed { components[index].state = .stopped }
    isAskedToStop = false
    perform(lifecycle.exited("\(status)", hasWorked: hasWorked, using: &random))
    showEnd()
  }

  /// Shows in the components and to callers what has become of the VM without a process.
  private func showEnd() {
    switch state {
    case .failed(let error):
      fail(error)
      refuseCallpoints(because: "VM \(plan.name): \(error)")
    case .waiting(let error):
      fail(error)
      if lifecycle.isHopeless { refuseCallpoints(because: "VM \(plan.name) is down: \(error)") }
    case .stopped: refuseCallpoints(because: "VM \(plan.name) is stopped")
    case .launching, .starting, .running, .stopping: break
    }
  }

  // MARK: Effects

  func perform(_ actions: [VMLifecycle.Action]) {
    for action in actions {
      switch action {
      case .launch: launch()
      case .watchStart: watchStart()
      case .askToStop:
        isAskedToStop = true
        askToStop()
      case .kill(let reason): kill(because: reason)
      case .relaunch(let pause, let number):
        log(.restart, process: "vm", ["after": "\(pause.seconds) s", "failures": lifecycle.failures])
        _ = reactor.after(pause) { [weak self] in
          guard let self else { return }
          perform(lifecycle.pauseEnded(number: number))
        }
      case .announce:
        if let timer = startTimer { reactor.cancel(timer) }
        startTimer = nil
        events.changed(self)
      }
    }
  }

  private func watchStart() {
    startTimer = reactor.after(configuration.startTimeout) { [unowned self] in
      startTimer = nil
      perform(lifecycle.startTimedOut(missing))
    }
  }

  /// Logs what happened to one of its processes, or to something else that is its own.
  func log(_ word: LogEvent.Word, process: String? = nil, _ fields: LogEvent.Fields = [:]) {
    var event = LogEvent(word, ["process": process, "vm": plan.name])
    event.append(fields)
    events.happened(event)
  }

  private func launch() {
    token = Self.makeToken(using: &random)
    isKilled = false
    hasWorked = false
    // What comes from now on waits, unless waiting has been in vain so often that it is not worth it.
    if !lifecycle.isHopeless { for entry in entries { refuse(entry.id, because: nil) } }
    for index in components.indices {
      components[index].state = .starting
      components[index].threads = []
    }
    do throws(KernelFailure) {
      var pipe = try Descriptor.pipe()
      let standardOutput = pipe.takeWriteEnd()
      let standardError = try standardOutput.duplicate()
      output = try ProcessOutput(pipe.takeReadEnd(), reactor: reactor, printed: events.printed)
      launchID = processes.launch(
        LaunchRequest(
          executable: configuration.startCommand,
          arguments: ["-l", configuration.logLevel.rawValue, "-f", configuration.logFilePrefix, "-i", plan.name],
          environment: environment, directory: configuration.workingDirectory,
          standardOutput: standardOutput, standardError: standardError))
    } catch {
      // Told from the reactor, as the guard would: the start that asked for this launch has not begun to wait for it.
      reactor.defer { [weak self] in self?.launchFailed("\(error)") }
    }
  }

  private var environment: [String: String] {
    var environment = configuration.environment
    environment["NCS_DIR"] = configuration.ncsDirectory
    environment["PYTHONPATH"] = ([configuration.runtimeDirectory] + plan.pythonPath).joined(separator: ":")
    environment["NCS_IPC_PATH"] = configuration.socketPath
    environment["CALLPOINT_TOKEN"] = token
    return environment
  }

  /// Lets the workers finish what they have, and then runs every `teardown()`.
  private func askToStop() {
    guard channel != nil else { return kill(because: "it is to stop, and it has no connection to the host") }
    for index in components.indices where components[index].state == .running {
      components[index].state = .stopping
    }
    for index in workers.indices { perform(workers[index].lifecycle.stopRequested(), onWorker: index) }
    guard isAskedToStop else { return }
    watchStop { [unowned self] in
      killLateWorkers()
      // One that cannot be killed, as its template has not told its number, goes with the VM.
      watchStop { [unowned self] in killLateVM() }
    }
    workersMayHaveStopped()
  }

  /// Goes on with the stop when no worker is left.
  func workersMayHaveStopped() {
    guard isAskedToStop, workers.allSatisfy({ $0.lifecycle.state == .stopped }) else { return }
    isAskedToStop = false
    channel?.notify("vm.stop", ["grace": .double(configuration.grace / .seconds(1))])
    // One grace period is for the callbacks that run on its threads, one for the teardown() methods.
    watchStop(periods: threadsEndpoint == nil ? 1 : 2) { [unowned self] in killLateVM() }
  }

  private func watchStop(periods: Int = 1, _ body: @escaping () -> Void) {
    if let stopTimer { reactor.cancel(stopTimer) }
    stopTimer = reactor.after(configuration.grace * periods) { [unowned self] in
      stopTimer = nil
      body()
    }
  }

  private func killLateVM() {
    perform(lifecycle.stopTimedOut())
  }

  /// Forgives earlier deaths when the process that has just become ready has served for a minute.
  func watchHealth() {
    let token = token
    _ = reactor.after(.seconds(60)) { [weak self] in
      if let self, self.token == token { lifecycle.provedItself() }
    }
  }

  private func cancelTimers() {
    for timer in [startTimer, stopTimer] { if let timer { reactor.cancel(timer) } }
    startTimer = nil
    stopTimer = nil
  }

  /// Marks every component that has not failed by itself.
  private func fail(_ error: String) {
    for index in components.indices where components[index].state != .failed {
      components[index].state = .failed
      components[index].error = error
    }
  }

  func refuseCallpoints(because reason: String) {
    for entry in entries { refuse(entry.id, because: reason) }
  }

  /// Refuses requests for a callpoint, or lets them wait again, if the callpoint is its own.
  func refuse(_ callpoint: CallpointID, because reason: String?) {
    if standing == .serving { dispatcher.refuse(callpoint, because: reason) }
  }

  private static func makeToken(using generator: inout some RandomNumberGenerator) -> String {
    (0..<4).map { _ in String(generator.next() as UInt64, radix: 16) }.joined(separator: "-")
  }
}
