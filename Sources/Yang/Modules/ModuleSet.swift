/// The modules of one compilation: the packages' own, the ones that are always there, and what they import.
struct ModuleSet {
  /// The modules every schema has.
  static let roots = ["tailf-common", "tailf-ncs"]

  /// How long a chain of imports and includes may be, so that recursion stays on the stack.
  private static let maximumDepth = 100

  private enum State {
    case loading
    case loaded(YangModule)
    case failed(YangError)
  }

  /// The implemented modules, each after those it imports.
  private(set) var modules: [YangModule] = []
  /// The modules of which another revision lends definitions.
  private(set) var lenders: [YangModule] = []

  private let sources: [ModuleSource]
  private let failures: [String: ModuleFailure]
  private var own: [String: (file: YangFile, source: ModuleSource)] = [:]
  private var states: [String: State] = [:]
  /// How many modules and submodules are being read.
  private var depth = 0

  /// Why a package's module is not there.
  struct ModuleFailure {
    /// The package.
    let owner: String
    /// Its first error.
    let error: YangError
  }

  /// Loads everything.
  ///
  /// - Parameters:
  ///   - sources: The packages that have not failed yet.
  ///   - failures: The modules of packages that have failed, by name.
  ///   - library: Where files are found.
  ///   - errors: Receives what is wrong.
  init(
    sources: [ModuleSource], failures: [String: ModuleFailure], library: inout ModuleLibrary,
    errors: inout CompilerErrors
  ) {
    self.sources = sources
    self.failures = failures
    for source in sources { register(source, &library, &errors) }
    for name in Self.roots {
      do throws(YangError) {
        let file = try library.find(name, revision: nil, in: [])
        guard own[name] != nil || file != nil else {
          throw YangError(
            source: SourceLocation(file: "\(name).yang", line: 1),
            message: "the module is in no directory of the search path; expected it among the built-in modules")
        }
        _ = try load(name, revision: nil, importedBy: nil, &library)
      } catch {
        errors.report(error, owner: nil)
      }
    }
    for source in sources {
      for name in own.keys.sorted() where own[name]?.source == source {
        do throws(YangError) {
          _ = try load(name, revision: nil, importedBy: nil, &library)
        } catch {
          errors.report(error, owner: source.owner)
        }
      }
    }
  }

  private mutating func register(
    _ source: ModuleSource, _ library: inout ModuleLibrary, _ errors: inout CompilerErrors
  ) {
    let paths: [String]
    do throws(YangError) {
      paths = try library.paths(in: source.directory)
    } catch {
      return errors.report(error, owner: source.owner)
    }
    for path in paths {
      do throws(YangError) {
        try register(try library.file(path), of: source)
      } catch {
        errors.report(error, owner: source.owner)
      }
    }
    for identity in source.nedIdentities where own[identity.name] == nil {
      do throws(YangError) {
        own[identity.name] = (try identity.module(), source)
      } catch {
        errors.report(error, owner: source.owner)
      }
    }
  }

  private mutating func register(_ file: YangFile, of source: ModuleSource) throws(YangError) {
    guard file.belongsTo == nil else { return }
    guard let other = own[file.name] else {
      own[file.name] = (file, source)
      return
    }
    if other.source == source {
      if file.revision > other.file.revision { own[file.name] = (file, source) }
      return
    }
    guard isCopy(file, of: other.file) else {
      throw file.statement.error(
        "module \(file.name) of revision \"\(file.revision)\" is in package \(other.source.owner) too, with revision "
          + "\"\(other.file.revision)\" (\(other.file.path)); expected the same module in both packages")
    }
  }

  private func isCopy(_ file: YangFile, of other: YangFile) -> Bool {
    file.fingerprint == other.fingerprint || (!file.revision.isEmpty && file.revision == other.revision)
  }

  /// Loads a module and what it imports.
  ///
  /// - Parameters:
  ///   - name: The module's name.
  ///   - revision: The revision that is asked for, or `nil` for the one that is implemented.
  ///   - importer: The import and the file it stands in, or `nil` for a module that is wanted by itself.
  ///   - library: Where files are found.
  /// - Returns: The module.
  /// - Throws: ``YangError`` if the module or one that it imports has an error.
  private mutating func load(
    _ name: String, revision: String?, importedBy importer: (statement: Statement, file: YangFile)?,
    _ library: inout ModuleLibrary
  ) throws(YangError) -> YangModule {
    let isImplemented = revision == nil
    let key = isImplemented ? name : "\(name)@\(revision ?? "")"
    switch states[key] {
    case .loaded(let module): return module
    case .failed(let error): throw failure(of: name, error, importedBy: importer?.statement)
    case .loading:
      throw importer?.statement.error(
        "modules import each other in a circle, \(name) comes round again; expected imports in one direction")
        ?? YangError(source: SourceLocation(file: name, line: 1), message: "the module imports itself")
    case nil: break
    }
    try descend(to: name, at: importer?.statement)
    defer { depth -= 1 }
    states[key] = .loading
    do throws(YangError) {
      let module = try read(name, revision: revision, importedBy: importer, &library)
      states[key] = .loaded(module)
      if isImplemented { modules.append(module) } else { lenders.append(module) }
      return module
    } catch {
      states[key] = .failed(error)
      throw failure(of: name, error, importedBy: importer?.statement)
    }
  }

  private func failure(of name: String, _ error: YangError, importedBy statement: Statement?) -> YangError {
    guard let statement, let owner = own[name]?.source.owner else { return error }
    return statement.error("module \(name) of package \(owner) has an error; expected it to compile: \(error)")
  }

  private mutating func read(
    _ name: String, revision: String?, importedBy importer: (statement: Statement, file: YangFile)?,
    _ library: inout ModuleLibrary
  ) throws(YangError) -> YangModule {
    let owned = revision == nil ? own[name] : nil
    let directories = (importer.map { [$0.file.directory] } ?? []) + sources.map(\.directory)
    var found = owned?.file
    if found == nil { found = try library.find(name, revision: revision, in: directories) }
    guard let main = found else {
      throw missing(name, revision: revision, at: importer?.statement)
    }
    guard main.belongsTo == nil else {
      throw (importer?.statement ?? main.statement).error(
        "\(name) is a submodule of \(main.belongsTo ?? ""); expected an import of that module")
    }
    let module = YangModule(
      main: main, owner: owned?.source.owner, isMounted: owned?.source.isMounted ?? false,
      isImplemented: revision == nil)
    var included: Set<String> = []
    try include(main, into: module, &included, &library)
    for scope in module.files { try bindImports(of: scope, &library) }
    try module.define()
    return module
  }

  private func missing(_ name: String, revision: String?, at statement: Statement?) -> YangError {
    let source = statement?.source ?? SourceLocation(file: "\(name).yang", line: 1)
    if let failure = failures[name] {
      return YangError(
        source: source,
        message: "module \(name) is in package \(failure.owner), which is left out; expected it to compile: "
          + "\(failure.error)")
    }
    let what = revision.map { "revision \($0) of module \(name)" } ?? "module \(name)"
    return YangError(
      source: source,
      message: "\(what) is not found; expected \(name).yang in a package's src/yang or in a --yang-path directory")
  }

  /// Notes that one more file is being read; the caller takes it back when it has been.
  private mutating func descend(to name: String, at statement: Statement?) throws(YangError) {
    if let statement, depth >= Self.maximumDepth {
      throw statement.error(
        "`\(statement.word) \(name)` ends a chain of more than \(Self.maximumDepth) imports; expected a shorter one")
    }
    depth += 1
  }

  /// Adds a file and, before it, the submodules it includes.
  private mutating func include(
    _ file: YangFile, into module: YangModule, _ included: inout Set<String>, _ library: inout ModuleLibrary
  ) throws(YangError) {
    for statement in file.includes where included.insert(statement.argument).inserted {
      let revision = statement.first(.revisionDate)?.argument
      guard let part = try library.find(statement.argument, revision: revision, in: [file.directory]) else {
        throw statement.error(
          "submodule \(statement.argument) is not found; expected \(statement.argument).yang in \(file.directory)")
      }
      guard part.belongsTo == module.name else {
        throw statement.error(
          "\(part.path) is no submodule of \(module.name); expected `belongs-to \(module.name)` in it")
      }
      try descend(to: part.name, at: statement)
      defer { depth -= 1 }
      try include(part, into: module, &included, &library)
    }
    module.files.append(Scope(file: file, module: module))
  }

  private mutating func bindImports(of scope: Scope, _ library: inout ModuleLibrary) throws(YangError) {
    for item in scope.file.imports {
      guard item.prefix != scope.file.prefix, scope.bound(item.prefix) == nil else {
        throw item.statement.error(
          "the prefix `\(item.prefix)` is taken already in this file; expected another one for \(item.module)")
      }
      let module = try load(
        item.module, revision: try pinned(item, &library), importedBy: (item.statement, scope.file), &library)
      scope.bind(item.prefix, to: module)
      scope.module.imports.append(module)
    }
  }

  /// The revision to load beside the implemented one, or `nil` if that is the one that is asked for.
  private func pinned(_ item: YangFile.Import, _ library: inout ModuleLibrary) throws(YangError) -> String? {
    guard let revision = item.revision else { return nil }
    let directories = [item.statement.directory] + sources.map(\.directory)
    var implemented = own[item.module]?.file
    if implemented == nil { implemented = try library.find(item.module, revision: nil, in: directories) }
    return implemented?.revision == revision ? nil : revision
  }
}
