/// A map in key order that shares its structure with the maps it was copied from: a B-tree of arrays.
///
/// A copy costs nothing. A change copies the few nodes on the way to it, or none if nobody else has them, because arrays
/// copy themselves only when they are shared.
struct SortedMap<Key: TotallyOrdered, Value: Sendable>: Sendable {
  /// A key with its value.
  struct Element: Sendable {
    let key: Key
    var value: Value
  }

  /// Up to ``capacity`` elements, and between and around them the subtrees, if there are any.
  struct Node: Sendable {
    var elements: [Element] = []
    var children: [Node] = []
  }

  /// How many elements a node holds at most; at least half as many, the root excepted.
  private static var capacity: Int { 31 }

  /// How many elements there are.
  private(set) var count = 0
  /// The node above all others.
  private(set) var root = Node()

  /// Whether there is no element.
  var isEmpty: Bool { count == 0 }

  /// The value of a key.
  subscript(key: Key) -> Value? {
    var node = root
    while true {
      let (place, isFound) = node.search(key)
      if isFound { return node.elements[place].value }
      if node.children.isEmpty { return nil }
      node = node.children[place]
    }
  }

  /// The element with the greatest key.
  var last: Element? {
    var node = root
    while let child = node.children.last { node = child }
    return node.elements.last
  }

  /// Changes a value in place.
  ///
  /// - Parameters:
  ///   - key: The key.
  ///   - body: Is given the value.
  /// - Returns: What `body` returns, or `nil` if the key is not there.
  /// - Throws: What `body` throws.
  mutating func modify<Result, Failure: Error>(
    _ key: Key, _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    try root.modify(key, body)
  }

  /// Puts a value in, in the place of the one that the key had.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - key: The key.
  mutating func insert(_ value: Value, for key: Key) {
    if root.insert(Element(key: key, value: value)) { count += 1 }
    guard root.elements.count > Self.capacity else { return }
    let (separator, right) = root.split()
    root = Node(elements: [separator], children: [root, right])
  }

  /// Takes a value out.
  ///
  /// - Parameter key: The key.
  /// - Returns: The value, or `nil` if the key was not there.
  @discardableResult
  mutating func remove(_ key: Key) -> Value? {
    guard let value = root.remove(key) else { return nil }
    count -= 1
    if root.elements.isEmpty, let child = root.children.first { root = child }
    return value
  }
}

extension SortedMap.Node {
  /// Where a key is among the elements, or the subtree it would be in.
  func search(_ key: Key) -> (place: Int, isFound: Bool) {
    elements.withUnsafeBufferPointer { elements in
      var low = 0
      var high = elements.count
      // Keys often come in their order.
      if let last = elements.last {
        let result = key.compare(last.key)
        if result >= 0 { return result == 0 ? (high - 1, true) : (high, false) }
        high -= 1
      }
      while low < high {
        let middle = (low + high) / 2
        let result = key.compare(elements[middle].key)
        if result == 0 { return (middle, true) }
        if result < 0 { high = middle } else { low = middle + 1 }
      }
      return (low, false)
    }
  }

  /// Whether both are the same storage, and so the same elements.
  func isIdentical(to other: Self) -> Bool {
    elements.isIdentical(to: other.elements) && children.isIdentical(to: other.children)
  }

  fileprivate mutating func modify<Result, Failure: Error>(
    _ key: Key, _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    let (place, isFound) = search(key)
    if isFound { return try body(&elements[place].value) }
    if children.isEmpty { return nil }
    return try children[place].modify(key, body)
  }

  /// Inserts or replaces, and tells whether the key is new; the node may hold one element too many afterwards.
  fileprivate mutating func insert(_ element: SortedMap.Element) -> Bool {
    let (place, isFound) = search(element.key)
    if isFound {
      elements[place].value = element.value
      return false
    }
    if children.isEmpty {
      elements.insert(element, at: place)
      return true
    }
    let isNew = children[place].insert(element)
    if children[place].elements.count > SortedMap.capacity {
      let (separator, right) = children[place].split()
      elements.insert(separator, at: place)
      children.insert(right, at: place + 1)
    }
    return isNew
  }

  /// Keeps the lower half; returns the middle element and the upper half.
  fileprivate mutating func split() -> (SortedMap.Element, Self) {
    let middle = elements.count / 2
    let separator = elements[middle]
    let right = Self(
      elements: Array(elements[(middle + 1)...]),
      children: children.isEmpty ? [] : Array(children[(middle + 1)...]))
    elements.removeSubrange(middle...)
    if !children.isEmpty { children.removeSubrange((middle + 1)...) }
    return (separator, right)
  }

  fileprivate mutating func remove(_ key: Key) -> Value? {
    let (place, isFound) = search(key)
    if children.isEmpty { return isFound ? elements.remove(at: place).value : nil }
    let removed: Value?
    if isFound {
      removed = elements[place].value
      guard let predecessor = children[place].removeLast() else { return nil }
      elements[place] = predecessor
    } else {
      removed = children[place].remove(key)
    }
    refill(place)
    return removed
  }

  private mutating func removeLast() -> SortedMap.Element? {
    if children.isEmpty { return elements.popLast() }
    let last = children.count - 1
    let element = children[last].removeLast()
    refill(last)
    return element
  }

  /// Joins a subtree that has become too small with a neighbour, and splits the result if it is too large.
  private mutating func refill(_ place: Int) {
    guard children[place].elements.count < SortedMap.capacity / 2, children.count > 1 else { return }
    let left = max(0, place - 1)
    let neighbour = children.remove(at: left + 1)
    let separator = elements.remove(at: left)
    children[left].elements.append(separator)
    children[left].elements.append(contentsOf: neighbour.elements)
    children[left].children.append(contentsOf: neighbour.children)
    guard children[left].elements.count > SortedMap.capacity else { return }
    let (middle, right) = children[left].split()
    elements.insert(middle, at: left)
    children.insert(right, at: left + 1)
  }
}

extension Array {
  /// Whether both arrays are one storage, or both empty; arrays with equal elements need not be.
  func isIdentical(to other: [Element]) -> Bool {
    if count != other.count { return false }
    if isEmpty { return true }
    return withUnsafeBufferPointer { mine in other.withUnsafeBufferPointer { mine.baseAddress == $0.baseAddress } }
  }
}
