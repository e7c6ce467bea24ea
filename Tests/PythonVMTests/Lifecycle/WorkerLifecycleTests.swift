import TestSupport
import Testing

@testable import PythonVM

@Suite struct `Worker life cycle` {
  private var random = SeededGenerator(seed: 1)

  private func running() -> WorkerLifecycle {
    var worker = WorkerLifecycle()
    _ = worker.mayFork()
    _ = worker.becameReady()
    return worker
  }

  @Test func `a worker is forked when the template is there and serves when it is ready`() {
    var worker = WorkerLifecycle()
    let early = worker.becameReady()
    #expect(early == [])
    let fork = worker.mayFork()
    let again = worker.mayFork()
    #expect(fork == [.watchStart(number: 1), .fork] && again == [])
    let ready = worker.becameReady()
    #expect(ready == [.serve] && worker.state == .running)
  }

  @Test mutating func `one that worked is replaced at once, one that dies and dies after growing pauses`() {
    var worker = running()
    let first = worker.ended(hasWorked: true, using: &random)
    #expect(first == [.watchStart(number: 2), .fork] && worker.restarts == 1)
    var pauses: [Duration] = []
    var complaints = 0
    for _ in 0..<7 {
      for action in worker.ended(hasWorked: false, using: &random) {
        if case .forkAfter(let pause) = action { pauses.append(pause) }
        if action == .giveUpForNow { complaints += 1 }
      }
      _ = worker.mayFork()
    }
    #expect(pauses.count == 6 && zip(pauses, pauses.dropFirst()).allSatisfy { $0 < $1 })
    #expect(complaints == 3 && worker.isExhausted)
    _ = worker.becameReady()
    let recovered = worker.ended(hasWorked: true, using: &random)
    #expect(recovered.last == .fork && !worker.isExhausted)
  }

  @Test mutating func `only a process that is still not ready is abandoned`() {
    var worker = WorkerLifecycle()
    _ = worker.mayFork()
    let late = worker.startTimedOut(number: 1)
    #expect(late == [.abandonStart])
    _ = worker.ended(hasWorked: false, using: &random)
    let another = worker.startTimedOut(number: 1)
    #expect(another == [])
    _ = worker.becameReady()
    let ready = worker.startTimedOut(number: 2)
    #expect(ready == [])
  }

  @Test mutating func `a stop lets the process finish, and nothing is forked after it`() {
    var worker = running()
    let stop = worker.stopRequested()
    #expect(stop == [.askToFinish])
    let late = worker.becameReady() + worker.mayFork()
    #expect(late == [])
    let end = worker.ended(hasWorked: false, using: &random)
    #expect(end == [.announceStop] && worker.state == .stopped)
    let after = worker.mayFork() + worker.ended(hasWorked: false, using: &random)
    #expect(after == [])
  }

  @Test mutating func `a worker that waits for its next process stops at once`() {
    var worker = running()
    _ = worker.ended(hasWorked: false, using: &random)
    _ = worker.ended(hasWorked: false, using: &random)
    #expect(worker.state == .idle)
    let stop = worker.stopRequested()
    #expect(stop == [.announceStop])
  }

  /// Whatever comes in whatever order, there is never more than one process or pause, and none after the stop.
  @Test(arguments: 0..<200) func `any order of events keeps the promises`(seed: UInt64) {
    var chance = SeededGenerator(seed: seed)
    var worker = WorkerLifecycle()
    var processes = 0
    var pauses = 0
    var hasStopped = false
    for _ in 0..<300 {
      var actions: [WorkerLifecycle.Action] = []
      switch Int.random(in: 0..<40, using: &chance) {
      case 0..<12 where pauses > 0:
        pauses -= 1
        actions = worker.mayFork()
      case 12..<15: actions = worker.mayFork()
      case 15..<28: actions = worker.becameReady()
      case 28..<39 where processes > 0:
        processes -= 1
        actions = worker.ended(hasWorked: Bool.random(using: &chance), using: &chance)
      case 39: actions = worker.stopRequested()
      default: continue
      }
      for action in actions {
        switch action {
        case .fork: processes += 1
        case .forkAfter: pauses += 1
        case .announceStop:
          #expect(!hasStopped && processes == 0, "stopped twice or with a process, seed \(seed)")
          hasStopped = true
        case .serve, .askToFinish: #expect(processes == 1, "seed \(seed)")
        case .giveUpForNow, .watchStart: break
        case .abandonStart: Issue.record("nothing was timed, seed \(seed)")
        }
      }
      #expect(processes <= 1 && !(hasStopped && processes > 0), "seed \(seed)")
    }
  }
}
