/// What the store remembers of a service instance between its runs.
package struct ServiceRecord: Sendable {
  /// A property of a service instance, as its callbacks keep it.
  package struct Property: Hashable, Sendable {
    /// The property's name.
    package let name: String
    /// The property's value.
    package let value: String

    /// Creates a property.
    ///
    /// - Parameters:
    ///   - name: The property's name.
    ///   - value: The property's value.
    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// One step of a run that can be undone.
  enum Step: Sendable {
    /// The run became a writer of a node.
    case wrote(Keypath)
    /// The run deleted what was at a path.
    case removed(Keypath, Removed)
    /// The run moved an entry, which stood behind another one or was the first.
    case moved(Keypath, behind: [Value]?)
  }

  /// What a run deleted.
  enum Removed: Sendable {
    case slot(Branch.Slot)
    case entry(EntryList.Entry)
    case item(Branch.Item)
  }

  /// The steps of each run, in order.
  struct Run: Sendable {
    let run: ServiceRun
    var steps: [Step]
  }

  /// The proplist that callbacks keep.
  package internal(set) var properties: [Property] = []
  /// The runs whose writes are in the store, in the order in which they began.
  var runs: [Run] = []

  /// The keypaths that all runs wrote, in the order in which they were written first.
  package var written: [Keypath] {
    runs.flatMap(\.steps).compactMap { if case .wrote(let path) = $0 { path } else { nil } }
  }
}
