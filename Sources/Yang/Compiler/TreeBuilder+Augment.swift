extension TreeBuilder {
  /// An `augment` at the top of a module that waits for its target.
  private struct Pending {
    let statement: Statement
    let scope: Scope
  }

  /// Applies every module's augments, also those whose target another augment brings, whatever their order.
  ///
  /// - Parameter errors: Receives what is wrong.
  mutating func augment(_ errors: inout CompilerErrors) {
    var pending: [Pending] = []
    for module in modules {
      for scope in module.files {
        for statement in scope.file.statement.children where statement.keyword == .augment {
          pending.append(Pending(statement: statement, scope: scope))
        }
      }
    }
    while !pending.isEmpty {
      var waiting: [(Pending, YangError)] = []
      for item in pending {
        let target: BuildNode
        do throws(YangError) {
          target = try node(at: item.statement, item.scope)
        } catch {
          waiting.append((item, error))
          continue
        }
        do throws(YangError) {
          try augment(target, item.statement, item.scope.module, item.scope)
        } catch {
          errors.report(error, in: item.scope.module, of: modules)
        }
      }
      guard waiting.count < pending.count else {
        for (item, error) in waiting { errors.report(error, in: item.scope.module, of: modules) }
        return
      }
      pending = waiting.map(\.0)
    }
  }

  /// The node that an absolute schema path names.
  ///
  /// - Parameters:
  ///   - statement: The `augment` or `deviation` whose argument is the path.
  ///   - scope: Where the path's prefixes are looked up.
  /// - Returns: The node.
  /// - Throws: ``YangError`` if there is no such node.
  func node(at statement: Statement, _ scope: Scope) throws(YangError) -> BuildNode {
    guard statement.argument.utf8.first == UInt8(ascii: "/") else {
      throw statement.error(
        "`\(statement.word) \(statement.argument)` is not an absolute path; expected one that begins with `/`")
    }
    var node: BuildNode?
    for step in statement.argument.split(separator: "/") {
      let name = QualifiedName(step)
      let module = try scope.module(name.prefix, at: statement)
      if let current = node {
        node = current.child(name.name, of: module)
      } else {
        let mounted = scope.module.isMounted || module.isMounted ? mount?.child(name.name, of: module) : nil
        node = mounted ?? root.child(name.name, of: module)
      }
      guard node != nil else {
        throw statement.error(
          "`\(statement.word) \(statement.argument)` names nothing: there is no `\(step)` in module \(module.name); "
            + "expected a path to a node")
      }
    }
    guard let node else {
      throw statement.error("`\(statement.word)` has an empty path; expected a path to a node")
    }
    return node
  }
}
