/// Compiles the YANG of packages into one schema.
package struct SchemaCompiler: Sendable {
  private let searchPath: [String]
  private let builtIn: String
  private let maximumNodes: Int

  /// Creates a compiler.
  ///
  /// - Parameters:
  ///   - searchPath: Directories whose modules win over the built-in ones.
  ///   - builtIn: The directory of the built-in modules.
  package init(searchPath: [String], builtIn: String) {
    self.init(searchPath: searchPath, builtIn: builtIn, maximumNodes: 4_000_000)
  }

  /// Creates a compiler with a limit of its own.
  ///
  /// - Parameters:
  ///   - searchPath: Directories whose modules win over the built-in ones.
  ///   - builtIn: The directory of the built-in modules.
  ///   - maximumNodes: How many nodes a tree may have; groupings that use each other twice at every step grow fast.
  init(searchPath: [String], builtIn: String, maximumNodes: Int) {
    self.searchPath = searchPath
    self.builtIn = builtIn
    self.maximumNodes = maximumNodes
  }

  /// Compiles every package that can be compiled.
  ///
  /// A package with an error is left out wholly, and so is one that imports a module of it; what remains is compiled
  /// again until nothing more falls out.
  ///
  /// - Parameter sources: The packages' directories, in load order.
  /// - Returns: The schema, and the errors of the packages that are not in it.
  package func compile(_ sources: [ModuleSource]) -> CompiledSchema {
    let texts = sources.compactMap { source in source.texts.map { (source.directory, $0) } }
    var library = ModuleLibrary(
      fallbacks: searchPath + [builtIn], texts: Dictionary(texts, uniquingKeysWith: { first, _ in first }))
    var active = sources
    var failed: [String: [YangError]] = [:]
    var failures: [String: ModuleSet.ModuleFailure] = [:]
    while true {
      var errors = CompilerErrors()
      if let schema = compile(active, failures, &library, &errors) {
        return CompiledSchema(schema: schema, errors: failed)
      }
      failed.merge(errors.byOwner) { $0 + $1 }
      let remaining = active.filter { errors.byOwner[$0.owner] == nil }
      guard errors.shared.isEmpty, remaining.count < active.count else {
        return nothing(failed, shared: errors.shared, active: remaining)
      }
      for source in active {
        guard let error = errors.byOwner[source.owner]?.first else { continue }
        for name in library.modules(in: source.directory) where failures[name] == nil {
          failures[name] = ModuleSet.ModuleFailure(owner: source.owner, error: error)
        }
      }
      active = remaining
    }
  }

  private func compile(
    _ sources: [ModuleSource], _ failures: [String: ModuleSet.ModuleFailure], _ library: inout ModuleLibrary,
    _ errors: inout CompilerErrors
  ) -> Schema? {
    let set = ModuleSet(sources: sources, failures: failures, library: &library, errors: &errors)
    guard errors.isEmpty else { return nil }
    let identities = IdentityGraph(set.modules, lenders: set.lenders, errors: &errors)
    guard errors.isEmpty else { return nil }
    var builder = TreeBuilder(set.modules, maximumNodes: maximumNodes)
    builder.build(&errors)
    guard errors.isEmpty else { return nil }
    builder.augment(&errors)
    guard errors.isEmpty else { return nil }
    builder.deviate(&errors)
    guard errors.isEmpty else { return nil }
    var assembler = SchemaAssembler(builder, identities)
    let nodes = assembler.nodes(&errors)
    let nano = NanoServiceReader(set.modules, identities).services(&errors)
    guard errors.isEmpty else { return nil }
    return Schema(modules: set.modules.map(\.described), nodes: nodes, nanoServices: nano)
  }

  /// The result when the modules that every schema needs do not compile.
  private func nothing(
    _ failed: [String: [YangError]], shared: [YangError], active: [ModuleSource]
  ) -> CompiledSchema {
    var failed = failed
    for source in active { failed[source.owner, default: []] += shared }
    failed["", default: []] += shared
    let source = SourceLocation(file: builtIn, line: 1)
    let module = SchemaModule(name: "", prefix: "", namespace: "", revision: "", file: builtIn)
    let root = SchemaNode(id: .root, parent: nil, kind: .root, name: "", module: ModuleID(0), source: source)
    return CompiledSchema(schema: Schema(modules: [module], nodes: [root]), errors: failed)
  }
}
