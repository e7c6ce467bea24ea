/// What is to happen, in the order of time; what has the same time happens in the order in which it was put in.
///
/// It is made for the build that tests have: the heap is of plain integers, of which the standard library has a version
/// that is quick without the optimizer.
struct EventQueue {
  /// Something that will happen.
  struct Event {
    let time: Duration
    /// Whether the host does it, and so not while that is stopped.
    let isHosts: Bool
    let body: () -> Void
  }

  /// The events by number; `nil` for those that were taken.
  private var events: [Event?] = []
  /// Microseconds, and in the lower bits the number of the event that happens then.
  private var heap: [Int] = []
  private static let numberBits = 20

  /// Adds something that is to happen.
  mutating func insert(_ event: Event) {
    let (seconds, attoseconds) = event.time.components
    let micros = Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
    precondition(events.count < 1 << Self.numberBits, "a story has too many events")
    let key = micros << Self.numberBits | events.count
    events.append(event)
    heap.append(key)
    var child = heap.count - 1
    while child > 0, heap[(child - 1) / 2] > key {
      heap[child] = heap[(child - 1) / 2]
      child = (child - 1) / 2
    }
    heap[child] = key
  }

  /// Takes what happens next.
  mutating func removeFirst() -> Event? {
    guard let first = removeLeastKey() else { return nil }
    let number = first & (1 << Self.numberBits - 1)
    let event = events[number]
    events[number] = nil
    return event
  }

  private mutating func removeLeastKey() -> Int? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    let count = heap.count
    if count == 0 { return first }
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child + 1 < count, heap[child + 1] < heap[child] { child += 1 }
      guard child < count, heap[child] < last else { break }
      heap[parent] = heap[child]
      parent = child
    }
    heap[parent] = last
    return first
  }
}
