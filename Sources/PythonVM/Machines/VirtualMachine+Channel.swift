import Callpoints
import Glibc
package import JSON
import Kernel
import Packages

/// What the VM's process and its template say on the control socket.
extension VirtualMachine {
  /// How long a process that has closed its connection may take to end by itself.
  private static let lastWords = Duration.seconds(1)

  /// Whether the VM's process has said hello.
  package var isAttached: Bool { channel != nil }

  /// Whether the VM's template has said hello.
  package var hasTemplate: Bool { template != nil }

  /// The VM's process has said hello.
  ///
  /// - Parameter connection: The connection, which is the VM's from now on.
  /// - Returns: The answer: everything the VM must know to start its components.
  package func attach(_ connection: RPCConnection) -> JSONValue {
    channel = connection
    usedSchemaPath = schemaPath
    connection.onRequest = { [unowned self] in violated("the VM made the request \($0.method)") }
    connection.onNotification = { [unowned self] method, params in
      do throws(ProtocolViolation) {
        try received(method, params)
      } catch {
        violated("the VM broke the protocol: \(error)")
      }
    }
    connection.onEnd = { [unowned self] in
      channel = nil
      // A guard that is stopped tells no end, but it does not answer either.
      processes.sweep()
      // It has ended, as the guard will report, or it is about to and has a reason to tell; else it cannot be stopped in
      // order and is of no use.
      kill(unlessEndedWithin: Self.lastWords, because: "it closed its connection to the host")
    }
    return [
      "vm": .string(plan.name), "host": .integer(Int64(getpid())), "version": "6.7",
      "components": .array(components.map { describe($0.plan) }),
      "schema": .string(schemaPath),
      "log": [
        "prefix": .string(configuration.logFilePrefix), "level": .string(configuration.logLevel.rawValue),
      ],
      "threads": .integer(Int64(configuration.threads)),
      "messageLimit": .integer(Int64(configuration.messageLimit)),
      "parentDeathSignal": .bool(configuration.parentDeathSignalWorks),
      "selfAssignWarning": "alarm",
    ]
  }

  /// The VM's template has said hello.
  ///
  /// - Parameters:
  ///   - connection: The connection, which is the template's from now on.
  ///   - pid: The process, as it says itself.
  ///   - number: The process, as the system shows it to the host.
  package func attachTemplate(_ connection: RPCConnection, pid: Int?, seenAs number: Int32) {
    template = connection
    sharesProcessNumbers = pid == Int(number)
    templatePID = pid
    log(.start, process: "template", ["pid": pid])
    connection.onRequest = { [unowned self] in violated("the template made the request \($0.method)") }
    connection.onNotification = { [unowned self] method, params in
      do throws(ProtocolViolation) {
        try templateReceived(method, params)
      } catch {
        violated("the template broke the protocol: \(error)")
      }
    }
    connection.onEnd = { [unowned self] in
      template = nil
      log(.exit, process: "template", ["pid": templatePID])
      templatePID = nil
      guard case .stopping = state else {
        return kill(unlessEndedWithin: .milliseconds(20), because: "its template has ended, and with it its workers")
      }
      forgetStoppingWorkers()
    }
    for index in workers.indices { perform(workers[index].lifecycle.mayFork(), onWorker: index) }
    checkReadiness()
  }

  /// Tells the VM and its workers about a new log level.
  package func changeLogLevel(to level: LogLevel) {
    let settings: JSONObject = ["level": .string(level.rawValue)]
    channel?.notify("vm.settings", settings)
    template?.notify("vm.settings", settings)
    for worker in workers {
      worker.endpoint?.sendControl("{\"do\":\"settings\",\"level\":\"\(level.rawValue)\"}")
    }
  }

  private func describe(_ component: ComponentPlan) -> JSONValue {
    [
      "package": .string(component.package), "name": .string(component.name), "class": .string(component.className),
      "module": .string(component.module), "attribute": .string(component.attribute),
      "model": .string(plan.model.rawValue), "directory": .string(component.directory),
    ]
  }

  private func violated(_ what: String) { kill(because: what) }

  private func received(_ method: String, _ params: JSONValue) throws(ProtocolViolation) {
    switch method {
    case "vm.component": componentReported(try ComponentReport(params))
    case "vm.ready": setupEnded(threadsLeft: (params["threads"]?.array ?? []).compactMap(\.string))
    case "vm.event": happened(params)
    default: throw ProtocolViolation("unknown message \(method)")
    }
  }

  /// What user code has told about itself.
  private func happened(_ params: JSONValue) {
    switch params["event"]?.string {
    case "log-level":
      // A component asked for it in the VM; its workers and those to come follow.
      if let level = params["level"]?.string.flatMap({ LogLevel($0) }) { changeLogLevel(to: level) }
    case "running-thread":
      guard let name = params["name"]?.string, let index = componentNamed(by: params) else { return }
      components[index].threads.removeAll { $0 == name }
      if params["running"]?.bool == true { components[index].threads.append(name) }
    case "problem":
      guard let text = params["text"]?.string, let index = componentNamed(by: params) else { return }
      components[index].problems.append(text)
      log(.fail, ["component": components[index].plan.name, "reason": text])
    default: break
    }
  }

  private func componentNamed(by params: JSONValue) -> Int? {
    components.firstIndex {
      $0.plan.package == params["package"]?.string && $0.plan.name == params["component"]?.string
    }
  }

  private func componentReported(_ report: ComponentReport) {
    guard standing != .leaving,
      let index = components.firstIndex(where: { $0.plan.package == report.package && $0.plan.name == report.name })
    else { return }
    if let error = report.error { return componentFailed(index, error) }
    do {
      let entries = try register(report)
      components[index].entries = entries
      components[index].registrations = report.registrations.map(\.number)
      components[index].state = .running
      components[index].error = nil
    } catch {
      componentFailed(index, "\(error)")
    }
  }

  private func componentFailed(_ index: Int, _ error: String) {
    components[index].state = .failed
    components[index].error = error
    let name = components[index].plan.name
    log(.fail, ["component": name, "reason": error])
    // Nobody will serve what it registered before the VM died.
    for entry in components[index].entries { refuse(entry.id, because: "component \(name): \(error)") }
  }

  private func setupEnded(threadsLeft: [String]) {
    guard case .starting = state else { return }
    var served: [Int] = []
    var forked: [Worker] = []
    for index in components.indices where components[index].state == .running {
      let component = components[index]
      let decision = ModeDecision.decide(
        asksForProcesses: plan.model == .multiprocessing, callpoints: component.entries.count,
        parentDeathSignalWorks: configuration.parentDeathSignalWorks, threadsLeft: threadsLeft,
        override: configuration.mode)
      components[index].decision = decision
      switch decision.mode {
      case .threading: served += component.registrations
      case .multiprocessing: forked += makeWorkers(of: component)
      }
    }
    if components.allSatisfy({ $0.state == .failed }) {
      let errors = components.compactMap(\.error).joined(separator: "; ")
      return perform(lifecycle.loadFailed(errors))
    }
    workers = forked
    if !workers.isEmpty { channel?.notify("vm.template") }
    if !served.isEmpty { makeThreads(for: served) }
    if standing == .serving { channel?.notify("vm.start") }
    checkReadiness()
  }

  private func makeWorkers(of component: Component) -> [Worker] {
    zip(component.entries, component.registrations).flatMap { entry, registration in
      let worker = Worker(callpoint: entry.id, label: "\(entry.identity)", registration: registration)
      return Array(repeating: worker, count: configuration.workers[entry.identity.name] ?? configuration.defaultWorkers)
    }
  }

  private func makeThreads(for registrations: [Int]) {
    let id = makeEndpointID()
    do throws(KernelFailure) {
      let ends = DescriptorBundle()
      let endpoint = try Endpoint(
        id: id, callpoints: registrations.count, threads: configuration.threads,
        messageLimit: configuration.messageLimit,
        reactor: reactor, dispatcher: dispatcher,
        events: Endpoint.Events(
          ready: { [unowned self] _ in
            serveWithThreads()
            checkReadiness()
          },
          violated: { [unowned self] in violated("it broke the protocol on its reply pipe: \($0)") },
          // The guard tells the end of a VM.
          closed: {},
          stuck: { [unowned self] in threadStuck($0) },
          exhausted: { [unowned self] in perform(lifecycle.cannotGoOn($0)) }),
        remoteEnds: ends)
      threadsEndpoint = endpoint
      channel?.notify(
        "vm.serve",
        [
          "endpoint": .integer(Int64(id.number)), "threads": .integer(Int64(configuration.threads)),
          "callpoints": .array(registrations.map { .integer(Int64($0)) }),
        ], descriptors: ends)
    } catch {
      violated("no descriptors are left for its pipes: \(error)")
    }
  }

  /// Reports a stuck callback and has every stack of the VM written to the log.
  private func threadStuck(_ stuck: StuckCallback) {
    log(.stuck, process: "vm", stuckFields(stuck, pid: pid))
    // A start command that does not exec leaves the guard a process that knows nothing of the signal.
    if let pid, pid == threadsEndpoint?.pid { processes.kill(pid, signal: StackDump.signal) }
  }

  /// What a VM that does not become ready is waiting for, as a clause.
  var missing: String {
    if channel == nil { return "its process has not connected to the host" }
    if let component = components.first(where: { $0.state == .starting }) {
      return "component \(component.plan.name) has not come to the end of setup()"
    }
    if let worker = workers.first(where: { $0.state == .starting }) {
      return "the worker of \(worker.label) is not ready"
    }
    return "its threads are not ready"
  }

  /// Announces the VM once everything that serves is ready.
  func checkReadiness() {
    guard case .starting = state, components.allSatisfy({ $0.state != .starting }) else { return }
    guard components.contains(where: { $0.state == .running }) else { return }
    if let threadsEndpoint, threadsEndpoint.pid == nil { return }
    // One callpoint whose workers keep dying does not keep the others from serving.
    guard workers.allSatisfy({ $0.state == .running || $0.lifecycle.isExhausted }) else { return }
    guard workers.isEmpty || template != nil else { return }
    let forked = Set(workers.map(\.callpoint))
    for component in components where component.state == .running {
      for entry in component.entries where !forked.contains(entry.id) { refuse(entry.id, because: nil) }
    }
    log(.ready, process: "vm", ["pid": pid, "mode": decision?.mode.rawValue])
    perform(lifecycle.becameReady())
    watchHealth()
  }
}
