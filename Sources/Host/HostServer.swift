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
  private(set) var runtime: PackageRuntime
  let store: Store
  let log: HostLog
  var connections: [ObjectIdentifier: ControlConnection] = [:]
  var limits: ClientLimits

  private let stateDirectory: StateDirectory
  /// Where the schema file is for the VMs that start from now on.
  private var schemaPath: String
  /// Where clients connect, and where the processes below VMs do: a flood of clients does not keep a VM out.
  private var listeners: [UnixListener] = []
  private var processes: Guard?
  private var nextEndpoint = 1
  private var phase = Phase.starting(after: nil)
  /// Whether children die with their parent here, once the guard has found out.
  private var parentDeathSignalWorks: Bool?
  /// What waits until a VM has come to rest.
  private var waiters: [(vm: String, body: (VirtualMachine) -> Void)] = []

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
    // The guard has the limit that we were given, and so have the VMs; each endpoint costs four or five descriptors here.
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
    StatusReport(
      packages: runtime.packages.plan.packages, machines: runtime.machines, dispatcher: dispatcher,
      points: runtime.packages.points, table: table
    ).json
  }

  /// Calls a closure when a VM has come to rest, at once if it is at rest now.
  func whenSettled(_ machine: VirtualMachine, _ body: @escaping (VirtualMachine) -> Void) {
    guard !machine.isSettled else { return body(machine) }
    waiters.append((machine.plan.name, body))
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
      runtime.machines.first { $0.launchID == launch }?.launched(pid: pid)
    case .failed(let launch, let step, let errno):
      let reason = KernelFailure(call: "\(step)", errno: errno)
      runtime.machines.first { $0.launchID == launch }?.launchFailed("\(reason)")
    case .exited(let pid, let status):
      runtime.machines.first { $0.pid == pid }?.exited(status)
    case .lost(let status): guardLost(status)
    case .hindered(let text): log.write(.fail, ["process": "guard", "reason": text])
    }
  }

  private func startMachines() {
    guard let processes else { return }
    let configuration = makeConfiguration()
    runtime.makeMachines { plan in
      VirtualMachine(
        plan: plan, configuration: configuration, reactor: reactor, processes: processes, dispatcher: dispatcher,
        table: table,
        makeEndpointID: { [unowned self] in
          defer { nextEndpoint += 1 }
          return EndpointID(nextEndpoint)
        },
        events: VirtualMachine.Events(
          changed: { [unowned self] machine in changed(machine) },
          printed: { [unowned self] process, line in log.add(line, from: process) },
          happened: { [unowned self] event in log.write(event) }))
    }
    for machine in runtime.machines { machine.start() }
    announceIfReady()
  }

  private func makeConfiguration() -> VMConfiguration {
    VMConfiguration(
      startCommand: settings.startCommand.map(absolutePath) ?? installation.startCommand,
      runtimeDirectory: installation.runtimeDirectory, ncsDirectory: installation.ncsDirectory,
      socketPath: stateDirectory.processSocketPath, workingDirectory: FileManager.default.currentDirectoryPath,
      schemaPath: schemaPath, logFilePrefix: settings.logFilePrefix, logLevel: settings.logLevel,
      messageLimit: settings.messageLimit, threads: settings.threads, workers: settings.workers,
      defaultWorkers: settings.defaultWorkers,
      startTimeout: settings.startTimeout, grace: settings.grace, restartsAutomatically: settings.restartsVMs,
      parentDeathSignalWorks: parentDeathSignalWorks ?? false, environment: ProcessInfo.processInfo.environment)
  }

  private func guardLost(_ status: ExitStatus) {
    log.write(.exit, ["process": "guard", "status": status, "reason": "everything below it is gone"])
    for machine in runtime.machines where machine.hasProcess { machine.exited(status) }
  }

  private func changed(_ machine: VirtualMachine) {
    if machine.isSettled {
      let ready = waiters.filter { $0.vm == machine.plan.name }
      waiters.removeAll { $0.vm == machine.plan.name }
      for waiter in ready { waiter.body(machine) }
    }
    switch phase {
    case .starting: announceIfReady()
    case .serving: break
    case .exchanging: exchangeIfStopped()
    case .stopping: leaveIfStopped()
    }
  }

  // MARK: Phases

  /// What the host as a whole is doing.
  private enum Phase {
    /// The VMs start, for the first time or after a reload; requests wait. Becomes `serving` or `stopping`.
    case starting(after: Reload?)
    /// Every VM has come to rest once. Becomes `exchanging` or `stopping`.
    case serving
    /// The VMs stop to make way for a reload's; requests wait. Becomes `starting` or `stopping`.
    case exchanging(Reload)
    /// The VMs stop for good.
    case stopping
  }

  /// Whether every VM of the present packages has come to rest once.
  var isReady: Bool { if case .serving = phase { true } else { false } }

  /// Whether the host is on its way out.
  var isStopping: Bool { if case .stopping = phase { true } else { false } }

  /// Whether every VM has done what it was told by a stop; one that has failed or still runs is at rest too, but has not.
  private var haveAllStopped: Bool { runtime.machines.allSatisfy { $0.state == .stopped } }

  private func announceIfReady() {
    guard case .starting(let reload) = phase, runtime.machines.allSatisfy(\.isSettled) else { return }
    phase = .serving
    log.write(.ready, ["process": "host"])
    for name in settings.workers.keys.sorted() where !table.all.contains(where: { $0.identity.name == name }) {
      log.write(.note, ["callpoint": name, "reason": "--workers names it, and nobody has registered it"])
    }
    if let reload {
      reload.completion(reload.failure.map { .failure($0) } ?? .success(status))
    } else {
      onReady(status)
    }
    for connection in connections.values { connection.serveEarlyRequests(by: self) }
  }

  // MARK: Reloading

  /// Packages that take the place of the present ones.
  private struct Reload {
    let packages: PackageSet
    let completion: (Result<JSONValue, CallError>) -> Void
    /// Why the old packages are loaded again.
    var failure: CallError?
  }

  /// Reads the packages again, stops every VM in order and starts those of the new packages.
  ///
  /// Requests that come in the meantime wait.
  ///
  /// - Parameter completion: Called with what `status` answers when the new VMs have come to rest.
  /// - Throws: ``CallError`` if the packages cannot be read, or the data do not fit their model; nothing is stopped then.
  func reload(_ completion: @escaping (Result<JSONValue, CallError>) -> Void) throws(CallError) {
    guard isReady else { throw .notNow }
    let packages: PackageSet
    do throws(PackageError) {
      packages = PackageSet(try Self.readPackages(settings, installation))
    } catch {
      throw CallError(.invalidRequest, "\(error)")
    }
    // Whether the data fit is found out before anything is stopped; they may change until the exchange.
    if packages.schemaFile != runtime.packages.schemaFile { _ = try store.snapshot(under: packages.schema) }
    phase = .exchanging(Reload(packages: packages, completion: completion))
    for machine in runtime.machines { machine.stop() }
    exchangeIfStopped()
  }

  /// Puts the new packages in the old ones' place once every VM has stopped.
  private func exchangeIfStopped() {
    guard case .exchanging(var next) = phase, haveAllStopped else { return }
    for machine in runtime.machines {
      for entry in table.remove(vm: machine.plan.name) {
        dispatcher.close(entry.id, because: CallError(.unavailable, "VM \(machine.plan.name) has been reloaded"))
      }
    }
    do {
      if next.packages.schemaFile != runtime.packages.schemaFile {
        let migrated = try store.snapshot(under: next.packages.schema)
        schemaPath = try stateDirectory.writeSchema(next.packages.schemaFile)
        store.snapshot = migrated
        stateDirectory.removeSchemas(except: [schemaPath])
      }
      runtime = PackageRuntime(packages: next.packages)
    } catch {
      next.failure = CallError(.unavailable, "the packages stay as they were: \(error)")
    }
    phase = .starting(after: next)
    startMachines()
  }

  // MARK: Stopping

  private func received(signal: Int32) {
    let name = strsignal(signal).map { String(cString: $0) }
    log.write(.signal, ["signal": signal, "name": name])
    // Whoever has renamed the log files says so this way; everything else goes on.
    if signal == SIGHUP { log.reopen() } else { stopRequested() }
  }

  private func stopRequested() {
    if isStopping {
      log.write(.stop, ["process": "host", "reason": "asked a second time: at once"])
      return reactor.stop()
    }
    switch phase {
    case .exchanging(let reload), .starting(after: let reload?): reload.completion(.failure(.notNow))
    case .starting(after: nil), .serving, .stopping: break
    }
    phase = .stopping
    log.write(.stop, ["process": "host"])
    listeners[0].close()
    for machine in runtime.machines { machine.stop() }
    leaveIfStopped()
  }

  private func leaveIfStopped() {
    if haveAllStopped { reactor.stop() }
  }

  /// Stops the host, as a signal would.
  package func stop() { stopRequested() }
}

extension CallError {
  /// Why VMs are neither started nor stopped now: a reload and the host's own stop wait until every VM has stopped.
  static let notNow = CallError(.busy, "the host is loading packages or stopping")
}

/// A path that does not depend on the working directory.
func absolutePath(_ path: String) -> String {
  path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
}
