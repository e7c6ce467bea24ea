import JSON
import Yang

/// What is below a container, a list entry or the root.
///
/// Its storage is shared until it is changed. Keys are not in it: they are known from the entry's place in its list.
struct Branch: Sendable {
  /// A child that is there.
  struct Slot: Sendable {
    /// The child's place among the data children of its parent.
    let place: Int32
    /// The child.
    let node: NodeID
    /// What it holds.
    var content: Content
    /// Who wrote it, if a service did.
    var origin: Origin?
  }

  /// What a node holds.
  enum Content: Sendable {
    case leaf(Value)
    case leafList([Item])
    case branch(Branch)
    case list(EntryList)
    /// What an `anydata` or `anyxml` holds; nobody looks into it.
    indirect case opaque(JSONValue)
  }

  /// A value of a leaf-list.
  struct Item: Sendable {
    let value: Value
    /// Who wrote it, if a service did.
    var origin: Origin?
  }

  /// The children that are there, in schema order.
  private(set) var slots: [Slot] = []

  /// Whether nothing is there.
  var isEmpty: Bool { slots.isEmpty }

  /// Whether both are the same storage, and so the same content.
  func isIdentical(to other: Branch) -> Bool { slots.isIdentical(to: other.slots) }

  /// A child, if it is there.
  subscript(_ node: NodeID) -> Slot? { slots.first { $0.node == node } }

  /// Where a child is among ``slots``, or `nil` if it is not there.
  func firstIndex(of node: NodeID) -> Int? { slots.firstIndex { $0.node == node } }

  /// Puts a child in, in the place of the one that was there.
  ///
  /// - Parameter slot: The child.
  mutating func put(_ slot: Slot) {
    let index = slots.firstIndex { $0.place >= slot.place } ?? slots.endIndex
    if index < slots.endIndex, slots[index].node == slot.node {
      slots[index] = slot
    } else {
      slots.insert(slot, at: index)
    }
  }

  /// Takes a child out.
  ///
  /// - Parameter node: The child.
  /// - Returns: What was there.
  @discardableResult
  mutating func remove(_ node: NodeID) -> Slot? { firstIndex(of: node).map { slots.remove(at: $0) } }

  /// Takes out the children that fulfil a condition.
  ///
  /// - Parameter condition: The condition.
  mutating func removeAll(where condition: (Slot) -> Bool) { slots.removeAll(where: condition) }

  /// Changes a child in place.
  ///
  /// - Parameters:
  ///   - index: Where it is among ``slots``.
  ///   - body: Is given the child.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  mutating func modify<Result, Failure: Error>(
    at index: Int, _ body: (inout Slot) throws(Failure) -> Result
  ) throws(Failure) -> Result { try body(&slots[index]) }
}

extension Branch.Slot {
  /// Changes the branch of a container in place.
  ///
  /// - Parameter body: Is given the branch.
  /// - Returns: What `body` returns, or `nil` if this is not a container.
  /// - Throws: What `body` throws.
  mutating func modifyBranch<Result, Failure: Error>(
    _ body: (inout Branch) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard case .branch(var branch) = content else { return nil }
    // The slot must not keep a second reference, or the change would copy the branch.
    content = .leaf(.empty)
    defer { content = .branch(branch) }
    return try body(&branch)
  }

  /// Changes the entries of a list in place.
  ///
  /// - Parameter body: Is given the entries.
  /// - Returns: What `body` returns, or `nil` if this is not a list.
  /// - Throws: What `body` throws.
  mutating func modifyList<Result, Failure: Error>(
    _ body: (inout EntryList) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard case .list(var entries) = content else { return nil }
    content = .leaf(.empty)
    defer { content = .list(entries) }
    return try body(&entries)
  }

  /// Changes the values of a leaf-list in place.
  ///
  /// - Parameter body: Is given the values.
  /// - Returns: What `body` returns, or `nil` if this is not a leaf-list.
  mutating func modifyItems<Result>(_ body: (inout [Branch.Item]) -> Result) -> Result? {
    guard case .leafList(var items) = content else { return nil }
    content = .leaf(.empty)
    defer { content = .leafList(items) }
    return body(&items)
  }
}

extension Branch.Slot {
  /// The value of a leaf.
  var value: Value? { if case .leaf(let value) = content { value } else { nil } }
  /// What an `anydata` or `anyxml` holds.
  var opaque: JSONValue? { if case .opaque(let json) = content { json } else { nil } }
  /// What is below a container.
  var branch: Branch? { if case .branch(let branch) = content { branch } else { nil } }
  /// The entries of a list.
  var list: EntryList? { if case .list(let list) = content { list } else { nil } }
  /// The values of a leaf-list.
  var items: [Branch.Item]? { if case .leafList(let items) = content { items } else { nil } }
}
