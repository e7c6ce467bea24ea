import TestSupport

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

  private struct Event {
    let time: Duration
    let number: Int
    let isHosts: Bool
    let body: () -> Void

    func isBefore(_ other: Event) -> Bool { (time, number) < (other.time, other.number) }
  }

  private let isTraced: Bool
  private var events: [Event] = []
  private var lastNumber = 0

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
    insert(Event(time: now + delay, number: nextNumber(), isHosts: isHosts, body: body))
  }

  /// Lets the next thing happen.
  ///
  /// - Returns: Whether there was one.
  func step() -> Bool {
    guard let event = removeFirst() else { return false }
    now = max(now, event.time)
    if event.isHosts, now < hostResumes {
      insert(Event(time: hostResumes, number: nextNumber(), isHosts: true, body: event.body))
    } else {
      event.body()
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

  /// Whether something happens that happens so many times in a hundred.
  func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

  /// A time between two.
  func time(_ range: ClosedRange<Int>) -> Duration { .milliseconds(Int.random(in: range, using: &random)) }

  /// One of some things.
  func one<Element>(of things: [Element]) -> Element? { things.randomElement(using: &random) }

  private func nextNumber() -> Int {
    lastNumber += 1
    return lastNumber
  }

  private func insert(_ event: Event) {
    events.append(event)
    var child = events.count - 1
    while child > 0, events[child].isBefore(events[(child - 1) / 2]) {
      events.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private func removeFirst() -> Event? {
    guard let first = events.first, let last = events.popLast() else { return nil }
    if events.isEmpty { return first }
    events[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < events.count {
        if events[child].isBefore(events[least]) { least = child }
      }
      if least == parent { return first }
      events.swapAt(parent, least)
      parent = least
    }
  }
}

extension Duration {
  /// The duration in whole milliseconds.
  var milliseconds: Int { Int(self / .milliseconds(1)) }
}
