/// Reads `ncs:plan-outline` and `ncs:service-behavior-tree`, which stand at the top of modules.
struct NanoServiceReader {
  private struct Outline {
    let components: [IdentityGraph.Key: [NanoService.State]]
    let unsupported: [NanoService.Unsupported]
  }

  private let modules: [YangModule]
  private let identities: IdentityGraph

  /// Creates a reader.
  ///
  /// - Parameters:
  ///   - modules: The implemented modules.
  ///   - identities: The identities that name component types and states.
  init(_ modules: [YangModule], _ identities: IdentityGraph) {
    self.modules = modules
    self.identities = identities
  }

  /// Every behaviour tree with its plan outline, by servicepoint.
  ///
  /// - Parameter errors: Receives what is wrong.
  /// - Returns: The nano services.
  func services(_ errors: inout CompilerErrors) -> [String: NanoService] {
    var outlines: [IdentityGraph.Key: Outline] = [:]
    forEach("plan-outline", &errors) { statement, scope throws(YangError) in
      let key = IdentityGraph.Key(module: scope.module.name, name: statement.argument)
      outlines[key] = try outline(statement, scope)
    }
    var services: [String: NanoService] = [:]
    forEach("service-behavior-tree", &errors) { statement, scope throws(YangError) in
      guard services[statement.argument] == nil else {
        throw statement.error("servicepoint \(statement.argument) has a behavior tree already; expected one")
      }
      services[statement.argument] = try service(statement, scope, outlines)
    }
    return services
  }

  private func forEach(
    _ name: String, _ errors: inout CompilerErrors, _ body: (Statement, Scope) throws(YangError) -> Void
  ) {
    for module in modules {
      for scope in module.files {
        for statement in scope.file.statement.children where statement.keyword == .prefixed {
          do throws(YangError) {
            guard try self.name(of: statement, scope) == name else { continue }
            try body(statement, scope)
          } catch {
            errors.report(error, in: module, of: modules)
          }
        }
      }
    }
  }

  /// The name of a statement that an extension of `tailf-ncs` defines.
  private func name(of statement: Statement, _ scope: Scope) throws(YangError) -> String? {
    guard let name = try scope.extensionName(of: statement), name.module == "tailf-ncs" else { return nil }
    return name.name
  }

  private func outline(_ statement: Statement, _ scope: Scope) throws(YangError) -> Outline {
    var components: [IdentityGraph.Key: [NanoService.State]] = [:]
    var unsupported: [NanoService.Unsupported] = []
    for child in statement.children where child.keyword == .prefixed {
      guard try name(of: child, scope) == "component-type" else {
        unsupported.append(Self.unsupported(child))
        continue
      }
      let type = try identities.resolve(child.argument, in: scope, at: child)
      var states: [NanoService.State] = []
      for inner in child.children where inner.keyword == .prefixed {
        if try name(of: inner, scope) == "state" {
          states.append(try state(inner, scope, &unsupported))
        } else {
          unsupported.append(Self.unsupported(inner))
        }
      }
      components[type] = states
    }
    return Outline(components: components, unsupported: unsupported)
  }

  private func state(
    _ statement: Statement, _ scope: Scope, _ unsupported: inout [NanoService.Unsupported]
  ) throws(YangError) -> NanoService.State {
    var callbacks: Set<String> = []
    for child in statement.children where child.keyword == .prefixed {
      guard let event = try name(of: child, scope), event == "create" || event == "delete" else {
        unsupported.append(Self.unsupported(child))
        continue
      }
      for inner in child.children where inner.keyword == .prefixed {
        if try name(of: inner, scope) == "nano-callback" {
          callbacks.insert(event)
        } else {
          unsupported.append(Self.unsupported(inner))
        }
      }
    }
    return NanoService.State(
      name: try prefixed(statement, scope), hasCreateCallback: callbacks.contains("create"),
      hasDeleteCallback: callbacks.contains("delete"))
  }

  private func prefixed(_ statement: Statement, _ scope: Scope) throws(YangError) -> String {
    let key = try identities.resolve(statement.argument, in: scope, at: statement)
    return "\(identities[key]?.prefix ?? ""):\(key.name)"
  }

  private func service(
    _ statement: Statement, _ scope: Scope, _ outlines: [IdentityGraph.Key: Outline]
  ) throws(YangError) -> NanoService {
    var outline: Outline?
    var location: String?
    var creations: [Statement] = []
    var unsupported: [NanoService.Unsupported] = []
    for child in statement.children where child.keyword == .prefixed {
      switch try name(of: child, scope) {
      case "plan-outline-ref":
        let name = QualifiedName(child.argument)
        let module = try scope.module(name.prefix, at: child)
        outline = outlines[IdentityGraph.Key(module: module.name, name: name.name)]
        guard outline != nil else {
          throw child.error("there is no plan outline `\(child.argument)`; expected one that \(module.name) defines")
        }
      case "plan-location": location = child.argument
      case "selector":
        for inner in child.children where inner.keyword == .prefixed {
          if try name(of: inner, scope) == "create-component" {
            creations.append(inner)
          } else {
            unsupported.append(Self.unsupported(inner))
          }
        }
      default: unsupported.append(Self.unsupported(child))
      }
    }
    guard let outline else {
      throw statement.error("the behavior tree of \(statement.argument) has no `plan-outline-ref`; expected one")
    }
    var components: [NanoService.Component] = []
    for creation in creations {
      components.append(try component(creation, scope, outline, &unsupported))
    }
    return NanoService(
      components: components, planLocation: location, unsupported: unsupported + outline.unsupported)
  }

  private func component(
    _ statement: Statement, _ scope: Scope, _ outline: Outline, _ unsupported: inout [NanoService.Unsupported]
  ) throws(YangError) -> NanoService.Component {
    var type: Statement?
    for child in statement.children where child.keyword == .prefixed {
      if try name(of: child, scope) == "component-type-ref" {
        type = child
      } else {
        unsupported.append(Self.unsupported(child))
      }
    }
    guard let type else {
      throw statement.error("component \(statement.argument) has no `component-type-ref`; expected one")
    }
    guard let states = outline.components[try identities.resolve(type.argument, in: scope, at: type)] else {
      throw type.error("the plan outline has no component type `\(type.argument)`; expected one of its own")
    }
    return NanoService.Component(
      type: try prefixed(type, scope), nameExpression: statement.argument, states: states)
  }

  private static func unsupported(_ statement: Statement) -> NanoService.Unsupported {
    NanoService.Unsupported(
      statement: statement.hasArgument ? "\(statement.word) \(statement.argument)" : statement.word,
      source: statement.source)
  }
}
