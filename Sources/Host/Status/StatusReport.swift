import Callpoints
import JSON
import Packages
import PythonVM

/// What `status` answers.
struct StatusReport {
  let packages: [LoadedPackage]
  /// The VMs that serve or should serve.
  let machines: [VirtualMachine]
  /// The VMs beside them, which are on trial or leave.
  let guests: [VirtualMachine]
  let dispatcher: Dispatcher
  let points: PointIndex
  let table: CallpointTable

  /// The result of the method.
  var json: JSONValue {
    [
      "packages": .array(packages.map(describe)),
      "vms": .array((machines + guests).map(describe)),
      "unregistered": .array(points.all.filter { !isRegistered($0.identity) }.map(describe)),
    ]
  }

  /// The packages, with what is wrong with each of them.
  var packageErrors: [(name: String, error: String?)] {
    packages.map { package in
      let object = describe(package)
      let error = object["state"] == "failed" ? object["error"]?.string ?? "it has failed" : nil
      return (package.name, error)
    }
  }

  private func describe(_ package: LoadedPackage) -> JSONValue {
    let machine = machines.first { $0.plan.packages.contains(package.name) }
    let components = machine?.components.filter { $0.plan.package == package.name } ?? []
    var object: JSONObject = [
      "name": .string(package.name), "version": .string(package.metadata.map { "\($0.version)" } ?? ""),
      "directory": .string(package.directory),
    ]
    object["vm"] = machine.map { .string($0.plan.name) }
    object["state"] = .string(state(of: package, components, machine).rawValue)
    object["error"] = (package.error.map { "\($0)" } ?? components.compactMap(\.error).first).map { .string($0) }
    let warnings = package.warnings + components.flatMap(rivalries)
    if !warnings.isEmpty { object["warnings"] = .array(warnings.map { .string($0) }) }
    object["components"] = .array(components.map(describe))
    return .object(object)
  }

  /// Who else wanted to register the points of a component.
  private func rivalries(of component: Component) -> [String] {
    component.entries.flatMap { entry in
      (table[entry.identity]?.rivals ?? []).sorted().map {
        "\(entry.identity) is registered by \($0) too, which is refused"
      }
    }
  }

  private func state(
    of package: LoadedPackage, _ components: [Component], _ machine: VirtualMachine?
  ) -> Component.State {
    if package.error != nil || components.contains(where: { $0.state == .failed }) { return .failed }
    guard let machine else { return .running }
    return Self.state(of: machine)
  }

  private func describe(_ component: Component) -> JSONValue {
    var object: JSONObject = ["name": .string(component.plan.name), "class": .string(component.plan.className)]
    object["mode"] = component.decision.map { .string($0.mode.rawValue) }
    object["reason"] = component.decision.map { .string($0.reason) }
    object["state"] = .string(component.state.rawValue)
    object["error"] = component.error.map { .string($0) }
    if !component.problems.isEmpty { object["problems"] = .array(component.problems.map { .string($0) }) }
    if !component.threads.isEmpty { object["threads"] = .array(component.threads.map { .string($0) }) }
    return .object(object)
  }

  private func describe(_ machine: VirtualMachine) -> JSONValue {
    var object: JSONObject = [
      "name": .string(machine.plan.name), "packages": .array(machine.plan.packages.map { .string($0) }),
      "model": .string(machine.plan.model.rawValue),
    ]
    if machine.standing != .serving { object["standing"] = .string(machine.standing.rawValue) }
    object["mode"] = machine.decision.map { .string($0.mode.rawValue) }
    object["reason"] = machine.decision.map { .string($0.reason) }
    object["state"] = .string(Self.state(of: machine).rawValue)
    switch machine.state {
    case .failed(let error), .waiting(let error): object["error"] = .string(error)
    case .stopped, .launching, .starting, .running, .stopping: break
    }
    object["pid"] = machine.pid.map { .integer(Int64($0)) }
    object["restarts"] = .integer(Int64(machine.restarts))
    object["lastExit"] = machine.lastExit.map { .string($0) }
    object["running"] = running(machine.runningOnThreads)
    if machine.stuck > 0 { object["stuck"] = .integer(Int64(machine.stuck)) }
    object["callpoints"] = .array(
      machine.components.flatMap { component in
        component.entries.map { describe($0, of: component, in: machine) }
      })
    return .object(object)
  }

  private func describe(
    _ entry: CallpointTable.Entry, of component: Component, in machine: VirtualMachine
  ) -> JSONValue {
    var object: JSONObject = ["kind": .string(entry.identity.kind.rawValue), "name": .string(entry.identity.name)]
    object["component"] = entry.identity.nanoState.map { .string($0.componentType) }
    object["nanoState"] = entry.identity.nanoState.map { .string($0.state) }
    object["class"] = .string(entry.className)
    object["mode"] = component.decision.map { .string($0.mode.rawValue) }
    object["workers"] = .array(machine.workers.filter { $0.callpoint == entry.id }.map(describe))
    // The rest is the callpoint's, and so told with the VM whose own it is.
    guard machine.standing == .serving else { return .object(object) }
    let statistics = dispatcher.statistics(of: entry.id)
    object["paths"] = .array(points.paths(of: entry.identity).map { .string($0) })
    object["running"] = .integer(Int64(dispatcher.running(for: entry.id)))
    object["inFlight"] = .integer(Int64(dispatcher.inFlight(for: entry.id)))
    let stuck = dispatcher.stuck(of: entry.id)
    if stuck > 0 { object["stuck"] = .integer(Int64(stuck)) }
    object["queued"] = .integer(Int64(dispatcher.waiting(for: entry.id)))
    object["calls"] = .integer(Int64(statistics.calls))
    object["errors"] = .integer(Int64(statistics.errors))
    object["p50Micros"] = statistics.latency.micros(atShare: 0.5).map { .integer(Int64($0)) }
    object["p99Micros"] = statistics.latency.micros(atShare: 0.99).map { .integer(Int64($0)) }
    return .object(object)
  }

  private func describe(_ worker: Worker) -> JSONValue {
    var object: JSONObject = [:]
    object["pid"] = worker.pid.map { .integer(Int64($0)) }
    object["state"] = .string(worker.state.rawValue)
    object["inFlight"] = .integer(Int64(worker.requestsInFlight(dispatcher)))
    object["restarts"] = .integer(Int64(worker.lifecycle.restarts))
    object["lastExit"] = worker.lastExit.map { .string($0) }
    object["running"] = running(worker.running(dispatcher))
    return .object(object)
  }

  /// The callbacks that a process runs; `nil` if there are none.
  private func running(_ callbacks: [Dispatcher.Running]) -> JSONValue? {
    guard !callbacks.isEmpty else { return nil }
    let now = WallTime.now()
    return .array(
      callbacks.map { callback in
        var object: JSONObject = [
          "callpoint": .string(callback.label), "request": .integer(Int64(callback.request.number)),
          "operation": .string(callback.operation),
        ]
        object["path"] = callback.path.map { .string($0) }
        object["since"] = .string((now - callback.age).text)
        // Whoever asked for it has been answered: its deadline has passed, or the client has gone.
        if !callback.isAwaited { object["abandoned"] = true }
        return .object(object)
      })
  }

  private func describe(_ point: PointIndex.Point) -> JSONValue {
    [
      "kind": .string(point.identity.kind.rawValue), "name": .string(point.identity.name),
      "paths": .array(point.paths.map { .string($0) }),
    ]
  }

  private func isRegistered(_ identity: CallpointIdentity) -> Bool {
    guard identity.kind == .nano else { return table[identity] != nil }
    return table.all.contains { $0.identity.kind == .nano && $0.identity.name == identity.name }
  }

  /// The word for a VM's state.
  static func state(of machine: VirtualMachine) -> Component.State {
    switch machine.state {
    case .stopped: .stopped
    case .launching, .starting: .starting
    case .running: .running
    case .stopping: .stopping
    case .waiting, .failed: .failed
    }
  }
}
