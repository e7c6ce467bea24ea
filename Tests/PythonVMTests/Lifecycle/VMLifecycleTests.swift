import Callpoints
import TestSupport
import Testing

@testable import PythonVM

@Suite struct `VM life cycle` {
  private var random = SystemRandomNumberGenerator()

  private func lifecycle(restarts: Bool = true) -> VMLifecycle {
    VMLifecycle(restartsAutomatically: restarts, startTimeout: .seconds(30))
  }

  private mutating func running() -> VMLifecycle {
    var vm = lifecycle()
    _ = vm.startRequested()
    _ = vm.launched(pid: 7)
    _ = vm.becameReady()
    return vm
  }

  @Test mutating func `a start goes from launch to service`() {
    var vm = lifecycle()
    let start = vm.startRequested()
    #expect(start == [.launch])
    #expect(vm.state == .launching && !vm.isSettled)
    let launched = vm.launched(pid: 7)
    #expect(launched == [.watchStart] && vm.state == .starting(pid: 7))
    let ready = vm.becameReady()
    #expect(ready == [.announce] && vm.state == .running(pid: 7) && vm.isSettled)
    let again = vm.startRequested()
    #expect(again == [])
  }

  @Test mutating func `a VM that dies is launched again, first at once and then after a pause`() {
    var vm = running()
    let first = vm.exited("signal 9", hasWorked: false, using: &random)
    #expect(first == [.announce, .relaunch(after: .zero, number: 1)])
    #expect(vm.state == .waiting(error: "it died: signal 9"))
    let launch = vm.pauseEnded(number: 1)
    #expect(launch == [.launch] && vm.restarts == 1)
    _ = vm.launched(pid: 8)
    let second = vm.exited("exit status 1", hasWorked: false, using: &random)
    guard case .relaunch(let pause, _) = second.last else {
      Issue.record("no second launch")
      return
    }
    #expect(pause > .zero)
  }

  @Test mutating func `without restarts a VM that dies stays down`() {
    var vm = lifecycle(restarts: false)
    _ = vm.startRequested()
    _ = vm.launched(pid: 7)
    let actions = vm.exited("signal 9", hasWorked: false, using: &random)
    #expect(actions == [.announce] && vm.state == .failed(error: "it died: signal 9"))
  }

  @Test mutating func `a VM on trial is not launched again, until it has passed`() {
    var vm = VMLifecycle(restartsAutomatically: true, startTimeout: .seconds(30), isOnTrial: true)
    _ = vm.startRequested()
    _ = vm.launched(pid: 7)
    let died = vm.exited("signal 9", hasWorked: false, using: &random)
    #expect(died == [.announce] && vm.state == .failed(error: "it died: signal 9"))
    _ = vm.startRequested()
    _ = vm.launched(pid: 8)
    _ = vm.becameReady()
    vm.passedTrial()
    let later = vm.exited("signal 9", hasWorked: false, using: &random)
    #expect(later.count == 2 && vm.state == .waiting(error: "it died: signal 9"))
  }

  @Test mutating func `a start that takes too long is killed and tried again, and nobody waits for that`() {
    let late = "it did not start within 30 s: nobody came"
    var vm = lifecycle()
    _ = vm.startRequested()
    for number in 1...3 {
      _ = vm.launched(pid: 7)
      let timeout = vm.startTimedOut("nobody came")
      let again = vm.startTimedOut("nobody came")
      #expect(timeout == [.kill(because: late)] && again == [])
      // A callback that one of its endpoints has completed changes nothing.
      let end = vm.exited("signal 9", hasWorked: true, using: &random)
      #expect(vm.state == .waiting(error: late) && vm.isHopeless && vm.isSettled && vm.failures == number)
      guard case .relaunch(let pause, number: number) = end.last else {
        Issue.record("it is not launched again: \(end)")
        return
      }
      #expect((pause > .zero) == (number > 1))
      let launch = vm.pauseEnded(number: number)
      #expect(launch == [.launch] && vm.isHopeless && vm.isSettled)
    }
    _ = vm.launched(pid: 8)
    let ready = vm.becameReady()
    #expect(ready == [.announce] && !vm.isHopeless && vm.isSettled)
    _ = vm.exited("signal 9", hasWorked: true, using: &random)
    #expect(!vm.isHopeless && !vm.isSettled)
  }

  @Test mutating func `whoever asks for a start waits for it, also after one that took too long`() {
    var vm = lifecycle()
    _ = vm.startRequested()
    _ = vm.launched(pid: 7)
    _ = vm.startTimedOut("nobody came")
    _ = vm.exited("signal 9", hasWorked: false, using: &random)
    let start = vm.startRequested()
    #expect(start == [.launch] && !vm.isHopeless && !vm.isSettled)
    let late = vm.pauseEnded(number: 1)
    #expect(late == [])
  }

  @Test mutating func `without restarts, and on trial, a start that takes too long has failed`() {
    for (restarts, isOnTrial) in [(false, false), (true, true)] {
      var vm = VMLifecycle(restartsAutomatically: restarts, startTimeout: .seconds(30), isOnTrial: isOnTrial)
      _ = vm.startRequested()
      _ = vm.launched(pid: 7)
      _ = vm.startTimedOut("nobody came")
      let end = vm.exited("signal 9", hasWorked: false, using: &random)
      #expect(end == [.announce] && vm.state == .failed(error: "it did not start within 30 s: nobody came"))
    }
  }

  @Test
  mutating func `a launch may take as long as the guard does, and one that is lost with the guard is tried again`() {
    var vm = lifecycle()
    _ = vm.startRequested()
    let early = vm.startTimedOut("nobody came")
    #expect(early == [] && vm.state == .launching)
    let lost = vm.exited("signal 9", hasWorked: false, using: &random)
    #expect(lost == [.announce, .relaunch(after: .zero, number: 1)])
  }

  @Test mutating func `a VM that dies again and again is told, and forgiven when it has proved itself`() {
    var vm = lifecycle()
    _ = vm.startRequested()
    for number in 1...5 {
      #expect(!vm.isHopeless)
      _ = vm.launched(pid: 7)
      _ = vm.exited("signal 9", hasWorked: false, using: &random)
      _ = vm.pauseEnded(number: number)
    }
    #expect(vm.isHopeless)
    _ = vm.launched(pid: 7)
    _ = vm.becameReady()
    vm.provedItself()
    let end = vm.exited("signal 9", hasWorked: false, using: &random)
    #expect(end == [.announce, .relaunch(after: .zero, number: 6)] && !vm.isHopeless)
  }

  @Test mutating func `a death after a completed callback does not count`() {
    var vm = running()
    for number in 1...20 {
      let end = vm.exited("signal 9", hasWorked: true, using: &random)
      #expect(end == [.announce, .relaunch(after: .zero, number: number)] && !vm.isHopeless)
      _ = vm.pauseEnded(number: number)
      _ = vm.launched(pid: 7)
    }
  }

  @Test mutating func `a pause that a stop and a start have overtaken launches nothing`() {
    var vm = running()
    _ = vm.exited("signal 9", hasWorked: false, using: &random)
    _ = vm.stopRequested()
    _ = vm.startRequested()
    _ = vm.launched(pid: 8)
    _ = vm.exited("signal 9", hasWorked: false, using: &random)
    let early = vm.pauseEnded(number: 1)
    #expect(early == [] && vm.state == .waiting(error: "it died: signal 9"))
    let due = vm.pauseEnded(number: 2)
    #expect(due == [.launch])
  }

  @Test mutating func `a VM that cannot go on is killed and started again, or has failed where nothing is restarted`() {
    for restarts in [true, false] {
      var vm = lifecycle(restarts: restarts)
      _ = vm.startRequested()
      _ = vm.launched(pid: 7)
      _ = vm.becameReady()
      let kill = vm.cannotGoOn("no thread is left")
      #expect(kill == [.kill(because: "no thread is left")])
      let end = vm.exited("signal 9", hasWorked: true, using: &random)
      let error = "it was killed: no thread is left"
      #expect(end.contains(.relaunch(after: .zero, number: 1)) == restarts)
      #expect(vm.state == (restarts ? .waiting(error: error) : .failed(error: error)))
    }
  }

  @Test mutating func `a VM whose components cannot be loaded is asked to stop and has failed`() {
    var vm = lifecycle()
    _ = vm.startRequested()
    _ = vm.launched(pid: 7)
    let actions = vm.loadFailed("ImportError: no module")
    #expect(actions == [.askToStop])
    let late = vm.startTimedOut("nobody came")
    #expect(late == [])
    _ = vm.exited("exit status 0", hasWorked: false, using: &random)
    #expect(vm.state == .failed(error: "ImportError: no module"))
  }

  @Test mutating func `a stop asks first and kills when that takes too long`() {
    var vm = running()
    let stop = vm.stopRequested()
    let ready = vm.becameReady()
    #expect(stop == [.askToStop] && ready == [] && !vm.isSettled)
    let late = vm.stopTimedOut()
    #expect(late == [.kill(because: "it did not stop within its grace period")])
    let end = vm.exited("signal 9", hasWorked: false, using: &random)
    #expect(end == [.announce] && vm.state == .stopped && vm.isSettled)
  }

  @Test mutating func `a start during a stop starts again afterwards`() {
    var vm = running()
    _ = vm.stopRequested()
    let start = vm.startRequested()
    #expect(start == [] && !vm.isSettled)
    let end = vm.exited("exit status 0", hasWorked: false, using: &random)
    #expect(end == [.announce, .launch] && vm.state == .launching)
  }

  @Test mutating func `a stop before the launch is answered kills the process when it comes`() {
    var vm = lifecycle()
    _ = vm.startRequested()
    let stop = vm.stopRequested()
    #expect(stop == [])
    let launched = vm.launched(pid: 7)
    #expect(launched == [.kill(because: "it was stopped while it was being launched")])
    _ = vm.exited("signal 9", hasWorked: false, using: &random)
    #expect(vm.state == .stopped)
  }

  /// Whatever comes in whatever order, the machine never traps, a launch follows only a start or a pause's end, and a
  /// kill is only asked for while there may be a process.
  @Test(arguments: 0..<100) mutating func `any order of events keeps the promises`(seed: Int) {
    var chance = SeededGenerator(seed: UInt64(seed))
    var vm = lifecycle()
    var processes = 0
    var launches = 0
    for _ in 0..<500 {
      var actions: [VMLifecycle.Action] = []
      switch Int.random(in: 0..<9, using: &chance) {
      case 0: actions = vm.startRequested()
      case 1: actions = vm.stopRequested()
      case 2 where launches > 0:
        launches -= 1
        processes += 1
        actions = vm.launched(pid: 7)
      case 3 where launches > 0:
        launches -= 1
        actions = vm.launchFailed("no", using: &chance)
      case 4: actions = vm.becameReady()
      case 5 where processes > 0:
        processes -= 1
        actions = vm.exited("signal 9", hasWorked: false, using: &chance)
      case 6: actions = vm.startTimedOut("nobody came")
      case 7: actions = vm.pauseEnded(number: Int.random(in: 1...5, using: &chance))
      case 8: actions = vm.stopTimedOut()
      default: continue
      }
      launches += actions.filter { $0 == .launch }.count
      #expect(launches + processes <= 1, "two processes, seed \(seed)")
    }
  }
}

@Suite struct `Durations in words` {
  @Test(arguments: [
    (Duration.seconds(30), "30"), (.milliseconds(500), "0.5"), (.nanoseconds(3_007_670_337), "3.008"),
    (.microseconds(2_000_004), "2"),
  ])
  func `are as people write them`(duration: Duration, text: String) {
    #expect(duration.seconds == text)
  }
}
