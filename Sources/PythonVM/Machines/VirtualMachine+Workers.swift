import Callpoints
import Glibc
import JSON
import Kernel
import Packages

/// The workers of a VM in multiprocessing mode.
extension VirtualMachine {
  func perform(_ actions: [WorkerLifecycle.Action], onWorker index: Int) {
    for action in actions {
      switch action {
      case .fork: fork(worker: index)
      case .watchStart(let number): watchStart(ofWorker: index, number: number)
      case .abandonStart: abandonStart(ofWorker: index)
      case .forkAfter(let pause):
        let token = token
        _ = reactor.after(pause) { [weak self] in
          guard let self, self.token == token, workers.indices.contains(index) else { return }
          perform(workers[index].lifecycle.mayFork(), onWorker: index)
        }
      case .serve: serve(worker: index)
      case .giveUpForNow: giveUpForNow(worker: index)
      case .askToFinish: workers[index].endpoint?.sendControl("{\"do\":\"stop\"}")
      case .announceStop: workersMayHaveStopped()
      }
    }
  }

  /// Asks the template for the next process of a worker, along with all others that are asked for in this turn.
  private func fork(worker index: Int) {
    guard template != nil else { return }
    let label = workers[index].label
    let id = makeEndpointID()
    do throws(KernelFailure) {
      let ends = DescriptorBundle()
      let endpoint = try Endpoint(
        id: id, callpoints: 1, threads: configuration.threads, messageLimit: configuration.messageLimit,
        reactor: reactor, dispatcher: dispatcher,
        events: Endpoint.Events(
          ready: { [unowned self] pid in workerReady(id, pid: pid) },
          violated: { [unowned self] violation in
            killWorker(id, because: "\(violation)")
          },
          closed: { [unowned self] in expectEnd(of: id) },
          stuck: { [unowned self] stuck in workerStuck(id, stuck) },
          exhausted: { [unowned self] reason in killWorker(id, because: reason) }),
        remoteEnds: ends)
      var output = try Descriptor.pipe()
      ends.add(output.takeWriteEnd())
      workers[index].output = try ProcessOutput(output.takeReadEnd(), reactor: reactor, printed: events.printed)
      workers[index].endpoint = endpoint
      let worker: JSONValue = [
        "endpoint": .integer(Int64(id.number)), "callpoint": .integer(Int64(workers[index].registration)),
        "title": .string("callpoint: \(plan.name) \(label)"),
      ]
      order(worker, ends: ends)
    } catch {
      log(.fail, process: "worker", ["callpoint": label, "reason": error])
      ended(worker: index, because: "\(error)")
    }
  }

  /// Puts a worker's process on the list of those that the template forks together, so that they share the most memory.
  private func order(_ worker: JSONValue, ends: DescriptorBundle) {
    forkOrder.workers.append(worker)
    forkOrder.ends.take(from: ends)
    switch forkOrder.workers.count {
    case 1: reactor.atTurnEnd { [weak self] in self?.sendForkOrder() }
    case ForkOrder.mostWorkers: sendForkOrder()
    default: break
    }
  }

  private func sendForkOrder() {
    let order = forkOrder
    forkOrder = ForkOrder()
    guard !order.workers.isEmpty else { return }
    // A template that is gone takes the workers with it, those too that it has not forked yet.
    template?.notify("template.fork", ["workers": .array(order.workers)], descriptors: order.ends)
  }

  func templateReceived(_ method: String, _ params: JSONValue) throws(ProtocolViolation) {
    guard let number = params["endpoint"]?.int else { throw ProtocolViolation("\(method) names no endpoint") }
    guard let index = worker(of: EndpointID(number)) else { return }
    switch method {
    case "template.forked":
      guard let pid = params["pid"]?.int.flatMap({ Int32(exactly: $0) }) else {
        throw ProtocolViolation("\(method) names no process")
      }
      started(worker: index, pid: pid)
    case "template.failed":
      let error = params["error"]?.string ?? "the fork failed"
      log(.fail, process: "worker", ["callpoint": workers[index].label, "reason": error])
      ended(worker: index, because: error)
    case "template.exited":
      let status = ExitStatus(wire: Int32(clamping: params["status"]?.int ?? 0))
      let pid = workers[index].pid.map(String.init) ?? "?"
      workers[index].lastExit = "\(status)"
      log(.exit, process: "worker", ["callpoint": workers[index].label, "pid": pid, "status": status])
      // What its callbacks left behind has been adopted by the guard, which is not told.
      processes.sweep()
      ended(worker: index, because: "its worker, process \(pid), ended: \(status)")
    default: throw ProtocolViolation("unknown message \(method)")
    }
  }

  /// Settles what a worker's process had, after reading what it wrote.
  func giveUpEndpoint(ofWorker index: Int, because error: CallError) {
    guard let endpoint = workers[index].endpoint else { return }
    // What is read now comes from a process that is gone: it does not become ready, and its number is not killed.
    workers[index].endpoint = nil
    workers[index].pid = nil
    workers[index].output?.end()
    workers[index].output = nil
    endpoint.drain()
    dispatcher.endpointLost(endpoint, because: error)
    endpoint.close()
    if endpoint.hasWorked { hasWorked = true }
  }

  /// The template is gone while the VM stops, and its workers go with it: the stop need not wait for them.
  ///
  /// Nobody tells when they have ended, but for the guard: what they have is settled at the VM's exit.
  func forgetStoppingWorkers() {
    for index in workers.indices {
      perform(workers[index].lifecycle.ended(hasWorked: false, using: &random), onWorker: index)
    }
  }

  /// Takes note of a worker's process, whoever tells of it first: it may be ready before its template has forked the others.
  ///
  /// What the template says of the number holds: it forked the process, and what a worker writes may be a callback's doing.
  private func started(worker index: Int, pid: Int32) {
    let isNews = workers[index].pid == nil
    workers[index].pid = pid
    guard isNews else { return }
    let label = workers[index].label
    workers[index].output?.begin(as: "\(plan.name)[\(pid)] \(label)")
    log(.start, process: "worker", ["callpoint": label, "pid": pid])
  }

  private func workerReady(_ endpoint: EndpointID, pid: Int32) {
    guard let index = worker(of: endpoint) else { return }
    started(worker: index, pid: pid)
    log(.ready, process: "worker", ["callpoint": workers[index].label, "pid": pid])
    perform(workers[index].lifecycle.becameReady(), onWorker: index)
  }

  /// Lets a worker's process have requests, if the callpoint is the VM's own.
  func serve(worker index: Int) {
    guard standing != .leaving, let endpoint = workers[index].endpoint else { return }
    guard standing == .serving else { return checkReadiness() }
    let callpoint = workers[index].callpoint
    dispatcher.endpointReady(
      endpoint, serving: [callpoint: workers[index].registration], credit: configuration.threads,
      bearsStuckCallbacks: false)
    dispatcher.refuse(callpoint, because: nil)
    checkReadiness()
  }

  private func ended(worker index: Int, because reason: String) {
    let endpoint = workers[index].endpoint
    giveUpEndpoint(ofWorker: index, because: CallError(.workerLost, reason))
    let hasWorked = endpoint?.hasWorked ?? false
    workers[index].lastLoss = reason
    let actions = workers[index].lifecycle.ended(hasWorked: hasWorked, using: &random)
    logRestart(ofWorker: index, actions)
    perform(actions, onWorker: index)
  }

  private func logRestart(ofWorker index: Int, _ actions: [WorkerLifecycle.Action]) {
    for action in actions {
      let pause: Duration
      switch action {
      case .fork: pause = .zero
      case .forkAfter(let time): pause = time
      case .serve, .watchStart, .abandonStart, .giveUpForNow, .askToFinish, .announceStop: continue
      }
      let failures = workers[index].lifecycle.failures
      log(
        .restart, process: "worker",
        ["callpoint": workers[index].label, "after": "\(pause.seconds) s", "failures": failures])
    }
  }

  /// Refuses the callpoint's requests, unless another worker serves it.
  private func giveUpForNow(worker index: Int) {
    let callpoint = workers[index].callpoint
    guard !workers.contains(where: { $0.callpoint == callpoint && $0.state == .running }) else { return }
    let reason = workers[index].lastLoss ?? "it ended"
    refuse(callpoint, because: "\(workers[index].label) keeps losing its worker: \(reason)")
    checkReadiness()
  }

  /// The grace period of a stop is over: kills the workers that are left; their exits let the stop go on.
  func killLateWorkers() {
    for worker in workers {
      guard let endpoint = worker.endpoint else { continue }
      killWorker(endpoint.id, because: "it did not stop within \(configuration.grace.seconds) s")
    }
  }

  /// Reports a stuck callback and has every stack of its process written to the log.
  private func workerStuck(_ endpoint: EndpointID, _ stuck: StuckCallback) {
    guard let index = worker(of: endpoint), let pid = pid(ofWorker: index) else { return }
    log(.stuck, process: "worker", stuckFields(stuck, pid: pid))
    // In another PID namespace the number is somebody else's here.
    if sharesProcessNumbers { Glibc.kill(pid, StackDump.signal) }
  }

  /// What the log says about a stuck callback.
  func stuckFields(_ stuck: StuckCallback, pid: Int32?) -> LogEvent.Fields {
    [
      "callpoint": stuck.label, "pid": pid, "request": stuck.request.number, "after": "\(stuck.age.seconds) s",
      "reason": stuck.reason,
    ]
  }

  private func watchStart(ofWorker index: Int, number: Int) {
    let token = token
    _ = reactor.after(configuration.startTimeout) { [weak self] in
      guard let self, self.token == token, workers.indices.contains(index) else { return }
      perform(workers[index].lifecycle.startTimedOut(number: number), onWorker: index)
    }
  }

  /// Ends a process that has not become ready, and the VM if its template does not fork.
  private func abandonStart(ofWorker index: Int) {
    let time = "\(configuration.startTimeout.seconds) s"
    if let endpoint = workers[index].endpoint, workers[index].pid != nil {
      killWorker(endpoint.id, because: "it was not ready within \(time)")
    } else {
      perform(lifecycle.cannotGoOn("its template did not fork within \(time)"))
    }
  }

  private func killWorker(_ endpoint: EndpointID, because reason: String) {
    guard let index = worker(of: endpoint), let pid = pid(ofWorker: index) else { return }
    log(.kill, process: "worker", ["callpoint": workers[index].label, "pid": pid, "reason": reason])
    guard sharesProcessNumbers else {
      return kill(because: "its worker \(pid) must end, and its processes have numbers of their own (a PID namespace)")
    }
    Glibc.kill(pid, SIGKILL)
    expectEnd(of: endpoint)
  }

  /// Replaces the VM if its template does not tell the end of a worker that is gone.
  private func expectEnd(of endpoint: EndpointID) {
    _ = reactor.after(configuration.startTimeout) { [weak self] in
      guard let self, worker(of: endpoint) != nil else { return }
      let time = "\(configuration.startTimeout.seconds) s"
      perform(lifecycle.cannotGoOn("its template has not told within \(time) that a worker ended"))
    }
  }

  /// The process of a worker, as long as the number must be its own: its template lives and has not reported its end.
  private func pid(ofWorker index: Int) -> Int32? {
    template == nil ? nil : workers[index].pid
  }

  private func worker(of endpoint: EndpointID) -> Int? {
    workers.firstIndex { $0.endpoint?.id == endpoint }
  }
}
