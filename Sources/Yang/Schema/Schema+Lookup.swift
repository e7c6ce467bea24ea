/// What a child's name leads to.
package enum ChildLookup: Hashable, Sendable {
  /// The child.
  case found(NodeID)
  /// No child has the name.
  case notFound
  /// No module has the name or prefix that was given.
  case unknownModule
  /// Several children have the name, in different modules.
  case ambiguous([NodeID])
}

extension Schema {
  /// The data child with a name.
  ///
  /// - Parameters:
  ///   - parent: The node above.
  ///   - name: The child's name.
  ///   - module: The module the child is in, or `nil` if the name alone must tell.
  /// - Returns: The child, or why there is none.
  package func child(of parent: NodeID, named name: String, module: ModuleID?) -> ChildLookup {
    let named = childrenByName[ChildKey(parent: parent, name: name)] ?? []
    return Self.only(module.map { wanted in named.filter { self[$0].module == wanted } } ?? named)
  }

  /// The data child with a name.
  ///
  /// A module's name wins over an equal prefix. Where several modules have one prefix, it is ambiguous only if more
  /// than one of them has a child of that name.
  ///
  /// - Parameters:
  ///   - parent: The node above.
  ///   - name: The child's name.
  ///   - qualifier: A module's name or prefix, or `nil` if the name alone must tell.
  /// - Returns: The child, or why there is none.
  package func child(of parent: NodeID, named name: String, qualifier: String?) -> ChildLookup {
    guard let qualifier else { return child(of: parent, named: name, module: nil) }
    if let module = modulesByName[qualifier] { return child(of: parent, named: name, module: module) }
    guard let modules = modulesByPrefix[qualifier] else { return .unknownModule }
    let named = childrenByName[ChildKey(parent: parent, name: name)] ?? []
    return Self.only(named.filter { modules.contains(self[$0].module) })
  }

  /// The modules that a name or prefix stands for; a module's name wins over an equal prefix.
  ///
  /// - Parameter qualifier: A module's name or prefix.
  /// - Returns: None, one, or several that have the same prefix.
  package func modules(named qualifier: String) -> [ModuleID] {
    modulesByName[qualifier].map { [$0] } ?? modulesByPrefix[qualifier] ?? []
  }

  private static func only(_ nodes: [NodeID]) -> ChildLookup {
    switch nodes.count {
    case 0: .notFound
    case 1: .found(nodes[0])
    default: .ambiguous(nodes)
    }
  }

  /// The node above in the data tree: choices and cases are passed over.
  ///
  /// - Parameter node: A node.
  /// - Returns: The node above, or `nil` for the root.
  package func dataParent(of node: NodeID) -> NodeID? {
    var parent = self[node].parent
    while let above = parent, self[above].kind == .choice || self[above].kind == .case { parent = self[above].parent }
    return parent
  }

  /// The path of a node in the data tree, with a prefix at the top and where the module changes.
  ///
  /// - Parameter node: A node; the path of a choice or case ends in its own name.
  /// - Returns: Text such as `/l3vpn:vpn/l3vpn/endpoint`.
  package func schemaPath(of node: NodeID) -> String {
    guard node != .root else { return "/" }
    var steps: [NodeID] = []
    var current: NodeID? = node
    while let next = current, next != .root {
      steps.append(next)
      current = dataParent(of: next)
    }
    var path = ""
    var module: ModuleID?
    for step in steps.reversed() {
      let prefix = self[step].module == module ? "" : self[self[step].module].prefix + ":"
      path += "/\(prefix)\(self[step].name)"
      module = self[step].module
    }
    return path
  }
}
