import Callpoints
import Kernel
import Packages

/// One VM takes the place of another.
///
/// On trial a VM does all that others do, up to endpoints that are ready, but for the registration of its callpoints. So
/// the exchange takes no time: its endpoints get what waits and what comes from then on.
extension VirtualMachine {
  /// What its components have registered, or would have if it were not on trial.
  package var entries: [CallpointTable.Entry] { components.flatMap(\.entries) }

  /// Whether it serves, or will by itself.
  package var isWorthKeeping: Bool {
    switch state {
    case .running: true
    case .launching, .starting, .waiting: !lifecycle.isHopeless
    case .stopping, .stopped, .failed: false
    }
  }

  /// Why it is not fit to take the place of others, if it is not: something fails that did not fail there.
  package func shortcoming(besides old: [VirtualMachine]) -> String? {
    switch state {
    case .failed(let error), .waiting(let error): return error
    case .stopped, .stopping, .launching, .starting: return "it has stopped"
    case .running: break
    }
    let known = old.flatMap(\.components).filter { $0.state == .failed }
    for component in components where component.state == .failed {
      if known.contains(where: { $0.plan.package == component.plan.package && $0.plan.name == component.plan.name }) {
        continue
      }
      return "component \(component.plan.name): \(component.error ?? "it failed")"
    }
    return workers.first { $0.lifecycle.isExhausted }.map { worker in
      "the worker of \(worker.label) keeps dying: \(worker.lastLoss ?? "nobody knows why")"
    }
  }

  /// Ends the trial: its callpoints, which the table has by now, are its own.
  package func takeOver() {
    standing = .serving
    lifecycle.passedTrial()
    for entry in entries {
      dispatcher.open(entry.id, label: "\(entry.identity)")
      dispatcher.refuse(entry.id, because: nil)
    }
    serveWithThreads()
    for index in workers.indices where workers[index].lifecycle.state == .running { serve(worker: index) }
    channel?.notify("vm.start")
  }

  /// Takes over, before it is started, what VMs without processes have registered: requests wait for it, or are refused.
  ///
  /// - Parameter others: The VMs that it follows.
  /// - Returns: What it has now.
  package func inherit(from others: [VirtualMachine]) -> [CallpointTable.Entry] {
    for index in components.indices {
      let plan = components[index].plan
      let ancestor = others.flatMap(\.components).first { $0.plan.package == plan.package && $0.plan.name == plan.name }
      components[index].entries = (ancestor?.entries ?? []).map { $0.moved(to: self.plan.name) }
    }
    return entries
  }

  /// Makes way: it gets no requests any more, its callbacks finish what they have, and it stops.
  package func retire() {
    standing = .leaving
    if let threadsEndpoint { dispatcher.retire(threadsEndpoint) }
    for endpoint in workers.compactMap(\.endpoint) { dispatcher.retire(endpoint) }
    perform(lifecycle.stopRequested())
  }

  /// Takes in what a component has registered.
  ///
  /// - Parameter report: What the component says.
  /// - Returns: The entries; on trial they are in no table yet.
  /// - Throws: ``CallpointTable/Conflict`` if one of the points is taken.
  func register(_ report: ComponentReport) throws(CallpointTable.Conflict) -> [CallpointTable.Entry] {
    guard standing == .serving else { return try table.entries(of: report, in: plan.name) }
    let (entries, gone) = try table.register(report, of: plan.name)
    for entry in gone {
      dispatcher.close(entry.id, because: CallError(.unavailable, "\(entry.identity) is no longer registered"))
    }
    for entry in entries { dispatcher.open(entry.id, label: "\(entry.identity)") }
    return entries
  }

  /// Lets the VM's own endpoint have requests, if it is ready and the callpoints are its own.
  func serveWithThreads() {
    guard standing == .serving, let threadsEndpoint, threadsEndpoint.pid != nil else { return }
    var served: [CallpointID: Int] = [:]
    for component in components where component.state == .running && component.decision?.mode == .threading {
      for (entry, number) in zip(component.entries, component.registrations) { served[entry.id] = number }
    }
    dispatcher.endpointReady(
      threadsEndpoint, serving: served, credit: configuration.threads, bearsStuckCallbacks: true)
  }
}
