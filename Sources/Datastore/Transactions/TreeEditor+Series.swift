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
      if let depth = write.depth {
        try apply(write, to: depth, from: 0, in: &root, &series)
      } else {
        try write.apply(self, &root)
      }
    }
  }

  /// Carries a write out, and those behind it that have to do only with what lies below the same branch.
  private func apply(
    _ write: Write, to end: Int, from depth: Int, in branch: inout Branch, _ series: inout WriteSeries
  ) throws(DataError) {
    var value: Value?
    if case .set(let json) = write.operation { value = try self.value(json, of: index[write.path.node], write.path) }
    if let value, end == depth { return put(value, at: write.path, into: &branch) }
    createdDepth = value == nil ? end - 1 : -1
    defer { createdDepth = -1 }
    _ = try descend(write.path, depth, end, &branch, .everything) { (branch) throws(DataError) in
      createdDepth = -1
      if let value { put(value, at: write.path, into: &branch) }
      while let next = series.take(below: end), let below = next.depth {
        try apply(next, to: below, from: end, in: &branch, &series)
      }
    }
  }
}
