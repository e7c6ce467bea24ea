extension TreeBuilder {
  /// Puts a copy of a grouping below a node, refined and augmented as the `uses` statement says.
  ///
  /// Names inside the grouping are looked up where it was written; the nodes are in the using module's namespace.
  ///
  /// - Parameters:
  ///   - statement: The `uses` statement.
  ///   - parent: The node above.
  ///   - module: The using module.
  ///   - scope: Where the grouping, and what refines it, is looked up.
  /// - Throws: ``YangError`` if there is no such grouping or what refines it does not fit.
  mutating func use(
    _ statement: Statement, below parent: BuildNode, _ module: YangModule, _ scope: Scope
  ) throws(YangError) {
    guard try FeatureExpression.holds(for: statement, scope) else { return }
    let grouping = try scope.grouping(statement.argument, at: statement)
    let identity = ObjectIdentifier(grouping.statement)
    guard !expanding.contains(identity) else {
      throw statement.error("grouping \(statement.argument) uses itself; expected groupings without a circle")
    }
    guard expanding.count < Self.maximumDepth else {
      throw statement.error("groupings use each other more than \(Self.maximumDepth) deep; expected fewer")
    }
    expanding.append(identity)
    defer { expanding.removeLast() }
    let before = parent.children.count
    let inner = grouping.scope.inside(grouping.statement)
    for child in grouping.statement.children { try define(child, below: parent, module, inner) }
    for child in statement.children {
      switch child.keyword {
      case .when:
        for node in parent.children[before...] { node.when.append(child.argument) }
      case .refine:
        try refine(try target(child, among: parent.children[before...], module, scope), child, scope)
      case .augment:
        let target = try target(child, among: parent.children[before...], module, scope)
        try augment(target, child, module, scope)
      default: break
      }
    }
  }

  private func target(
    _ statement: Statement, among added: ArraySlice<BuildNode>, _ module: YangModule, _ scope: Scope
  ) throws(YangError) -> BuildNode {
    var candidates = added
    var node: BuildNode?
    for step in statement.argument.split(separator: "/") {
      let name = QualifiedName(step)
      let named = try scope.module(name.prefix, at: statement)
      // A grouping that names its own module means the nodes it brings, which are in the module that uses it.
      let wanted = named === scope.module ? module : named
      node = candidates.first { $0.name == name.name && $0.module.name == wanted.name }
      guard let node else {
        throw statement.error(
          "`\(statement.word) \(statement.argument)` names nothing: there is no `\(step)`; "
            + "expected a path to a node of the grouping")
      }
      candidates = node.children[...]
    }
    guard let node else {
      throw statement.error("`\(statement.word)` has an empty path; expected a path to a node of the grouping")
    }
    return node
  }

  private func refine(_ node: BuildNode, _ statement: Statement, _ scope: Scope) throws(YangError) {
    // The first `default` takes the place of those in the grouping; any more are a leaf-list's.
    if statement.first(.default) != nil { node.defaults = [] }
    for child in statement.children { _ = try readProperty(child, of: node, scope) }
  }

  /// Adds the nodes of an `augment` statement to its target.
  ///
  /// - Parameters:
  ///   - target: The node that is augmented.
  ///   - statement: The statement.
  ///   - module: The module in whose namespace the nodes are.
  ///   - scope: Where the statement's names are looked up.
  /// - Throws: ``YangError`` if the target cannot have such children.
  mutating func augment(
    _ target: BuildNode, _ statement: Statement, _ module: YangModule, _ scope: Scope
  ) throws(YangError) {
    guard try FeatureExpression.holds(for: statement, scope) else { return }
    switch target.kind {
    case .container, .list, .choice, .case, .input, .output, .notification, .root: break
    case .leaf, .leafList, .anydata, .anyxml, .action, .rpc:
      throw statement.error(
        "`augment \(statement.argument)` names a \(target.kind.rawValue); "
          + "expected a node that can have children")
    }
    let before = target.children.count
    for child in statement.children { try define(child, below: target, module, scope) }
    if let when = statement.first(.when) {
      for node in target.children[before...] { node.when.append(when.argument) }
    }
  }
}
