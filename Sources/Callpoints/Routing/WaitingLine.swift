/// What waits for its turn, oldest first.
///
/// What is withdrawn leaves a gap that is skipped later, so that every operation but ``remove(_:)`` takes constant time
/// on average.
struct WaitingLine<Element> {
  private var slots: [Element?] = []
  private var head = 0
  private(set) var count = 0

  /// What waits, oldest first.
  var elements: [Element] { slots[head...].compactMap { $0 } }

  /// Puts an element at the end.
  mutating func append(_ element: Element) {
    slots.append(element)
    count += 1
  }

  /// Puts an element at the front: it had its turn before.
  mutating func prepend(_ element: Element) {
    if head > 0 {
      head -= 1
      slots[head] = element
    } else {
      slots.insert(element, at: 0)
    }
    count += 1
  }

  /// Takes the oldest element.
  mutating func popFirst() -> Element? {
    while head < slots.count {
      let element = slots[head]
      head += 1
      compact()
      if let element {
        count -= 1
        return element
      }
    }
    return nil
  }

  /// Takes an element out of the middle.
  mutating func remove(_ element: Element) where Element: Equatable {
    guard let index = slots[head...].firstIndex(of: element) else { return }
    slots[index] = nil
    count -= 1
  }

  private mutating func compact() {
    if head == slots.count {
      slots.removeAll(keepingCapacity: true)
      head = 0
    } else if head > 32, head * 2 > slots.count {
      slots.removeFirst(head)
      head = 0
    }
  }
}
