package import Yang

/// The place of a node in a tree: the way to it from the root, resolved against a schema.
package struct Keypath: Hashable, Sendable {
  /// One node on the way, choices and cases left out.
  package struct Step: Hashable, Sendable {
    /// The schema node.
    package let node: NodeID
    /// The keys of a list entry, or the value of one leaf-list value; empty for all else and for a whole list.
    package let keys: [Value]

    /// Creates a step.
    ///
    /// - Parameters:
    ///   - node: The schema node.
    ///   - keys: The keys of a list entry, or the value of one leaf-list value.
    package init(_ node: NodeID, keys: [Value] = []) {
      self.node = node
      self.keys = keys
    }
  }

  /// The steps from the root.
  package let steps: [Step]

  /// Creates a path.
  ///
  /// - Parameter steps: The steps from the root; none for the root itself.
  package init(_ steps: [Step]) { self.steps = steps }

  /// The root of every tree.
  package static let root = Keypath([])

  /// The schema node that the path leads to.
  package var node: NodeID { steps.last?.node ?? .root }

  /// The keys of the last step.
  package var keys: [Value] { steps.last?.keys ?? [] }

  /// The path without its last step; of a list entry, that is the node that holds the list.
  package var parent: Keypath { Keypath(Array(steps.dropLast())) }

  /// The path's beginning.
  ///
  /// - Parameter count: How many steps it has.
  /// - Returns: The path with the first steps only.
  func prefix(_ count: Int) -> Keypath { count == steps.count ? self : Keypath(Array(steps[..<count])) }

  /// The path of a child.
  ///
  /// - Parameters:
  ///   - node: The child.
  ///   - keys: Its keys.
  /// - Returns: The path with one more step.
  package func appending(_ node: NodeID, keys: [Value] = []) -> Keypath {
    var steps: [Step] = []
    steps.reserveCapacity(self.steps.count + 1)
    steps.append(contentsOf: self.steps)
    steps.append(Step(node, keys: keys))
    return Keypath(steps)
  }

  /// Whether this path is another one or leads to something above it.
  ///
  /// - Parameter other: The other path.
  /// - Returns: Whether every step of this path is the other's too.
  package func contains(_ other: Keypath) -> Bool { other.steps.starts(with: steps) }
}

extension Keypath: TotallyOrdered {
  /// Compares two paths: what is above comes first, then nodes stand in the order of their identities and entries of their keys.
  ///
  /// - Parameter other: The path to compare with.
  /// - Returns: A negative number if this path comes first, zero if they are equal, else a positive number.
  package func compare(_ other: Keypath) -> Int { steps.compare(other.steps) }
}

extension Keypath.Step: TotallyOrdered {
  /// Compares by node, then by keys.
  ///
  /// - Parameter other: The step to compare with.
  /// - Returns: A negative number if this step comes first, zero if they are equal, else a positive number.
  package func compare(_ other: Keypath.Step) -> Int {
    node == other.node ? keys.compare(other.keys) : order(node.index, other.node.index)
  }
}
