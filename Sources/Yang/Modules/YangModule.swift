/// A module as one compilation sees it: its files, who brought it, and what it defines at its top.
final class YangModule {
  /// The main file.
  let main: YangFile
  /// The package that brought the module, or `nil` if it was only needed by an import.
  let owner: String?
  /// Whether the data nodes live below a device's `config`.
  let isMounted: Bool
  /// Whether the module contributes nodes; another revision that an import asked for only lends definitions.
  let isImplemented: Bool
  /// The scopes of the included submodules, in order, and then the main file's.
  var files: [Scope] = []
  /// The modules that any of the files imports.
  var imports: [YangModule] = []
  /// The typedefs at the top of the files, by name.
  var typedefs: [String: Definition] = [:]
  /// The groupings at the top of the files, by name.
  var groupings: [String: Definition] = [:]
  /// The names of the features.
  var features: Set<String> = []
  /// Where the module will stand in the schema.
  var id = ModuleID(0)

  /// The module's name.
  var name: String { main.name }

  /// The module as the schema lists it.
  var described: SchemaModule {
    SchemaModule(
      name: name, prefix: main.prefix, namespace: main.namespace, revision: main.revision, file: main.path)
  }

  /// Creates a module without definitions.
  init(main: YangFile, owner: String?, isMounted: Bool, isImplemented: Bool) {
    self.main = main
    self.owner = owner
    self.isMounted = isMounted
    self.isImplemented = isImplemented
  }
}

/// A typedef or grouping with the scope it was written in.
struct Definition {
  /// The statement.
  let statement: Statement
  /// Where names inside it are looked up.
  let scope: Scope
}

extension YangModule {
  /// Collects what the files define at their top.
  ///
  /// - Throws: ``YangError`` if a typedef or grouping is defined twice.
  func define() throws(YangError) {
    for scope in files {
      for statement in scope.file.statement.children {
        switch statement.keyword {
        case .typedef: try add(statement, scope, to: &typedefs)
        case .grouping: try add(statement, scope, to: &groupings)
        case .feature: features.insert(statement.argument)
        default: break
        }
      }
    }
  }

  private func add(
    _ statement: Statement, _ scope: Scope, to definitions: inout [String: Definition]
  ) throws(YangError) {
    if let other = definitions.updateValue(Definition(statement: statement, scope: scope), forKey: statement.argument) {
      throw statement.error(
        "\(statement.word) \(statement.argument) is defined twice, first at \(other.statement.source); expected one")
    }
  }
}
