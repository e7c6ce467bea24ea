/// A name that is a number which nothing else of its kind has had.
public protocol Numbered: Hashable, Sendable {
  /// What the number is.
  associatedtype Number: FixedWidthInteger
  /// The number.
  var number: Number { get }
}

/// Values by numbers that the host gave out itself.
///
/// Nobody can choose such numbers so that they collide: a multiplication spreads them where a dictionary would hash
/// them, which costs many times as much. A number that lies where another one belongs is in the next free slot behind it.
///
/// It is public and inlinable because other rooms use it too: without that the compiler makes nothing of it there that
/// knows the types, and it would cost more than a dictionary.
public struct NumberTable<Key: Numbered, Value> {
  /// The keys in their slots, of which at most half are taken, and each one's value at the same place.
  @usableFromInline var slots: [Key?]
  @usableFromInline var values: [Value?]
  @usableFromInline var taken = 0

  /// A table without values.
  @inlinable public init() {
    slots = Array(repeating: nil, count: 8)
    values = Array(repeating: nil, count: 8)
  }

  /// How many values there are.
  @inlinable public var count: Int { taken }

  /// Whether there are no values.
  @inlinable public var isEmpty: Bool { taken == 0 }

  /// The keys, in no order.
  @inlinable public var keys: [Key] { slots.compactMap { $0 } }

  /// The value of a key, or `nil` if there is none.
  @inlinable public subscript(key: Key) -> Value? {
    get { values[slot(of: key)] }
    set {
      if let newValue { updateValue(newValue, forKey: key) } else { removeValue(forKey: key) }
    }
  }

  /// Gives a key a value.
  ///
  /// - Returns: The value that it had.
  @discardableResult
  @inlinable public mutating func updateValue(_ value: Value, forKey key: Key) -> Value? {
    if 2 * taken >= slots.count { grow() }
    let slot = slot(of: key)
    if slots[slot] == nil { taken += 1 }
    slots[slot] = key
    let old = values[slot]
    values[slot] = value
    return old
  }

  /// Takes a key and its value out.
  ///
  /// - Returns: The value that it had.
  @discardableResult
  @inlinable public mutating func removeValue(forKey key: Key) -> Value? {
    var gap = slot(of: key)
    guard slots[gap] != nil else { return nil }
    let old = values[gap]
    slots[gap] = nil
    values[gap] = nil
    taken -= 1
    // What was put behind because of it moves up, so that the search for a key ends at the first free slot.
    var slot = next(gap)
    while let other = slots[slot] {
      if distance(from: home(of: other), to: slot) >= distance(from: gap, to: slot) {
        slots.swapAt(gap, slot)
        values.swapAt(gap, slot)
        gap = slot
      }
      slot = next(slot)
    }
    return old
  }

  /// Where a key is, or the free slot where it belongs.
  @inlinable func slot(of key: Key) -> Int {
    var slot = home(of: key)
    while let other = slots[slot], other != key { slot = next(slot) }
    return slot
  }

  /// Where a key belongs if nothing else is there: by the golden ratio, which keeps numbers in a row far apart.
  @inlinable func home(of key: Key) -> Int {
    let product = UInt64(truncatingIfNeeded: key.number) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: product >> UInt64(slots.count.leadingZeroBitCount + 1))
  }

  @inlinable func next(_ slot: Int) -> Int { (slot + 1) & (slots.count - 1) }

  @inlinable func distance(from start: Int, to slot: Int) -> Int { (slot - start) & (slots.count - 1) }

  @usableFromInline mutating func grow() {
    let old = (keys: slots, values: values)
    slots = Array(repeating: nil, count: 2 * old.keys.count)
    values = Array(repeating: nil, count: slots.count)
    for case (let key?, let value) in zip(old.keys, old.values) {
      let slot = slot(of: key)
      slots[slot] = key
      values[slot] = value
    }
  }
}
