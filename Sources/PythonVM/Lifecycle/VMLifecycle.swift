import Callpoints

/// The life of one VM, from launch to exit and back, as decisions only.
///
/// Owner: the reactor's thread. Every event returns what is to be done; nothing is done here. A VM whose user code
/// cannot be loaded is `failed` and stays so, as loading it again would fail again; one that died, or did not start in
/// time, is launched again after a pause that grows.
package struct VMLifecycle: Sendable {
  /// Where a VM is in its life.
  package enum State: Hashable, Sendable {
    /// Not started yet, or stopped by request. Can become `launching`.
    case stopped
    /// The guard has been asked. Can become `starting`, `waiting`, `stopping`.
    case launching
    /// The process runs; its components and workers are not all ready. Can become `running`, `failed`, `waiting`.
    case starting(pid: Int32)
    /// It serves. Can become `stopping`, `waiting`, `failed`.
    case running(pid: Int32)
    /// It has been told to stop. Can become `stopped`, `launching`.
    case stopping(pid: Int32?, thenStart: Bool)
    /// It died and will be launched again. Can become `launching`, `stopped`.
    case waiting(error: String)
    /// It is over until somebody starts it. Can become `launching`, `stopped`.
    case failed(error: String)
  }

  /// What the driver has to do, in order.
  package enum Action: Hashable, Sendable {
    case launch
    /// Begin to measure the start timeout: how long a launch may take is between the host and the guard.
    case watchStart
    /// Tell the VM to run every `teardown()` and exit.
    case askToStop
    /// Send SIGKILL to the VM, for this reason.
    case kill(because: String)
    /// Launch again after this time: the number tells this pause from another.
    case relaunch(after: Duration, number: Int)
    /// The state has changed for good or for long: somebody may be waiting for it.
    case announce
  }

  /// The present state.
  package private(set) var state = State.stopped
  /// How often the VM has been launched again after it died.
  package private(set) var restarts = 0

  /// How often in a row it has died without having proved itself in between.
  package var failures: Int { tally.failures }

  /// Whether the VM is to take another one's place: it is not launched again when it dies.
  private var isOnTrial: Bool
  private let restartsAutomatically: Bool
  private let startTimeout: Duration
  private var tally = RestartTally()
  /// How many pauses there have been.
  private var pauses = 0
  /// Why the VM is being killed, if the kill is ours and starting it again would not help.
  private var verdict: String?
  /// What ended the VM, if the kill is ours and it is to be started again.
  private var complaint: String?
  /// Whether a start took too long, and since then neither has one succeeded nor has somebody asked for one.
  private var isLate = false

  /// Creates the life of a VM that is stopped.
  ///
  /// - Parameters:
  ///   - restartsAutomatically: Whether to launch it again when it dies.
  ///   - startTimeout: How long a start may take; named in the error.
  ///   - isOnTrial: Whether it is to take another one's place: it is not launched again until ``passedTrial()``.
  package init(restartsAutomatically: Bool, startTimeout: Duration, isOnTrial: Bool = false) {
    self.isOnTrial = isOnTrial
    self.restartsAutomatically = restartsAutomatically
    self.startTimeout = startTimeout
  }

  /// Whether the VM has come to rest: it serves, or it will not without somebody's or time's help.
  package var isSettled: Bool {
    switch state {
    case .stopping: false
    // Another start of one that took too long may take as long.
    case .launching, .starting: isLate
    // One that died is about to be launched again: whoever waits for it goes on waiting.
    case .waiting: isHopeless
    case .stopped, .running, .failed: true
    }
  }

  /// Whether nobody should wait for the next start: it died so often in a row, or the last start took so long.
  package var isHopeless: Bool { tally.isExhausted || isLate }

  /// Somebody wants the VM to run.
  package mutating func startRequested() -> [Action] {
    isLate = false
    switch state {
    case .stopped, .failed, .waiting: return launch()
    case .stopping(let pid, _):
      state = .stopping(pid: pid, thenStart: true)
      return []
    case .launching, .starting, .running: return []
    }
  }

  /// The guard has started the process.
  package mutating func launched(pid: Int32) -> [Action] {
    switch state {
    case .launching:
      state = .starting(pid: pid)
      return [.watchStart]
    case .stopping(_, let thenStart):
      state = .stopping(pid: pid, thenStart: thenStart)
      return [.kill(because: "it was stopped while it was being launched")]
    case .stopped, .starting, .running, .waiting, .failed:
      preconditionFailure("\(state) cannot see a launch")
    }
  }

  /// The guard could not start the process.
  package mutating func launchFailed(
    _ error: String, using generator: inout some RandomNumberGenerator
  ) -> [Action] {
    died(error, hasWorked: false, using: &generator)
  }

  /// Every component is set up and every endpoint is ready.
  package mutating func becameReady() -> [Action] {
    guard case .starting(let pid) = state else { return [] }
    state = .running(pid: pid)
    isLate = false
    return [.announce]
  }

  /// The VM has taken the place that it was to take.
  package mutating func passedTrial() { isOnTrial = false }

  /// The VM has run for a while without failing: what went wrong before is forgiven.
  package mutating func provedItself() { tally.succeeded() }

  /// No component could be set up; starting again would not help.
  package mutating func loadFailed(_ error: String) -> [Action] {
    switch state {
    case .starting, .running:
      verdict = error
      return [.askToStop]
    case .stopped, .launching, .stopping, .waiting, .failed: return []
    }
  }

  /// The start timeout has passed since the process was started.
  ///
  /// - Parameter missing: What was waited for, as a clause.
  /// - Returns: What to do.
  package mutating func startTimedOut(_ missing: String) -> [Action] {
    switch state {
    case .starting:
      // One that is over for another reason has its own time to end.
      guard verdict == nil, complaint == nil else { return [] }
      let reason = "it did not start within \(startTimeout.seconds) s: \(missing)"
      complaint = reason
      isLate = true
      return [.kill(because: reason)]
    case .stopped, .launching, .running, .stopping, .waiting, .failed: return []
    }
  }

  /// Stuck callbacks have left it without a usable thread, or it makes no workers any more: it must be replaced.
  ///
  /// - Parameter reason: What happened, as a clause about the VM.
  /// - Returns: What to do.
  package mutating func cannotGoOn(_ reason: String) -> [Action] {
    switch state {
    case .running, .starting:
      complaint = "it was killed: \(reason)"
      return [.kill(because: reason)]
    case .stopping: return [.kill(because: reason)]
    case .stopped, .launching, .waiting, .failed: return []
    }
  }

  /// Somebody wants the VM to stop.
  package mutating func stopRequested() -> [Action] {
    switch state {
    case .stopped: return []
    case .waiting, .failed:
      state = .stopped
      return [.announce]
    case .launching:
      state = .stopping(pid: nil, thenStart: false)
      return []
    case .starting(let pid), .running(let pid):
      state = .stopping(pid: pid, thenStart: false)
      return [.askToStop]
    case .stopping(let pid, _):
      state = .stopping(pid: pid, thenStart: false)
      return []
    }
  }

  /// A stop has taken longer than the grace period.
  package mutating func stopTimedOut() -> [Action] {
    switch state {
    case .stopping, .starting, .running: [.kill(because: "it did not stop within its grace period")]
    case .stopped, .launching, .waiting, .failed: []
    }
  }

  /// The process is gone.
  ///
  /// - Parameters:
  ///   - status: How it ended, in words.
  ///   - hasWorked: Whether a callback was completed in it.
  ///   - generator: The source of the back-off's jitter.
  /// - Returns: What to do.
  package mutating func exited(
    _ status: String, hasWorked: Bool, using generator: inout some RandomNumberGenerator
  ) -> [Action] {
    switch state {
    case .stopping(_, let thenStart):
      state = .stopped
      return [.announce] + (thenStart ? startRequested() : [])
    case .starting, .running, .launching:
      if let verdict {
        state = .failed(error: verdict)
        return [.announce]
      }
      return died(complaint ?? "it died: \(status)", hasWorked: hasWorked, using: &generator)
    case .stopped, .waiting, .failed: return []
    }
  }

  /// The pause before a launch is over.
  ///
  /// - Parameter number: The pause's number in `relaunch`. One that began before somebody stopped and started the VM does
  ///   not count.
  /// - Returns: What to do.
  package mutating func pauseEnded(number: Int) -> [Action] {
    guard case .waiting = state, number == pauses else { return [] }
    restarts += 1
    return launch()
  }

  private mutating func launch() -> [Action] {
    state = .launching
    verdict = nil
    complaint = nil
    return [.launch]
  }

  private mutating func died(
    _ error: String, hasWorked: Bool, using generator: inout some RandomNumberGenerator
  ) -> [Action] {
    if case .stopping(_, let thenStart) = state {
      state = .stopped
      return [.announce] + (thenStart ? startRequested() : [])
    }
    guard restartsAutomatically, !isOnTrial else {
      state = .failed(error: error)
      return [.announce]
    }
    state = .waiting(error: error)
    pauses += 1
    // One that has not become ready is no better for what one of its endpoints could do already.
    let pause = tally.ended(hasWorked: hasWorked && !isLate, using: &generator)
    return [.announce, .relaunch(after: pause, number: pauses)]
  }
}

extension Duration {
  /// A time that somebody chose, but at most a hundred years: what is much longer overflows.
  ///
  /// - Parameter seconds: The number that was chosen.
  /// - Returns: The duration, not below zero.
  package static func chosen(seconds: Double) -> Duration { .seconds(min(max(seconds, 0), 3_155_760_000)) }
}
