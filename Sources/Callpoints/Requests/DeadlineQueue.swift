/// Deadlines, earliest first.
///
/// Nothing is taken out when a request ends: whoever pops an entry checks whether it still counts. Entries that no
/// longer count are few, as most requests of a callpoint have the same timeout and so leave from the front.
package struct DeadlineQueue: Sendable {
  private var heap: [(time: Duration, request: RequestID)] = []

  /// Creates an empty queue.
  package init() {}

  /// The earliest time.
  package var earliest: Duration? { heap.first?.time }

  /// The number of entries, those that no longer count included.
  package var count: Int { heap.count }

  /// Adds a deadline.
  package mutating func insert(_ request: RequestID, at time: Duration) {
    heap.append((time, request))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].time < heap[parent].time else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the earliest entry that is not later than a time.
  package mutating func popFirst(until time: Duration) -> (request: RequestID, time: Duration)? {
    guard let first = heap.first, first.time <= time else { return nil }
    removeFirst()
    return (first.request, first.time)
  }

  /// Keeps only the entries that still count.
  package mutating func prune(_ counts: (RequestID) -> Bool) {
    let kept = heap.filter { counts($0.request) }
    heap = []
    for entry in kept { insert(entry.request, at: entry.time) }
  }

  private mutating func removeFirst() {
    let last = heap.removeLast()
    guard !heap.isEmpty else { return }
    heap[0] = last
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].time < heap[smallest].time {
        smallest = child
      }
      guard smallest != parent else { return }
      heap.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
