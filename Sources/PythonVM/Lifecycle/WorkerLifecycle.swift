import Callpoints

/// The life of one worker of a callpoint, through all its processes, as decisions only.
///
/// Owner: the reactor's thread. Every event returns what is to be done; nothing is done here.
package struct WorkerLifecycle: Sendable {
  /// Where a worker is in its life.
  package enum State: Hashable, Sendable {
    /// It has no process: the template is not there yet, or a pause is not over. Can become `starting`, `stopped`.
    case idle
    /// The template has been asked for a process. Can become `running`, `idle`, `stopping`.
    case starting
    /// The process serves. Can become `idle`, `stopping`.
    case running
    /// The process has been asked to finish what it has. Can become `stopped`.
    case stopping
    /// There will be no process any more.
    case stopped
  }

  /// What the driver has to do, in order.
  package enum Action: Hashable, Sendable {
    /// Ask the template for a process.
    case fork
    /// Begin to measure how long this process takes to become ready: the number tells it from the next.
    case watchStart(number: Int)
    /// The process does not become ready: end it, or the template if that has not even forked it.
    case abandonStart
    /// Ask again after this time.
    case forkAfter(Duration)
    /// Give the process requests.
    case serve
    /// Process after process has ended without having done anything: callers should not wait for the next.
    case giveUpForNow
    /// Ask the process to finish what it has and leave.
    case askToFinish
    /// The worker has stopped: somebody may be waiting for it.
    case announceStop
  }

  /// The present state.
  package private(set) var state = State.idle
  /// How often a process has been forked in the place of one that ended.
  package private(set) var restarts = 0
  /// How many processes in a row have ended without having done anything.
  package var failures: Int { tally.failures }
  private var tally = RestartTally()
  /// How many processes have been asked for.
  private var starts = 0

  /// Creates the life of a worker that has no process yet.
  package init() {}

  /// Whether so many processes in a row have ended without having done anything that callers should not wait.
  package var isExhausted: Bool { tally.isExhausted }

  /// The template is there, or a pause is over.
  package mutating func mayFork() -> [Action] {
    switch state {
    case .idle:
      state = .starting
      starts += 1
      return [.watchStart(number: starts), .fork]
    case .starting, .running, .stopping, .stopped: return []
    }
  }

  /// The process has said that it is ready.
  package mutating func becameReady() -> [Action] {
    switch state {
    case .starting:
      state = .running
      return [.serve]
    case .idle, .running, .stopping, .stopped: return []
    }
  }

  /// A process has had its time to become ready.
  ///
  /// - Parameter number: The process's number in `watchStart`.
  /// - Returns: What to do.
  package mutating func startTimedOut(number: Int) -> [Action] {
    state == .starting && number == starts ? [.abandonStart] : []
  }

  /// The process has ended, or there was none to be had.
  ///
  /// - Parameters:
  ///   - hasWorked: Whether it had completed a callback.
  ///   - generator: The source of the back-off's jitter.
  /// - Returns: What to do.
  package mutating func ended(hasWorked: Bool, using generator: inout some RandomNumberGenerator) -> [Action] {
    switch state {
    case .starting, .running:
      state = .idle
      restarts += 1
      let pause = tally.ended(hasWorked: hasWorked, using: &generator)
      let complaint: [Action] = tally.isExhausted ? [.giveUpForNow] : []
      return complaint + (pause > .zero ? [.forkAfter(pause)] : mayFork())
    case .stopping:
      state = .stopped
      return [.announceStop]
    case .idle, .stopped: return []
    }
  }

  /// The VM is to stop.
  package mutating func stopRequested() -> [Action] {
    switch state {
    case .idle:
      state = .stopped
      return [.announceStop]
    case .starting, .running:
      state = .stopping
      return [.askToFinish]
    case .stopping, .stopped: return []
    }
  }
}
