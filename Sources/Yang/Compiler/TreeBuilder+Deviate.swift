extension TreeBuilder {
  /// Applies every module's deviations, after all augments.
  ///
  /// - Parameter errors: Receives what is wrong.
  mutating func deviate(_ errors: inout CompilerErrors) {
    for module in modules {
      for scope in module.files {
        for statement in scope.file.statement.children where statement.keyword == .deviation {
          do throws(YangError) {
            let node = try node(at: statement, scope)
            for deviate in statement.children where deviate.keyword == .deviate {
              try apply(deviate, to: node, scope)
            }
          } catch {
            errors.report(error, in: module, of: modules)
          }
        }
      }
    }
  }

  private func apply(_ statement: Statement, to node: BuildNode, _ scope: Scope) throws(YangError) {
    switch statement.argument {
    case "not-supported":
      node.parent?.children.removeAll { $0 === node }
    case "add":
      for child in statement.children { _ = try readProperty(child, of: node, scope) }
    case "replace":
      if statement.first(.default) != nil { node.defaults = [] }
      for child in statement.children { _ = try readProperty(child, of: node, scope) }
    case "delete":
      for child in statement.children { try delete(child, from: node) }
    default:
      throw statement.error(
        "`deviate \(statement.argument)` is unknown; expected not-supported, add, replace or delete")
    }
  }

  private func delete(_ statement: Statement, from node: BuildNode) throws(YangError) {
    let found: Int?
    switch statement.keyword {
    case .default:
      found = node.defaults.firstIndex { $0.statement.argument == statement.argument }
      if let found { node.defaults.remove(at: found) }
    case .must:
      found = node.must.firstIndex(of: statement.argument)
      if let found { node.must.remove(at: found) }
    case .unique:
      found = node.unique.firstIndex { $0.statement.argument == statement.argument }
      if let found { node.unique.remove(at: found) }
    case .units, .prefixed:
      return
    default:
      throw statement.error("`deviate delete` cannot take away `\(statement.word)`; expected default, must or unique")
    }
    guard found != nil else {
      throw statement.error(
        "`\(statement.word) \(statement.argument)` is not there to be deleted; expected the same argument as the node's"
      )
    }
  }
}
