import Callpoints
import Datastore
import Foundation
package import JSON
import Kernel
import Packages
import PythonVM
import Yang

/// A host: packages, their VMs, the data store and the control socket, on one thread.
///
/// ``run()`` returns after an ordered stop. Everything that hangs on a server is used from the thread that runs it.
package final class HostServer {
  /// Called once, when every VM serves or has failed, with what `status` answers then.
  package var onReady: (JSONValue) -> Void = { _ in }

  let settings: HostSettings
  let installation: Installation
  let reactor: Reactor
  let dispatcher: Dispatcher
  let table = CallpointTable()
  let runtime: PackageRuntime
  let store: Store
  let log: HostLog
  private let terminal = Terminal()
  var connections: [ObjectIdentifier: ControlConnection] = [:]
  var limits: ClientLimits
  var actions = ActionCache()

  private let stateDirectory: StateDirectory
  /// Where the schema file is for the VMs that start from now on.
  private var schemaPath: String
  /// Where clients connect, and where the processes below VMs do: a flood of clients does not keep a VM out.
  private var listeners: [UnixListener] = []
  private var processes: Guard?
  private var nextEndpoint = 1
  /// Runs while a host that has stopped waits for its last answers to be read.
  private var lastWords: Kernel.Timer?
  private var phase = Phase.starting
  /// Whether children die with their parent here, once the guard has found out.
  private var parentDeathSignalWorks: Bool?
  /// What waits until a VM has come to rest.
  private var waiters: [(machine: VirtualMachine, body: (VirtualMachine) -> Void)] = []
  /// How many actions and commits of clients are under way.
  private(set) var clientRequests = 0

  /// Loads packages and makes everything ready to run.
  ///
  /// - Parameter settings: What the user chose.
  /// - Throws: An error that says what cannot be read, written or listened on.
  package init(settings: HostSettings) throws {
    self.settings = settings
    installation = try Installation.current()
    reactor = try Reactor()
    dispatcher = Dispatcher(
      reactor: reactor, limits: RequestLedger.Limits(grace: settings.grace), messageLimit: settings.messageLimit)
    stateDirectory = try StateDirectory(path: settings.stateDirectory, socketPath: settings.socketPath)
    log = try HostLog(prefix: settings.logFilePrefix, reactor: reactor)
    runtime = PackageRuntime(packages: PackageSet(try Self.readPackages(settings, installation)))
    store = try Store(schema: runtime.packages.schema, loading: settings.loadFile)
    schemaPath = try stateDirectory.writeSchema(runtime.packages.schemaFile)
    limits = ClientLimits(descriptors: 0, messageLimit: settings.messageLimit)
    dispatcher.happened = { [log] event in log.write(event) }
    dispatcher.refused = { [log] callpoint, error in
      log.refuse(["callpoint": callpoint, "kind": error.kind.rawValue, "reason": error])
    }
  }

  private static func readPackages(
    _ settings: HostSettings, _ installation: Installation
  ) throws(PackageError) -> PackageReading {
    try PackageReading(
      paths: settings.packagePaths,
      compiler: SchemaCompiler(searchPath: settings.yangPath, builtIn: installation.yangDirectory))
  }

  /// Serves until SIGTERM or SIGINT, or until nothing more can be served.
  ///
  /// - Throws: An error that says what the system refused.
  package func run() throws {
    try Subreaper.become()
    try reactor.onSignals([SIGTERM, SIGINT, SIGHUP]) { [unowned self] in received(signal: $0) }
    try DescriptorTable.reserve()
    try log.start()
    defer {
      stateDirectory.leave()
      log.finish()
    }
    log.write(.start, ["process": "host", "pid": getpid()])
    listeners = [
      try UnixListener(
        path: stateDirectory.socketPath, reactor: reactor,
        onRefusal: { [log] in log.refuse(["connection": "client", "reason": $0]) },
        onConnection: { [unowned self] in acceptClient($0) }),
      try UnixListener(
        path: stateDirectory.processSocketPath, reactor: reactor,
        onRefusal: { [log] in log.refuse(["connection": "process", "reason": $0]) },
        onConnection: { [unowned self] in acceptProcess($0) }),
    ]
    processes = try Guard(guardSettings, reactor: reactor) { [unowned self] event in guardReported(event) }
    // The guard has the limit that we were given, and so have the VMs; each endpoint costs three or four descriptors here.
    limits = ClientLimits(descriptors: try DescriptorLimit.raise(), messageLimit: settings.messageLimit)
    reactor.run()
    for listener in listeners { listener.close() }
    let guardPID = processes?.pid
    processes?.stop()
    log.write(.exit, ["process": "guard", "pid": guardPID, "reason": "the host has stopped"])
    log.write(.exit, ["process": "host", "pid": getpid()])
  }

  /// What `status` answers; after ``run()``, how everything ended.
  package var status: JSONValue {
    report.json
  }

  /// What is to be seen of the host now.
  var report: StatusReport {
    StatusReport(
      packages: runtime.packages.plan.packages, machines: runtime.machines, guests: runtime.guests,
      dispatcher: dispatcher, points: runtime.packages.points, table: table)
  }

  /// Calls a closure when a VM has come to rest, at once if it is at rest now.
  func whenSettled(_ machine: VirtualMachine, _ body: @escaping (VirtualMachine) -> Void) {
    guard !machine.isSettled else { return body(machine) }
    waiters.append((machine, body))
  }

  // MARK: Processes

  private var guardSettings: Guard.Settings {
    // A guard that keeps dying is started again every few seconds: until it is, no VM can be.
    let schedule = BackoffSchedule(ceiling: .seconds(5))
    var random = SystemRandomNumberGenerator()
    return Guard.Settings(
      executable: installation.guardExecutable, usesParentDeathSignal: settings.usesParentDeathSignal,
      temporaryDirectory: ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp",
      pause: { schedule.delay(afterFailure: $0, using: &random) })
  }

  private func guardReported(_ event: GuardEvent) {
    switch event {
    case .probed(let works):
      log.write(.start, ["process": "guard", "pid": processes?.pid, "parent-death-signal": works])
      guard parentDeathSignalWorks == nil else { return }
      parentDeathSignalWorks = works
      startMachines()
    case .started(let launch, let pid):
      runtime.everyMachine.first { $0.launchID == launch }?.launched(pid: pid)
    case .failed(let launch, let step, let errno):
      let reason = KernelFailure(call: "\(step)", errno: errno)
      runtime.everyMachine.first { $0.launchID == launch }?.launchFailed("\(reason)")
    case .exited(let pid, let status):
      runtime.everyMachine.first { $0.pid == pid }?.exited(status)
    case .lost(let status): guardLost(status)
    case .silent(let pid, let time):
      log.write(.kill, ["process": "guard", "pid": pid, "reason": "it has not answered for \(time.seconds) s"])
    case .hindered(let text): log.write(.fail, ["process": "guard", "reason": text])
    }
  }

  private func startMachines() {
    let machines = runtime.packages.blueprints.map { ($0, makeMachine($0.plan, isOnTrial: false)) }
    _ = runtime.exchange([], for: machines)
    for machine in runtime.machines { machine.start() }
    announceIfReady()
  }

  /// Makes a VM that is not started.
  ///
  /// - Parameters:
  ///   - plan: What is to run in it.
  ///   - isOnTrial: Whether it is to take another one's place.
  /// - Returns: The VM, which has no place in the runtime yet.
  func makeMachine(_ plan: VMPlan, isOnTrial: Bool) -> VirtualMachine {
    guard let processes else { preconditionFailure("VMs are made when the guard has been started") }
    return VirtualMachine(
      plan: plan, configuration: makeConfiguration(), reactor: reactor, processes: processes, dispatcher: dispatcher,
      table: table,
      makeEndpointID: { [unowned self] in
        defer { nextEndpoint += 1 }
        return EndpointID(nextEndpoint)
      },
      events: VirtualMachine.Events(
        changed: { [unowned self] machine in changed(machine) },
        printed: { [unowned self] process, line in log.add(line, from: process) },
        happened: { [unowned self] event in log.write(event) }), isOnTrial: isOnTrial)
  }

  private func makeConfiguration() -> VMConfiguration {
    VMConfiguration(
      startCommand: settings.startCommand.map(absolutePath) ?? installation.startCommand,
      runtimeDirectory: installation.runtimeDirectory, ncsDirectory: installation.ncsDirectory,
      socketPath: stateDirectory.processSocketPath, workingDirectory: FileManager.default.currentDirectoryPath,
      schemaPath: schemaPath, logFilePrefix: settings.logFilePrefix, logLevel: settings.logLevel,
      messageLimit: settings.messageLimit, threads: settings.threads, workers: settings.workers,
      defaultWorkers: settings.defaultWorkers, mode: settings.mode,
      startTimeout: settings.startTimeout, grace: settings.grace, restartsAutomatically: settings.restartsVMs,
      parentDeathSignalWorks: parentDeathSignalWorks ?? false, environment: ProcessInfo.processInfo.environment)
  }

  private func guardLost(_ status: ExitStatus) {
    log.write(.exit, ["process": "guard", "status": status, "reason": "everything below it is gone"])
    for machine in runtime.everyMachine where machine.hasProcess { machine.exited(status) }
  }

  private func changed(_ machine: VirtualMachine) {
    if machine.isSettled {
      let ready = waiters.filter { $0.machine === machine }
      waiters.removeAll { $0.machine === machine }
      for waiter in ready { waiter.body(machine) }
    }
    // Not while the VM is in the middle of what it does. What is left when the reactor stops must not keep the host.
    reactor.defer { [unowned self] in machinesChanged() }
  }

  private func machinesChanged() {
    runtime.seeOff()
    stateDirectory.removeSchemas(except: Set([schemaPath] + runtime.everyMachine.compactMap(\.usedSchemaPath)))
    switch phase {
    case .starting: announceIfReady()
    case .serving: serveEarlyRequests()
    case .reloading(let reload): reload.machineChanged()
    case .stopping: leaveIfStopped()
    }
  }

  // MARK: Phases

  /// What the host as a whole is doing.
  private enum Phase {
    /// The VMs start for the first time; requests wait. Becomes `serving` or `stopping`.
    case starting
    /// Every VM has come to rest once. Becomes `reloading` or `stopping`.
    case serving
    /// Packages are exchanged; requests wait if the model changes. Becomes `serving` or `stopping`.
    case reloading(Reload)
    /// The VMs stop for good.
    case stopping
  }

  /// Whether VMs may be started, stopped and exchanged.
  var isServing: Bool { if case .serving = phase { true } else { false } }

  /// Whether the host is on its way out.
  var isStopping: Bool { if case .stopping = phase { true } else { false } }

  /// Whether a client's request has to wait until the phase is over, or VMs have come to rest.
  func mustWait(_ method: String) -> Bool {
    let changesVMs = ["start", "stop", "reload"].contains(method)
    return switch phase {
    case .starting: true
    case .serving: method == "reload" && !runtime.machines.allSatisfy(\.isSettled)
    case .reloading(let reload): reload.changesModel || changesVMs
    case .stopping: false
    }
  }

  private func serveEarlyRequests() {
    for connection in connections.values { connection.serveEarlyRequests(by: self) }
  }

  /// A client's action or commit is under way.
  func clientRequestBegan() { clientRequests += 1 }

  /// A client's action or commit is over.
  func clientRequestEnded() {
    clientRequests -= 1
    guard case .reloading(let reload) = phase else { return }
    reactor.defer { reload.requestsMayHaveEnded() }
  }

  private func announceIfReady() {
    guard case .starting = phase, runtime.machines.allSatisfy(\.isSettled) else { return }
    phase = .serving
    log.write(.ready, ["process": "host"])
    for name in settings.workers.keys.sorted() where !table.all.contains(where: { $0.identity.name == name }) {
      log.write(.note, ["callpoint": name, "reason": "--workers names it, and nobody has registered it"])
    }
    onReady(status)
    serveEarlyRequests()
  }

  // MARK: Reloading

  /// Reads the packages again and exchanges the VMs of those that have changed.
  ///
  /// - Parameter completion: Called with what has become of each package, when the VMs have come to rest.
  /// - Throws: ``CallError`` if the packages cannot be read, or the data do not fit their model; nothing is touched then.
  func reload(_ completion: @escaping Reload.Completion) throws(CallError) {
    guard isServing else { throw .notNow }
    let disk: PackageReading
    do throws(PackageError) {
      disk = try Self.readPackages(settings, installation)
    } catch {
      throw CallError(.invalidRequest, "\(error)")
    }
    let reload = try Reload(of: self, to: disk) { [unowned self] result in
      log(result)
      if case .reloading = phase { phase = .serving }
      completion(result)
      serveEarlyRequests()
    }
    log.write(.reload, ["process": "host"])
    phase = .reloading(reload)
    reload.begin()
  }

  private func log(_ result: Result<[Reload.Outcome], CallError>) {
    switch result {
    case .failure(let error): log.write(.fail, ["process": "host", "reason": "the reload is given up: \(error)"])
    case .success(let outcomes):
      for outcome in outcomes {
        log.write(outcome.succeeded ? .reload : .fail, ["package": outcome.package, "reason": outcome.info])
      }
    }
  }

  /// Puts the data under a model, for requests and for every VM that starts from now on.
  ///
  /// - Parameters:
  ///   - snapshot: The data under the model.
  ///   - packages: Whose model it is.
  /// - Throws: ``CallError`` if the schema file cannot be written.
  func install(_ snapshot: Snapshot, of packages: PackageSet) throws(CallError) {
    do throws(StateDirectory.Unusable) {
      schemaPath = try stateDirectory.writeSchema(packages.schemaFile)
    } catch {
      throw CallError(.unavailable, "\(error)")
    }
    store.snapshot = snapshot
    for machine in runtime.everyMachine { machine.schemaPath = schemaPath }
  }

  /// Ends a callpoint that nobody serves any more.
  func withdraw(_ entry: CallpointTable.Entry) {
    dispatcher.close(entry.id, because: CallError(.unavailable, "\(entry.identity) is no longer registered"))
  }

  // MARK: Stopping

  private func received(signal: Int32) {
    let name = strsignal(signal).map { String(cString: $0) }
    log.write(.signal, ["signal": signal, "name": name])
    // Whoever has renamed the log files says so with SIGHUP, and everything goes on; so does a terminal that is closed.
    if signal == SIGHUP, !terminal.isGone { log.reopen() } else { stopRequested() }
  }

  private func stopRequested() {
    if isStopping {
      log.write(.stop, ["process": "host", "reason": "asked a second time: at once"])
      dispatcher.cancelAll(because: .stopping)
      return reactor.stop()
    }
    log.write(.stop, ["process": "host"])
    let reload: Reload? = if case .reloading(let reload) = phase { reload } else { nil }
    phase = .stopping
    listeners[0].close()
    reload?.abandon(because: .stopping)
    serveEarlyRequests()
    for machine in runtime.everyMachine { machine.stop() }
    leaveIfStopped()
  }

  /// Ends the host when every VM has stopped and every answer has been read.
  func leaveIfStopped() {
    guard runtime.everyMachine.allSatisfy({ $0.state == .stopped }) else { return }
    let unread = connections.values.filter { !$0.link.flush() }
    if unread.isEmpty { return reactor.stop() }
    // An answer has arrived when it has been read, for which there is a grace period too.
    if lastWords == nil { lastWords = reactor.after(settings.grace) { [unowned self] in reactor.stop() } }
  }

  /// Stops the host, as a signal would.
  package func stop() { stopRequested() }
}

extension CallError {
  /// Why VMs are neither started nor stopped now.
  static let notNow = CallError(.busy, "the host is loading packages or stopping")

  /// Why nothing is begun any more.
  static let stopping = CallError(.unavailable, "the host is stopping")
}

/// A path that does not depend on the working directory.
func absolutePath(_ path: String) -> String {
  path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
}
