import JSON
import Yang

/// Writes that follow each other mostly lie side by side: the walk down to one of them begins where the last one ended.
extension TreeEditor {
  /// Carries writes out in order.
  ///
  /// - Parameters:
  ///   - series: The writes.
  ///   - root: The whole tree.
  /// - Throws: ``DataError`` of the first write that cannot be read or is not allowed.
  func apply(_ series: inout WriteSeries, in root: inout Branch) throws(DataError) {
    while let write = try series.next() {
      if let local = write.local(to: self) {
        try apply(local, from: 0, in: &root, &series)
      } else {
        try write.apply(self, &root)
      }
    }
  }

  /// Carries a write out, and those behind it that have to do only with what lies below the same branch.
  private func apply(
    _ write: Write.Local, from depth: Int, in branch: inout Branch, _ series: inout WriteSeries
  ) throws(DataError) {
    let value = try write.value.map { (json) throws(DataError) in
      try self.value(json, of: index[write.path.node], write.path)
    }
    let end = write.depth
    if let value, end == depth { return put(value, at: write.path, into: &branch) }
    createdDepth = value == nil ? end - 1 : -1
    defer { createdDepth = -1 }
    _ = try descend(write.path, depth, end, &branch, .everything) { (branch) throws(DataError) in
      createdDepth = -1
      if let value { put(value, at: write.path, into: &branch) }
      while let next = series.peek()?.local(to: self), next.follows(below: end) {
        _ = try series.next()
        try apply(next, from: end, in: &branch, &series)
      }
    }
  }
}

extension Write {
  /// A write that has to do only with one branch, which it makes if it is not there: a leaf's value, an entry, a container.
  struct Local {
    /// What is written.
    let path: Keypath
    /// How many steps down the branch lies.
    let depth: Int
    /// The leaf's value; `nil` for what is only created.
    let value: JSONValue?
    /// How many steps of the path are those of the write before it.
    let shared: Int

    /// Whether it can be carried out from a branch that the write before it lies below.
    ///
    /// - Parameter end: How many steps down that branch lies.
    /// - Returns: Whether this write lies below it, and does more than to create it.
    func follows(below end: Int) -> Bool { shared >= end && (value == nil ? depth > end : depth >= end) }
  }
}
