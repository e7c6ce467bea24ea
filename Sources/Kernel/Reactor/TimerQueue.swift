/// Deadlines in a binary heap, in nanoseconds; equal ones fire in the order in which they were set.
///
/// A cancelled deadline stays in the heap until it comes up or until the cancelled ones are the majority: deadlines of
/// requests are cancelled almost always, so taking each one out would cost more than sweeping now and then.
struct TimerQueue {
  private struct Entry {
    let deadline: UInt64
    let number: UInt64

    func isBefore(_ other: Entry) -> Bool {
      deadline != other.deadline ? deadline < other.deadline : number < other.number
    }
  }

  private var heap: [Entry] = []
  private var bodies: [UInt64: () -> Void] = [:]
  private var lastNumber: UInt64 = 0

  /// Whether no timer waits.
  var isEmpty: Bool { bodies.isEmpty }
  /// How many timers wait.
  var count: Int { bodies.count }
  /// How many places the heap takes, cancelled ones included.
  var heapSize: Int { heap.count }

  /// Adds a timer.
  mutating func insert(deadline: UInt64, _ body: @escaping () -> Void) -> Timer {
    lastNumber += 1
    bodies[lastNumber] = body
    heap.append(Entry(deadline: deadline, number: lastNumber))
    siftUp(heap.count - 1)
    return Timer(number: lastNumber)
  }

  /// Forgets a timer; one that has fired is not in the queue any more.
  ///
  /// - Returns: What it would have done. It may own something whose end comes back to the queue: let it go when this is done.
  mutating func cancel(_ timer: Timer) -> (() -> Void)? {
    guard let body = bodies.removeValue(forKey: timer.number) else { return nil }
    if heap.count > 64, heap.count > 2 * bodies.count { dropCancelled() }
    return body
  }

  /// The next deadline.
  mutating func nextDeadline() -> UInt64? {
    while let first = heap.first {
      if bodies[first.number] != nil { return first.deadline }
      removeFirst()
    }
    return nil
  }

  /// Takes out the next timer whose deadline has come.
  mutating func popDue(now: UInt64) -> (() -> Void)? {
    guard let deadline = nextDeadline(), deadline <= now, let first = heap.first else { return nil }
    removeFirst()
    return bodies.removeValue(forKey: first.number)
  }

  private mutating func dropCancelled() {
    heap.removeAll { bodies[$0.number] == nil }
    // Sorted is heap-ordered.
    heap.sort { $0.isBefore($1) }
  }

  private mutating func removeFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    siftDown(0)
  }

  private mutating func siftUp(_ start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].isBefore(heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].isBefore(heap[least]) {
        least = child
      }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
