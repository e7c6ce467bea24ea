extension SortedMap {
  /// A walk over the elements in key order that can step over whole subtrees.
  struct Cursor {
    /// What comes next.
    enum Item {
      case element(Element)
      case subtree(Node)
    }

    private var path: [(node: Node, next: Int)]

    /// Starts before all elements.
    ///
    /// - Parameter map: The map to walk over.
    init(_ map: SortedMap) { path = [(Node(elements: [], children: [map.root]), 0)] }

    /// Starts before the first element whose key is greater than `key`.
    ///
    /// - Parameters:
    ///   - map: The map to walk over.
    ///   - key: The key; it need not be in the map.
    init(_ map: SortedMap, after key: Key) {
      path = []
      var node = map.root
      while true {
        let (place, isFound) = node.search(key)
        if node.children.isEmpty {
          path.append((node, isFound ? place + 1 : place))
          return
        }
        if isFound {
          path.append((node, 2 * place + 2))
          return
        }
        path.append((node, 2 * place + 1))
        node = node.children[place]
      }
    }

    /// What comes next, or `nil` at the end.
    mutating func peek() -> Item? {
      while let (node, next) = path.last {
        if node.children.isEmpty {
          if next < node.elements.count { return .element(node.elements[next]) }
        } else if next < node.elements.count + node.children.count {
          return next.isMultiple(of: 2) ? .subtree(node.children[next / 2]) : .element(node.elements[next / 2])
        }
        path.removeLast()
      }
      return nil
    }

    /// Steps over what comes next.
    mutating func skip() { path[path.count - 1].next += 1 }

    /// Enters the subtree that comes next.
    ///
    /// - Parameter node: The subtree.
    mutating func enter(_ node: Node) {
      skip()
      path.append((node, 0))
    }

    /// The next element, or `nil` at the end.
    mutating func next() -> Element? {
      while let item = peek() {
        switch item {
        case .subtree(let node): enter(node)
        case .element(let element):
          skip()
          return element
        }
      }
      return nil
    }
  }
}

extension SortedMap: Sequence {
  /// Walks over all elements in key order.
  func makeIterator() -> Iterator { Iterator(cursor: Cursor(self)) }

  /// Walks over the elements behind a key.
  ///
  /// - Parameter key: The key; it need not be in the map.
  /// - Returns: The walk.
  func elements(after key: Key) -> Iterator { Iterator(cursor: Cursor(self, after: key)) }

  /// A walk over elements in key order.
  struct Iterator: IteratorProtocol, Sequence {
    fileprivate var cursor: Cursor
    /// The next element, or `nil` at the end.
    mutating func next() -> Element? { cursor.next() }
  }
}

extension SortedMap {
  /// Finds what may differ from another map, and steps over what both share.
  ///
  /// - Parameters:
  ///   - old: The other map.
  ///   - body: Is given each key that is in one map only, or that is in parts which the maps do not share, with its value
  ///     in the other map and in this one.
  /// - Throws: What `body` throws.
  func difference<Failure: Error>(
    from old: SortedMap, _ body: (Key, Value?, Value?) throws(Failure) -> Void
  ) throws(Failure) {
    var before = Cursor(old)
    var after = Cursor(self)
    while true {
      switch (before.peek(), after.peek()) {
      case (nil, nil): return
      case (.subtree(let left), .subtree(let right)):
        if left.isIdentical(to: right) {
          before.skip()
          after.skip()
          continue
        }
        let (leftHeight, rightHeight) = (left.height, right.height)
        if leftHeight >= rightHeight { before.enter(left) }
        if rightHeight >= leftHeight { after.enter(right) }
      case (.subtree(let left), _): before.enter(left)
      case (_, .subtree(let right)): after.enter(right)
      case (.element(let left), .element(let right)):
        let result = left.key.compare(right.key)
        if result <= 0 { before.skip() }
        if result >= 0 { after.skip() }
        try body(result <= 0 ? left.key : right.key, result <= 0 ? left.value : nil, result >= 0 ? right.value : nil)
      case (.element(let left), nil):
        before.skip()
        try body(left.key, left.value, nil)
      case (nil, .element(let right)):
        after.skip()
        try body(right.key, nil, right.value)
      }
    }
  }
}

extension SortedMap.Node {
  fileprivate var height: Int {
    var height = 0
    var node = self
    while let child = node.children.first {
      height += 1
      node = child
    }
    return height
  }
}

extension SortedMap {
  /// The element with the smallest key above `key`.
  func first(after key: Key) -> Element? {
    var walk = elements(after: key)
    return walk.next()
  }

  /// The element with the greatest key below `key`.
  func last(before key: Key) -> Element? {
    var found: Element?
    var node = root
    while true {
      let place = node.search(key).place
      if place > 0 { found = node.elements[place - 1] }
      guard !node.children.isEmpty else { return found }
      node = node.children[place]
    }
  }
}
