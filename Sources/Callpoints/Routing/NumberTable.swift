/// A number that the host counts up.
protocol Counted: Hashable, Sendable {
  /// The number as an integer, not negative where it is in a table.
  var place: Int { get }

  /// The value with a number.
  init(place: Int)
}

extension RequestID: Counted {
  var place: Int { Int(truncatingIfNeeded: number) }
  init(place: Int) { self.init(UInt64(truncatingIfNeeded: place)) }
}

extension CallpointID: Counted {
  var place: Int { number }
  init(place: Int) { self.init(place) }
}

extension EndpointID: Counted {
  var place: Int { number }
  init(place: Int) { self.init(place) }
}

/// Values by counted numbers: a dictionary that costs little to look into and changes its values where they are.
///
/// A number stands in a slot of its own, or in the next free one behind that. Numbers in a row are far apart, so that many
/// that stay long are not in the way of those that come later; and nobody but the host chooses which ones are in a table.
struct NumberTable<Key: Counted, Value: Sendable>: Sendable {
  /// The number in each slot, or ``free``; there are twice as many slots as values at least.
  private var places: [Int] = []
  private var values: [Value?] = []
  /// How many values there are.
  private(set) var count = 0

  private static var free: Int { -1 }
  private static var smallest: Int { 8 }
  /// How many slots are kept, however few values there are.
  private static var kept: Int { 256 }

  /// Whether there is no value.
  var isEmpty: Bool { count == 0 }

  /// The numbers that have values, in any order.
  var keys: [Key] { places.lazy.filter { $0 != Self.free }.map { Key(place: $0) } }

  /// The value of a number; `nil` removes it.
  subscript(key: Key) -> Value? {
    _read {
      if places.isEmpty {
        yield nil
      } else {
        yield values[slot(of: key.place)]
      }
    }
    _modify {
      if 2 * (count + 1) > places.count { resize(to: max(Self.smallest, 2 * places.count)) }
      let slot = slot(of: key.place)
      let wasThere = places[slot] != Self.free
      yield &values[slot]
      switch (wasThere, values[slot] != nil) {
      case (false, true):
        places[slot] = key.place
        count += 1
      case (true, false): close(slot)
      case (true, true), (false, false): break
      }
    }
  }

  /// Takes a value out.
  mutating func removeValue(forKey key: Key) -> Value? {
    guard !places.isEmpty else { return nil }
    let slot = slot(of: key.place)
    guard let value = values[slot].take() else { return nil }
    close(slot)
    return value
  }

  /// The slot that a number has if it is free. The factor, 2^64 by the golden ratio, spreads numbers in a row evenly.
  private func home(of place: Int) -> Int {
    Int(truncatingIfNeeded: (UInt64(truncatingIfNeeded: place) &* 0x9E37_79B9_7F4A_7C15) >> 32) & (places.count - 1)
  }

  /// The slot of a number, or the free one that it would get.
  private func slot(of place: Int) -> Int {
    var slot = home(of: place)
    while places[slot] != place, places[slot] != Self.free { slot = (slot + 1) & (places.count - 1) }
    return slot
  }

  /// Frees a slot whose value is gone: those behind it that are not in their own slots move up.
  private mutating func close(_ slot: Int) {
    let mask = places.count - 1
    var gap = slot
    var next = (slot + 1) & mask
    while places[next] != Self.free {
      if (next - home(of: places[next])) & mask >= (next - gap) & mask {
        places[gap] = places[next]
        values.swapAt(gap, next)
        gap = next
      }
      next = (next + 1) & mask
    }
    places[gap] = Self.free
    count -= 1
    if places.count > Self.kept, 8 * count < places.count { resize(to: places.count / 2) }
  }

  private mutating func resize(to capacity: Int) {
    let (oldPlaces, oldValues) = (places, values)
    places = Array(repeating: Self.free, count: capacity)
    values = Array(repeating: nil, count: capacity)
    for (place, value) in zip(oldPlaces, oldValues) where place != Self.free {
      let slot = slot(of: place)
      places[slot] = place
      values[slot] = value
    }
  }
}
