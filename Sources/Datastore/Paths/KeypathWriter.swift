import Yang

/// Writes keypaths one after the other, and only what is new in each: the changes of a commit begin alike.
package struct KeypathWriter {
  private let index: SchemaIndex
  /// The steps of the last path, and its text up to each of them.
  private var steps: [Keypath.Step] = []
  private var texts: [String] = []

  /// Prepares to write.
  ///
  /// - Parameter index: The schema that the paths were resolved against.
  package init(_ index: SchemaIndex) { self.index = index }

  /// Writes a path.
  ///
  /// - Parameter path: The path.
  /// - Returns: What ``Keypath/text(in:)`` returns.
  package mutating func text(of path: Keypath) -> String {
    var shared = 0
    while shared < min(steps.count, path.steps.count), steps[shared] == path.steps[shared] { shared += 1 }
    texts.removeSubrange(shared...)
    steps = path.steps
    for place in shared..<steps.count {
      var text = texts.last ?? ""
      steps[place].write(to: &text, below: place == 0 ? nil : index[steps[place - 1].node].module, index)
      texts.append(text)
    }
    return texts.last ?? "/"
  }
}
