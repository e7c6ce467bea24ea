import Yang

extension Branch {
  /// The branch below a path's containers and entries, or `nil` if something on the way is not there.
  ///
  /// - Parameters:
  ///   - steps: The steps of the path, each a container or an entry.
  ///   - index: The schema: a container without presence that is not there counts as empty.
  /// - Returns: The branch.
  func branch(at steps: some Sequence<Keypath.Step>, _ index: SchemaIndex) -> Branch? {
    var branch = self
    for step in steps {
      switch branch[step.node]?.content {
      case .branch(let below)?: branch = below
      case .list(let list)?:
        guard let entry = list[step.keys] else { return nil }
        branch = entry.branch
      case .leaf?, .leafList?, .opaque?: return nil
      case nil:
        guard index[step.node].isTransparent else { return nil }
        branch = Branch()
      }
    }
    return branch
  }

  /// The child at the end of a path of containers and entries.
  func slot(at path: Keypath) -> Slot? {
    var branch = self
    for step in path.steps.dropLast() {
      switch branch[step.node]?.content {
      case .branch(let below)?: branch = below
      case .list(let list)?:
        guard let entry = list[step.keys] else { return nil }
        branch = entry.branch
      case .leaf?, .leafList?, .opaque?, nil: return nil
      }
    }
    return branch[path.node]
  }

  /// The list entry at the end of a path.
  func entry(at path: Keypath) -> EntryList.Entry? {
    guard case .list(let list)? = slot(at: path)?.content else { return nil }
    return list[path.keys]
  }
}
