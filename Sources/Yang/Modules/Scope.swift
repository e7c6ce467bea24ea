/// Where names in a statement are looked up: the file's prefixes, and the typedefs and groupings around it.
final class Scope {
  /// The file the statements stand in.
  let file: YangFile
  /// The module the file belongs to, which owns the scope.
  unowned let module: YangModule
  private let outer: Scope?
  private var prefixes: [String: YangModule] = [:]
  private var typedefs: [String: Statement] = [:]
  private var groupings: [String: Statement] = [:]

  /// Creates the scope of a file, whose prefixes are added later.
  init(file: YangFile, module: YangModule) {
    self.file = file
    self.module = module
    outer = nil
  }

  private init(outer: Scope, statement: Statement) {
    file = outer.file
    module = outer.module
    prefixes = outer.prefixes
    self.outer = outer
    for child in statement.children {
      switch child.keyword {
      case .typedef: typedefs[child.argument] = child
      case .grouping: groupings[child.argument] = child
      default: break
      }
    }
  }

  /// The scope of what stands inside a statement: this one, unless the statement defines something.
  func inside(_ statement: Statement) -> Scope {
    for child in statement.children where child.keyword == .typedef || child.keyword == .grouping {
      return Scope(outer: self, statement: statement)
    }
    return self
  }

  /// Makes a prefix stand for a module in this file.
  func bind(_ prefix: String, to module: YangModule) { prefixes[prefix] = module }

  /// The module a prefix was bound to.
  func bound(_ prefix: String) -> YangModule? { prefixes[prefix] }

  /// The module a prefix stands for, an empty one being the module itself.
  ///
  /// - Parameters:
  ///   - prefix: The prefix.
  ///   - statement: The statement that uses it, for the error.
  /// - Returns: The module.
  /// - Throws: ``YangError`` if the file does not import a module with that prefix.
  func module(_ prefix: String, at statement: Statement) throws(YangError) -> YangModule {
    if prefix.isEmpty || prefix == file.prefix { return module }
    guard let found = prefixes[prefix] else {
      let known = ([file.prefix] + prefixes.keys.filter { $0 != file.prefix }.sorted()).joined(separator: ", ")
      throw statement.error(
        "nothing is imported with the prefix `\(prefix)`; expected one of \(known), "
          + "or `import MODULE { prefix \(prefix); }` at the top of the file")
    }
    return found
  }

  /// The module and the name that an extension's statement belongs to.
  ///
  /// - Parameter statement: The statement.
  /// - Returns: The extension, or `nil` for a statement of YANG itself.
  /// - Throws: ``YangError`` if the prefix is not imported.
  func extensionName(of statement: Statement) throws(YangError) -> ExtensionName? {
    guard statement.keyword == .prefixed else { return nil }
    let name = QualifiedName(statement.word)
    return ExtensionName(module: try module(name.prefix, at: statement).name, name: name.name)
  }

  /// The typedef a name stands for.
  ///
  /// - Parameters:
  ///   - name: The name, with a prefix or without.
  ///   - statement: The statement that uses it.
  /// - Returns: The definition.
  /// - Throws: ``YangError`` if there is none.
  func typedef(_ name: String, at statement: Statement) throws(YangError) -> Definition {
    try definition(name, at: statement, word: "type", \.typedefs, \.typedefs)
  }

  /// The grouping a name stands for.
  ///
  /// - Parameters:
  ///   - name: The name, with a prefix or without.
  ///   - statement: The statement that uses it.
  /// - Returns: The definition.
  /// - Throws: ``YangError`` if there is none.
  func grouping(_ name: String, at statement: Statement) throws(YangError) -> Definition {
    try definition(name, at: statement, word: "grouping", \.groupings, \.groupings)
  }

  private func definition(
    _ text: String, at statement: Statement, word: String,
    _ inner: KeyPath<Scope, [String: Statement]>, _ top: KeyPath<YangModule, [String: Definition]>
  ) throws(YangError) -> Definition {
    let name = QualifiedName(text)
    let module = try module(name.prefix, at: statement)
    if module === self.module {
      var scope: Scope? = self
      while let current = scope {
        if let found = current[keyPath: inner][name.name] { return Definition(statement: found, scope: current) }
        scope = current.outer
      }
    }
    guard let found = module[keyPath: top][name.name] else {
      throw statement.error(
        "there is no \(word) `\(text)`; expected one that is defined in module \(module.name) or around the statement")
    }
    return found
  }
}

/// A name with the prefix before its colon, which is empty if there is none.
struct QualifiedName: Hashable {
  /// What stands before the colon.
  let prefix: String
  /// What stands after it.
  let name: String

  /// Splits text at its first colon.
  init(_ text: some StringProtocol) {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
      prefix = ""
      name = String(text)
      return
    }
    prefix = String(text[..<colon])
    name = String(text[text.utf8.index(after: colon)...])
  }
}

/// An extension, named by the module that defines it.
struct ExtensionName: Hashable {
  /// The module's name, whatever prefix a file gives it.
  let module: String
  /// The extension's name.
  let name: String
}
