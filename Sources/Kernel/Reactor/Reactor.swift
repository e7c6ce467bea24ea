import CLinux
import Glibc

/// The loop of the host: one thread that waits in epoll and calls whoever an event is for.
///
/// It is deliberately not `Sendable`, like everything that hangs on it: the compiler keeps it on its thread. Handlers may
/// watch, change, cancel, set timers and stop from inside; an event for a watch that has been cancelled is dropped, also
/// within one batch. Without a timer nothing wakes the loop unless something happens: there is no tick. With one it wakes
/// at least once in a ``LoopClock/period``, so that it sees when the process was stopped: for the loop and all its timers
/// that time does not pass.
package final class Reactor {
  private let epoll: Descriptor
  private var watches = WatchTable()
  private var timers = TimerQueue()
  private var clock = LoopClock(systemTime: Reactor.systemTime())
  private var busyWait = BusyWait()
  private var deferred: [() -> Void] = []
  private var turnEnd: [() -> Void] = []
  private var isRunning = false
  private var signals: Descriptor?
  private var events = [clinux_event](repeating: clinux_event(), count: 64)

  /// A loop that watches nothing yet.
  ///
  /// From now on a write to a pipe that nobody reads is an error, not SIGPIPE, and one to a file that may grow no more is
  /// not SIGXFSZ.
  package init() throws(KernelFailure) {
    epoll = Descriptor(owning: try checked("epoll_create1") { clinux_epoll_create() })
    try checked("signal(SIGPIPE)") { clinux_ignore_write_signals() }
  }

  // MARK: - Descriptors

  /// Calls `handler` whenever the descriptor is ready for what was asked.
  ///
  /// The descriptor must stay open until `cancel`.
  package func watch(
    _ descriptor: Int32, _ interest: Interest, _ handler: @escaping (Interest) -> Void
  ) throws(KernelFailure) -> Registration {
    let registration = watches.insert(.init(descriptor: descriptor, interest: interest, handler: handler))
    if clinux_epoll_add(epoll.number, descriptor, interest.epollBits, registration.token) == -1 {
      let failure = KernelFailure.last("epoll_ctl")
      _ = watches.remove(registration)
      throw failure
    }
    return registration
  }

  /// Changes what a watch waits for; with nothing it stays in place and costs nothing.
  package func change(_ registration: Registration, to interest: Interest) {
    guard let watch = watches[registration], watch.interest != interest else { return }
    watches.setInterest(interest, of: registration)
    let result = clinux_epoll_change(epoll.number, watch.descriptor, interest.epollBits, registration.token)
    precondition(result == 0, "\(KernelFailure.last("epoll_ctl")): descriptor \(watch.descriptor) closed while watched")
  }

  /// Ends a watch; its handler is not called again.
  package func cancel(_ registration: Registration) {
    guard let watch = watches.remove(registration) else { return }
    let result = clinux_epoll_remove(epoll.number, watch.descriptor)
    precondition(result == 0, "\(KernelFailure.last("epoll_ctl")): descriptor \(watch.descriptor) closed while watched")
  }

  // MARK: - Time

  /// The loop's time: it never goes back, is not set by anybody and stands still while the process is stopped.
  package var now: Duration { .nanoseconds(Int64(readClock())) }

  /// Calls `body` once, not before `delay` has passed.
  @discardableResult
  package func after(_ delay: Duration, _ body: @escaping () -> Void) -> Timer {
    let (seconds, attoseconds) = delay.components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let nanoseconds = overflow ? Int64.max / 2 : min(scaled, Int64.max / 2) + attoseconds / 1_000_000_000
    return timers.insert(deadline: readClock() + UInt64(max(0, nanoseconds)), body)
  }

  /// Forgets a timer; one that has fired is no mistake.
  package func cancel(_ timer: Timer) {
    _ = timers.cancel(timer)
  }

  /// Calls `body` after the present batch of events.
  package func `defer`(_ body: @escaping () -> Void) {
    deferred.append(body)
  }

  /// Calls `body` when everything else in the present turn is done, and at once if the loop does not run.
  ///
  /// What is to be written goes out then, in one piece. Unlike deferred work it is not dropped when the loop stops.
  package func atTurnEnd(_ body: @escaping () -> Void) {
    guard isRunning else { return body() }
    turnEnd.append(body)
  }

  // MARK: - Signals

  /// Takes signals as events.
  ///
  /// Call it once, before other threads start: they inherit that the signals are blocked.
  package func onSignals(_ numbers: [Int32], _ handler: @escaping (Int32) -> Void) throws(KernelFailure) {
    precondition(signals == nil, "signals are taken once")
    let source = Descriptor(owning: try checked("signalfd") { clinux_signal_descriptor(numbers, numbers.count) })
    let number = source.number
    _ = try watch(number, .readable) { _ in
      while case let signal = clinux_next_signal(number), signal > 0 { handler(signal) }
    }
    signals = consume source
  }

  // MARK: - Running

  /// Waits and calls handlers until `stop`.
  package func run() {
    precondition(!isRunning, "the reactor runs already")
    isRunning = true
    while isRunning {
      let now = timers.isEmpty ? nil : readClock()
      if now == nil { clock.idle() }
      dispatch(wait(at: now))
      runDeferred()
      // Only what was due before the wait: whatever had come by then has been told first, as after a stop.
      if let now { runTimers(dueAt: now) }
      endTurn()
    }
  }

  /// Makes `run` return after the handler that called this.
  package func stop() {
    isRunning = false
  }

  /// How many events there are, after waiting until the next timer at most.
  private func wait(at now: UInt64?) -> Int {
    var patience: Int64 = -1
    if !deferred.isEmpty {
      patience = 0
    } else if let now, let deadline = timers.nextDeadline() {
      patience = deadline > now ? Int64(min(deadline - now, LoopClock.period)) : 0
    }
    guard patience != 0 else { return poll(0) }
    let began = Self.systemTime()
    var count = 0
    // Not when a timer is due so soon that it would be late.
    if busyWait.isWorthwhile, patience < 0 || patience > Int64(BusyWait.brief) {
      repeat {
        sched_yield()
        count = poll(0)
      } while count == 0 && Self.systemTime() - began < BusyWait.brief
      if count == 0, patience > 0 { patience = max(0, patience - Int64(Self.systemTime() - began)) }
    }
    if count == 0 { count = poll(patience) }
    busyWait.note(nanoseconds: Self.systemTime() - began)
    return count
  }

  private func poll(_ patience: Int64) -> Int {
    let count = clinux_epoll_wait(epoll.number, &events, Int32(events.count), patience)
    precondition(count >= 0 || errno == EINTR, "\(KernelFailure.last("epoll_wait"))")
    return Int(max(0, count))
  }

  private func dispatch(_ count: Int) {
    for index in 0..<count where isRunning {
      let registration = Registration(token: events[index].token)
      guard let watch = watches[registration] else { continue }
      let ready = watch.interest.satisfied(by: events[index].events)
      if !ready.isEmpty { watch.handler(ready) }
    }
  }

  private func runDeferred() {
    guard isRunning, !deferred.isEmpty else { return }
    let batch = deferred
    deferred.removeAll()
    for body in batch where isRunning { body() }
  }

  private func endTurn() {
    while !turnEnd.isEmpty {
      var bodies: [() -> Void] = []
      swap(&bodies, &turnEnd)
      for body in bodies { body() }
    }
  }

  private func runTimers(dueAt now: UInt64) {
    while isRunning, let body = timers.popDue(now: now) { body() }
  }

  private func readClock() -> UInt64 { clock.read(Self.systemTime()) }

  private static func systemTime() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
