/// Which service instances wrote a node, and what was there before the first of them.
///
/// A node that only users wrote has none. The node goes when its last writer is taken back and nothing was there before.
final class Origin: Sendable {
  /// A writer.
  struct Writer: Sendable {
    /// The run that wrote the node.
    let run: ServiceRun
    /// What it wrote into a leaf; `nil` for the only writer, whose value is the leaf's, and for what has no value.
    let value: Value?
    /// The edit in which it wrote the node last: tells a writer that wrote again from one that did not.
    let edit: Edit
  }

  /// One series of writes of one writer.
  final class Edit: Sendable {}

  /// What was there before.
  enum Original: Sendable {
    case absent
    /// An entry, a container or a value of a leaf-list.
    case present
    /// A leaf with this value.
    case leaf(Value)
  }

  /// The runs that wrote the node, the latest last; never none.
  let writers: [Writer]
  /// What was there before the first of them.
  let original: Original

  /// Creates the record of a node's writers.
  ///
  /// - Parameters:
  ///   - writers: The runs that wrote the node, the latest last.
  ///   - original: What was there before the first of them.
  init(writers: [Writer], original: Original) {
    self.writers = writers
    self.original = original
  }

  /// Whether a run is among the writers.
  func contains(_ run: ServiceRun) -> Bool { writers.contains { $0.run == run } }

  /// The same node after one more run wrote it.
  ///
  /// - Parameters:
  ///   - writer: The run, with what it wrote into a leaf.
  ///   - current: The leaf's value before.
  /// - Returns: The origin with the run as the latest writer.
  func adding(_ writer: Writer, current: Value?) -> Origin {
    let others = writers.filter { $0.run != writer.run }
    if others.isEmpty {
      return Origin(writers: [Writer(run: writer.run, value: nil, edit: writer.edit)], original: original)
    }
    let valued = others.map { Writer(run: $0.run, value: $0.value ?? current, edit: $0.edit) }
    return Origin(writers: valued + [writer], original: original)
  }

  /// The same node after a run was taken back.
  ///
  /// - Parameter run: The run.
  /// - Returns: The origin without it, or `nil` if nobody else wrote the node.
  func removing(_ run: ServiceRun) -> Origin? {
    let others = writers.filter { $0.run != run }
    return others.isEmpty ? nil : Origin(writers: others, original: original)
  }
}
