import Callpoints
import TestSupport

@testable import PythonVM

/// A VM with its template and workers, or with threads: what ``VirtualMachine`` does with real processes.
final class SimulatedMachine {
  private struct Worker {
    let callpoint: CallpointID
    var lifecycle = WorkerLifecycle()
    var process: SimulatedProcess?
    /// When the next process may be asked for at the earliest, and how often in a row it failed.
    var earliest = Duration.zero
    var failures = 0
  }

  private let served: [CallpointID]
  private let forks: Bool
  private let credit: Int
  private unowned let host: SimulatedHost
  private var world: World { host.world }
  private var lifecycle = VMLifecycle(restartsAutomatically: true, startTimeout: .seconds(5))
  private var workers: [Worker] = []
  private var threads: SimulatedProcess?
  /// Those that finish what they have while another serves.
  private var retired: [SimulatedProcess] = []
  private var hasTemplate = false
  private var hasWorked = false
  /// The number of the present process, so that what was meant for another is left alone.
  private var incarnation = 0
  private var isDying = false
  private var registrations = 0
  private var earliest = Duration.zero
  private var failures = 0

  init(serving served: [CallpointID], forks: Bool, host: SimulatedHost) {
    self.served = served
    self.forks = forks
    self.host = host
    credit = host.world.number(1...4)
  }

  var isAtRest: Bool { if case .running = lifecycle.state { true } else { false } }

  func start() { perform(lifecycle.startRequested()) }

  func stop() {
    world.say("VM is told to stop")
    host.refuse(served, "it is stopped")
    perform(lifecycle.stopRequested())
  }

  // MARK: Faults

  func fail() {
    switch world.number(0...3) {
    case 0: die("signal 9")
    case 1 where hasTemplate: die("its template has ended")
    case 2: replace()
    default:
      guard let process = world.one(of: processes) else { return }
      if world.chance(30) {
        process.stop(for: world.chance(50) ? nil : world.time(100...9000))
      } else {
        died(process)
      }
    }
  }

  private var processes: [SimulatedProcess] { workers.compactMap(\.process) + (threads.map { [$0] } ?? []) + retired }

  func died(_ process: SimulatedProcess) {
    if threads === process || retired.contains(where: { $0 === process }) { return die("signal 9") }
    guard process.isAlive, let index = workers.firstIndex(where: { $0.process === process }) else { return }
    process.die()
    let incarnation = incarnation
    world.after(world.time(0...5)) { [unowned self] in
      guard self.incarnation == incarnation else { return }
      ended(worker: index, process)
    }
  }

  func kill(_ endpoint: EndpointID, because reason: String) {
    guard let process = processes.first(where: { $0.endpoint == endpoint }) else { return }
    if process.worker == nil { return perform(lifecycle.cannotGoOn(reason)) }
    died(process)
  }

  private func die(_ how: String) {
    guard !isDying else { return }
    switch lifecycle.state {
    case .starting, .running, .stopping(.some, _): break
    case .stopped, .launching, .waiting, .failed, .stopping(nil, _): return
    }
    world.say("VM dies: \(how)")
    isDying = true
    for process in processes { process.die() }
    let incarnation = incarnation
    world.after(world.time(0...5)) { [unowned self] in
      guard self.incarnation == incarnation else { return }
      exited(how)
    }
  }

  private func exited(_ how: String) {
    for process in processes {
      host.giveUp(process)
      if process.hasWorked { hasWorked = true }
    }
    workers = []
    threads = nil
    retired = []
    hasTemplate = false
    if !isStopping { failed(hasWorked: hasWorked) }
    perform(lifecycle.exited(how, hasWorked: hasWorked, using: &world.random))
    switch lifecycle.state {
    case .failed(let error): host.refuse(served, error)
    case .waiting(let error): if lifecycle.isHopeless { host.refuse(served, "it is down: \(error)") }
    case .stopped: host.refuse(served, "it is stopped")
    case .launching, .starting, .running, .stopping: break
    }
  }

  private var isStopping: Bool { if case .stopping = lifecycle.state { true } else { false } }

  private func failed(hasWorked: Bool) {
    failures = hasWorked ? 0 : failures + 1
    earliest = world.now + least(failures)
  }

  /// The least pause after a number of failures in a row: what the table says, less the jitter.
  private func least(_ failures: Int) -> Duration {
    failures > 1 ? min(.milliseconds(100) * (1 << (failures - 2)), .seconds(30)) * 0.75 : .zero
  }

  // MARK: The VM's life

  private func perform(_ actions: [VMLifecycle.Action]) {
    for action in actions {
      switch action {
      case .launch: launch()
      case .watchStart:
        let incarnation = incarnation
        world.timer(.seconds(5)) { [unowned self] in
          guard self.incarnation == incarnation else { return }
          perform(lifecycle.startTimedOut("something"))
        }
      case .askToStop: askToStop()
      case .kill(let reason): die(reason)
      case .relaunch(let pause, let number):
        world.timer(pause) { [unowned self] in
          let actions = lifecycle.pauseEnded(number: number)
          if !actions.isEmpty {
            host.promises.expect(world.now >= earliest, "a VM is launched before its pause is over")
          }
          perform(actions)
        }
      case .announce: break
      }
    }
  }

  private func launch() {
    incarnation += 1
    isDying = false
    hasWorked = false
    let incarnation = incarnation
    world.after(world.time(1...30)) { [unowned self] in
      if !world.isClosing, world.chance(10) {
        if !isStopping { failed(hasWorked: false) }
        return perform(lifecycle.launchFailed("no", using: &world.random))
      }
      perform(lifecycle.launched(pid: Int32(incarnation)))
      guard case .starting = lifecycle.state, !isDying else { return }
      world.after(world.time(20...200)) { [unowned self] in
        guard self.incarnation == incarnation, !isDying else { return }
        setUp()
      }
    }
  }

  private func setUp() {
    guard case .starting = lifecycle.state else { return }
    if !world.isClosing, world.chance(10) { return die("signal 11") }
    registrations += 10
    if forks {
      workers = served.flatMap { callpoint in
        (0..<world.number(1...2)).map { _ in Worker(callpoint: callpoint) }
      }
      hasTemplate = true
      for index in workers.indices { perform(workers[index].lifecycle.mayFork(), onWorker: index) }
    } else {
      let process = makeProcess(served, worker: nil)
      threads = process
      host.endpointReady(process, credit: credit, bearsStuckCallbacks: true)
    }
    checkReadiness()
  }

  private func makeProcess(_ callpoints: [CallpointID], worker: Int?) -> SimulatedProcess {
    let numbers = callpoints.map { ($0, registrations + $0.number) }
    return SimulatedProcess(
      host.makeEndpoint(), serving: Dictionary(uniqueKeysWithValues: numbers), worker: worker, host: host)
  }

  /// As a reload does: another serves, and the old one finishes what it has.
  private func replace() {
    guard case .running = lifecycle.state, let old = threads, !isDying, old.isAlive, !old.isStopped else { return }
    registrations += 10
    let next = makeProcess(served, worker: nil)
    threads = next
    retired.append(old)
    host.retire(old)
    host.endpointReady(next, credit: credit, bearsStuckCallbacks: true)
    awaitEnd(of: old)
  }

  private func awaitEnd(of old: SimulatedProcess) {
    world.after(.milliseconds(500)) { [unowned self] in
      guard retired.contains(where: { $0 === old }) else { return }
      guard host.inFlight(on: old) == 0 || world.isClosing else { return awaitEnd(of: old) }
      old.die()
      retired.removeAll { $0 === old }
      host.giveUp(old)
    }
  }

  private func checkReadiness() {
    guard case .starting = lifecycle.state, !isDying else { return }
    guard workers.allSatisfy({ $0.lifecycle.state == .running || $0.lifecycle.isExhausted }) else { return }
    if !forks { host.refuse(served, nil) }
    perform(lifecycle.becameReady())
  }

  private func askToStop() {
    for index in workers.indices { perform(workers[index].lifecycle.stopRequested(), onWorker: index) }
    let incarnation = incarnation
    // What does not end in time is killed.
    world.timer(.seconds(4)) { [unowned self] in
      guard self.incarnation == incarnation else { return }
      perform(lifecycle.stopTimedOut())
    }
    endWhenDone()
  }

  private func endWhenDone() {
    let incarnation = incarnation
    world.after(.milliseconds(200)) { [unowned self] in
      guard self.incarnation == incarnation, !isDying else { return }
      if processes.contains(where: { host.inFlight(on: $0) > 0 }) { return endWhenDone() }
      die("exit status 0")
    }
  }

  // MARK: Workers

  private func perform(_ actions: [WorkerLifecycle.Action], onWorker index: Int) {
    for action in actions {
      let incarnation = incarnation
      switch action {
      case .fork: fork(worker: index)
      case .watchStart(let number):
        world.timer(.seconds(5)) { [unowned self] in
          guard self.incarnation == incarnation, workers.indices.contains(index) else { return }
          perform(workers[index].lifecycle.startTimedOut(number: number), onWorker: index)
        }
      case .abandonStart: perform(lifecycle.cannotGoOn("its template does not fork"))
      case .forkAfter(let pause):
        world.timer(pause) { [unowned self] in
          guard self.incarnation == incarnation, workers.indices.contains(index) else { return }
          perform(workers[index].lifecycle.mayFork(), onWorker: index)
        }
      case .serve:
        guard let process = workers[index].process else { continue }
        host.endpointReady(process, credit: credit, bearsStuckCallbacks: false)
        if case .stopping = lifecycle.state { continue }
        host.refuse([workers[index].callpoint], nil)
        checkReadiness()
      case .giveUpForNow:
        let callpoint = workers[index].callpoint
        if workers.contains(where: { $0.callpoint == callpoint && $0.lifecycle.state == .running }) { continue }
        host.refuse([callpoint], "it keeps losing its worker")
        checkReadiness()
      case .askToFinish, .announceStop: break
      }
    }
  }

  private func fork(worker index: Int) {
    host.promises.expect(world.now >= workers[index].earliest, "a worker is forked before its pause is over")
    host.promises.expect(workers[index].process == nil, "a worker has two processes")
    let process = makeProcess([workers[index].callpoint], worker: index)
    workers[index].process = process
    let incarnation = incarnation
    let fate = world.isClosing ? 99 : world.percentage
    // A template that does not answer.
    if fate < 2 { return }
    world.after(world.time(1...8)) { [unowned self] in
      guard self.incarnation == incarnation, !isDying, workers[index].process === process else { return }
      if fate < 12 || !process.isAlive { return ended(worker: index, process) }
      perform(workers[index].lifecycle.becameReady(), onWorker: index)
    }
  }

  private func ended(worker index: Int, _ process: SimulatedProcess) {
    guard workers.indices.contains(index), workers[index].process === process else { return }
    workers[index].process = nil
    process.die()
    host.giveUp(process)
    if process.hasWorked { hasWorked = true }
    let failures = process.hasWorked ? 0 : workers[index].failures + 1
    workers[index].failures = failures
    workers[index].earliest = world.now + least(failures)
    let actions = workers[index].lifecycle.ended(hasWorked: process.hasWorked, using: &world.random)
    perform(actions, onWorker: index)
  }
}
