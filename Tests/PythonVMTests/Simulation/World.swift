import TestSupport

@testable import Kernel

/// Virtual time: what happens next, and by what chance.
///
/// Nothing in a simulation depends on the order of a hashed collection, so that a seed always has the same story.
final class World {
  /// The random numbers.
  var random: SeededGenerator
  /// The system's time.
  private(set) var now = Duration.seconds(5000)
  /// Until when the host does not run.
  private(set) var hostResumes = Duration.zero
  /// For how long the host did not run so far.
  private(set) var stopped = Duration.zero
  /// Whether the faults are over: from here on everything must come to rest.
  var isClosing = false

  private let isTraced: Bool
  private var events = EventQueue()
  private var clock = LoopClock(systemTime: 0)
  /// How many timers the host has.
  private var timers = 0

  /// Creates a world.
  ///
  /// - Parameters:
  ///   - random: Its chances.
  ///   - isTraced: Whether everything that happens is printed.
  init(random: SeededGenerator, isTraced: Bool) {
    self.random = random
    self.isTraced = isTraced
  }

  /// Has something happen later; with `isHosts` it is the host that does it, and so not while that is stopped.
  func after(_ delay: Duration, isHosts: Bool = true, _ body: @escaping () -> Void) {
    // Clocks have whole nanoseconds; pauses need not.
    let delay = Duration.nanoseconds(Int64(delay.nanoseconds))
    events.insert(EventQueue.Event(time: now + delay, isHosts: isHosts, body: body))
  }

  /// The time on the host's clock.
  var hostTime: Duration { .nanoseconds(Int64(clock.read(now.nanoseconds))) }

  /// Sets a timer of the host, which waits as the reactor does.
  func timer(_ delay: Duration, _ body: @escaping () -> Void) {
    timers += 1
    wait(until: hostTime + delay, body)
  }

  private func wait(until deadline: Duration, _ body: @escaping () -> Void) {
    after(min(max(.zero, deadline - hostTime), .nanoseconds(Int64(LoopClock.period)))) { [unowned self] in
      guard hostTime >= deadline else { return wait(until: deadline, body) }
      timers -= 1
      body()
    }
  }

  /// Lets the next thing happen.
  ///
  /// - Returns: Whether there was one.
  func step() -> Bool {
    guard let event = events.removeFirst() else { return false }
    now = max(now, event.time)
    if event.isHosts, now < hostResumes {
      events.insert(EventQueue.Event(time: hostResumes, isHosts: true, body: event.body))
    } else {
      event.body()
      if timers == 0 { clock.idle() }
    }
    return true
  }

  /// Stops the host for a time, as SIGSTOP does.
  func stopHost(for time: Duration) {
    guard now >= hostResumes else { return }
    say("host is stopped for \(time)")
    hostResumes = now + time
    stopped += time
  }

  /// Tells a line of the story.
  func say(_ text: @autoclosure () -> String) {
    if isTraced { print("\(now.milliseconds) ms: \(text())") }
  }

  /// A number of a range; the smaller ones are likelier by next to nothing.
  func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(truncatingIfNeeded: random.next() % UInt64(range.upperBound - range.lowerBound + 1))
  }

  /// A number from 0 to 99, for what happens so many times in a hundred.
  var percentage: Int { number(0...99) }

  /// Whether something happens that happens so many times in a hundred.
  func chance(_ percent: Int) -> Bool { percentage < percent }

  /// A time between two, in milliseconds.
  func time(_ range: ClosedRange<Int>) -> Duration { .milliseconds(number(range)) }

  /// One of some things.
  func one<Element>(of things: [Element]) -> Element? { things.randomElement(using: &random) }
}

extension Duration {
  /// The duration in whole milliseconds.
  var milliseconds: Int { Int(self / .milliseconds(1)) }
  /// The duration in whole nanoseconds, rounded up.
  fileprivate var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds + 999_999_999) / 1_000_000_000
  }
}
