/// The requests that wait for one callpoint, oldest first.
///
/// A withdrawn request leaves a gap that is skipped later, so that every operation takes constant time on average.
struct RequestQueue: Sendable {
  private var slots: [RequestID?] = []
  private var head = 0
  private(set) var count = 0

  /// The waiting requests, oldest first.
  var requests: [RequestID] { slots[head...].compactMap { $0 } }

  /// Puts a request at the end.
  mutating func append(_ request: RequestID) {
    slots.append(request)
    count += 1
  }

  /// Puts a request at the front: it had its turn before.
  mutating func prepend(_ request: RequestID) {
    if head > 0 {
      head -= 1
      slots[head] = request
    } else {
      slots.insert(request, at: 0)
    }
    count += 1
  }

  /// Takes the oldest request.
  mutating func popFirst() -> RequestID? {
    while head < slots.count {
      let request = slots[head]
      head += 1
      compact()
      if let request {
        count -= 1
        return request
      }
    }
    return nil
  }

  /// Takes a request out of the middle.
  mutating func remove(_ request: RequestID) {
    guard let index = slots[head...].firstIndex(of: request) else { return }
    slots[index] = nil
    count -= 1
  }

  private mutating func compact() {
    guard head > 32, head * 2 > slots.count else { return }
    slots.removeFirst(head)
    head = 0
  }
}
