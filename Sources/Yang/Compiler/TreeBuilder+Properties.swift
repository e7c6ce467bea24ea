extension TreeBuilder {
  /// Reads a statement that says something about the node it stands in.
  ///
  /// - Parameters:
  ///   - statement: The statement.
  ///   - node: The node.
  ///   - scope: Where the statement's names are looked up.
  /// - Returns: Whether the statement was of that sort; if not, it may define a node.
  /// - Throws: ``YangError`` if its argument is wrong.
  func readProperty(_ statement: Statement, of node: BuildNode, _ scope: Scope) throws(YangError) -> Bool {
    switch statement.keyword {
    case .config: node.config = try statement.boolean()
    case .mandatory: node.isMandatory = try statement.boolean()
    case .presence: node.isPresence = true
    case .default: node.defaults.append(BuildNode.Located(statement: statement, scope: scope))
    case .key: node.key = statement
    case .unique: node.unique.append(BuildNode.Located(statement: statement, scope: scope))
    case .minElements: node.minElements = try statement.count()
    case .maxElements: node.maxElements = try Self.maximum(statement)
    case .orderedBy: node.isOrderedByUser = try Self.isUser(statement)
    case .must: node.must.append(statement.argument)
    case .when: node.when.append(statement.argument)
    case .type: node.type = BuildNode.Located(statement: statement, scope: scope)
    case .description: node.summary = statement.argument
    case .prefixed: return try readExtension(statement, of: node, scope)
    default: return false
    }
    return true
  }

  /// What a `max-elements` statement says, `nil` being no limit.
  ///
  /// - Parameter statement: The statement.
  /// - Returns: The largest number of entries.
  /// - Throws: ``YangError`` if it is neither a number above 0 nor `unbounded`.
  static func maximum(_ statement: Statement) throws(YangError) -> Int? {
    if statement.argument == "unbounded" { return nil }
    let number = try statement.count()
    guard number > 0 else { throw statement.error("`max-elements 0` allows nothing; expected 1 or more") }
    return number
  }

  private static func isUser(_ statement: Statement) throws(YangError) -> Bool {
    switch statement.argument {
    case "user": return true
    case "system": return false
    default: throw statement.error("`ordered-by \(statement.argument)` is unknown; expected `user` or `system`")
    }
  }

  private func readExtension(_ statement: Statement, of node: BuildNode, _ scope: Scope) throws(YangError) -> Bool {
    guard let name = try scope.extensionName(of: statement) else { return false }
    switch (name.module, name.name) {
    case ("tailf-common", "actionpoint"):
      node.actionpoint = try required(statement)
    case ("tailf-common", "callpoint"):
      node.callpoint = try required(statement)
    case ("tailf-common", "info"):
      node.info = statement.argument
    case ("tailf-common", "validate"):
      node.validationPoints.append(try validationPoint(statement, scope))
    case ("tailf-ncs", "servicepoint"):
      guard node.kind == .list || node.kind == .container else {
        throw statement.error("`\(statement.word)` stands in a \(node.kind.rawValue); expected a list or a container")
      }
      node.servicepoint = try required(statement)
      for child in statement.children {
        guard let inner = try scope.extensionName(of: child), inner.name == "conflicts-with" else { continue }
        node.conflictingServicepoints.append(try required(child))
      }
    case ("tailf-ncs", "conflicts-with"):
      node.conflictingServicepoints.append(try required(statement))
    default:
      return false
    }
    return true
  }

  private func required(_ statement: Statement) throws(YangError) -> String {
    guard !statement.argument.isEmpty else {
      throw statement.error("`\(statement.word)` has no argument; expected the point's name")
    }
    return statement.argument
  }

  private func validationPoint(_ statement: Statement, _ scope: Scope) throws(YangError) -> ValidationPoint {
    var dependencies: [String] = []
    for child in statement.children where child.keyword == .prefixed {
      if try scope.extensionName(of: child)?.name == "dependency" { dependencies.append(child.argument) }
    }
    return ValidationPoint(
      name: try required(statement), dependencies: dependencies, source: statement.source)
  }
}
