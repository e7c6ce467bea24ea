import Callpoints
import Kernel
import TestSupport

@testable import PythonVM

/// A host as the simulator has it: the ledger, its one timer, clients and machines.
final class SimulatedHost {
  let world: World
  let promises: Promises
  let callpoints: [CallpointID]
  private(set) var machines: [SimulatedMachine] = []
  private(set) var closed: Set<CallpointID> = []
  private var ledger: RequestLedger
  private var processes: [EndpointID: SimulatedProcess] = [:]
  private var waiters: [RequestID: () -> Void] = [:]
  private var alarm: Duration?
  private var alarms = 0
  private var nextRequest: UInt64 = 1
  private var nextEndpoint = 1
  private var requests: [RequestID] = []
  /// The most that one event may order: everything that is open at once, and a little.
  private var bound: Int { 4 * promises.open.count + 20 }

  init(world: World) {
    self.world = world
    var limits = RequestLedger.Limits(grace: .seconds(2))
    limits.queue = world.number(2...6)
    limits.bytes = 1000
    ledger = RequestLedger(limits: limits)
    callpoints = (0..<world.number(1...3)).map { CallpointID($0) }
    promises = Promises(limits: limits, callpoints: callpoints.count)
    for callpoint in callpoints { ledger.open(callpoint, label: "action \(callpoint.number)") }
    let forked = callpoints.filter { _ in world.chance(50) }
    let threaded = callpoints.filter { !forked.contains($0) }
    machines = [(forked, true), (threaded, false)].filter { !$0.0.isEmpty }.map { served, forks in
      SimulatedMachine(serving: served, forks: forks, host: self)
    }
  }

  func check() {
    promises.check(bytes: ledger.bytes)
  }

  func checkRest() {
    promises.checkRest(bytes: ledger.bytes)
    for callpoint in callpoints {
      promises.expect(ledger.inFlight(for: callpoint) == 0, "a callpoint has requests in flight for ever")
    }
  }

  // MARK: Clients

  /// Submits a request.
  ///
  /// - Parameters:
  ///   - parent: The request from inside whose callback it is made.
  ///   - then: Called with the outcome.
  /// - Returns: Whether it was accepted.
  @discardableResult
  func submit(inside parent: RequestID? = nil, then: (() -> Void)? = nil) -> Bool {
    guard let callpoint = world.one(of: callpoints) else { return false }
    let request = RequestID(nextRequest)
    nextRequest += 1
    let submission = RequestLedger.Submission(
      callpoint: callpoint, bytes: world.number(1...300),
      timeout: world.time(200...6000), parent: parent)
    do throws(CallError) {
      let actions = try ledger.submit(request, submission, at: world.hostTime)
      world.say(
        "request \(request.number) for \(callpoint.number)\(parent.map { " inside \($0.number)" } ?? ""): \(actions)")
      promises.accepted(request, submission, at: world.now, stopped: world.stopped)
      requests.append(request)
      waiters[request] = then
      perform(actions)
      promises.settledIn(request)
      return true
    } catch {
      world.say("request \(request.number) for \(callpoint.number) is refused: \(error)")
      promises.refused(submission, with: error, isClosed: closed.contains(callpoint))
      return false
    }
  }

  func cancelOne() {
    guard let request = world.one(of: requests) else { return }
    world.say("request \(request.number) is cancelled")
    perform(ledger.cancel(request, at: world.hostTime))
  }

  func moveOneDeadline() {
    guard let request = world.one(of: requests), ledger.isAwaited(request) else { return }
    // Only to a later time, as the promise about early timeouts looks at the first one.
    ledger.moveDeadline(of: request, to: .seconds(7), at: world.hostTime)
    armAlarm()
  }

  // MARK: Endpoints

  func makeEndpoint() -> EndpointID {
    defer { nextEndpoint += 1 }
    return EndpointID(nextEndpoint)
  }

  func endpointReady(_ process: SimulatedProcess, credit: Int, bearsStuckCallbacks: Bool) {
    world.say("endpoint \(process.endpoint.number) is ready")
    processes[process.endpoint] = process
    promises.endpointReady(
      process.endpoint, serving: process.registrations, credit: credit, bearsStuckCallbacks: bearsStuckCallbacks)
    perform(
      ledger.endpointReady(
        process.endpoint, serving: process.registrations, credit: credit, bearsStuckCallbacks: bearsStuckCallbacks,
        at: world.hostTime))
  }

  func retire(_ process: SimulatedProcess) {
    world.say("endpoint \(process.endpoint.number) is retired")
    ledger.retire(process.endpoint)
    promises.retired(process.endpoint)
  }

  func inFlight(on process: SimulatedProcess) -> Int { ledger.inFlight(on: process.endpoint).count }

  /// Reads what a process that is gone has written, and settles what it had.
  func giveUp(_ process: SimulatedProcess) {
    readReplies(of: process, atMost: .max)
    guard processes.removeValue(forKey: process.endpoint) != nil else { return }
    world.say("endpoint \(process.endpoint.number) is gone; it ran \(process.page.map(\.number))")
    promises.endpointLost(process.endpoint)
    perform(
      ledger.endpointLost(
        process.endpoint, started: Set(process.page), because: CallError(.workerLost, "signal 9"), at: world.hostTime))
  }

  func readReplies(of process: SimulatedProcess, atMost count: Int) {
    process.readWritten(atMost: count)
    while let (request, isOK) = process.nextReply() {
      promises.done(request)
      let actions = ledger.replied(request, from: process.endpoint, hasFailed: !isOK, at: world.hostTime)
      world.say(
        "endpoint \(process.endpoint.number) says \(request.number) \(isOK ? "ok" : "error"): \(actions ?? [])")
      promises.expect(actions != nil, "the reply to request \(request.number) is taken for a violation")
      process.hasWorked = true
      perform(actions ?? [])
    }
    if !process.written.isEmpty {
      world.after(world.time(0...2)) { [unowned self] in readReplies(of: process, atMost: count) }
    }
  }

  func processDied(_ process: SimulatedProcess) {
    for machine in machines { machine.died(process) }
  }

  func refuse(_ served: [CallpointID], _ reason: String?) {
    for callpoint in served {
      if reason == nil { closed.remove(callpoint) } else { closed.insert(callpoint) }
      perform(ledger.refuse(callpoint, because: reason, at: world.hostTime))
    }
  }

  // MARK: Doing

  private func perform(_ actions: [RequestLedger.Action]) {
    promises.expect(actions.count <= bound, "one event ordered \(actions.count) things")
    for action in actions {
      switch action {
      case .send(let dispatch):
        promises.sent(dispatch)
        processes[dispatch.endpoint]?.receive(dispatch.request)
      case .takeOver: break
      case .abort(let request, let endpoint): processes[endpoint]?.abort(request)
      case .deliver(let request): settle(request, nil)
      case .fail(let request, let error): settle(request, error)
      case .forget(let request): promises.over(request)
      case .report(let stuck):
        world.say("request \(stuck.request.number) is stuck")
        promises.stuck(stuck)
      case .kill(let endpoint, let reason):
        world.say("endpoint \(endpoint.number) is killed: \(reason)")
        for machine in machines { machine.kill(endpoint, because: reason) }
      }
    }
    armAlarm()
  }

  private func settle(_ request: RequestID, _ error: CallError?) {
    world.say("request \(request.number) ends: \(error.map { "\($0)" } ?? "ok")")
    promises.outcome(
      of: request, error, isOver: !ledger.isOpen(request), at: world.now, stopped: world.stopped)
    waiters.removeValue(forKey: request)?()
  }

  private func armAlarm() {
    guard let next = ledger.nextAlarm, alarm.map({ next < $0 }) ?? true else { return }
    alarm = next
    alarms += 1
    let number = alarms
    world.timer(next - world.hostTime) { [unowned self] in
      guard alarms == number else { return }
      alarm = nil
      let actions = ledger.alarm(at: world.hostTime) { [processes] in Set(processes[$0]?.page ?? []) }
      if let next = ledger.nextAlarm {
        promises.expect(next > world.hostTime, "an alarm wants to be heard again at once")
      }
      perform(actions)
    }
  }
}
