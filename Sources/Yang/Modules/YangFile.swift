/// A parsed module or submodule with what its header says.
final class YangFile: Sendable {
  /// An `import` statement.
  struct Import: Sendable {
    /// The module's name.
    let module: String
    /// The prefix that stands for the module in this file.
    let prefix: String
    /// The `revision-date`, if one is asked for.
    let revision: String?
    /// The statement.
    let statement: Statement
  }

  /// The file's path.
  let path: String
  /// The `module` or `submodule` statement.
  let statement: Statement
  /// The name of the module or submodule.
  var name: String { statement.argument }
  /// The module that a submodule is part of; `nil` for a module.
  let belongsTo: String?
  /// The prefix that stands for the module itself in this file.
  let prefix: String
  /// The namespace; empty for a submodule.
  let namespace: String
  /// The newest revision, or an empty string.
  let revision: String
  /// A hash of the content, to tell copies from different modules of one name.
  let fingerprint: Int
  /// The directory the file lies in.
  var directory: String { statement.directory }
  /// Whether the file is written in YANG 1.1.
  let isVersion11: Bool
  /// The imports, in order.
  let imports: [Import]
  /// The `include` statements, in order.
  let includes: [Statement]

  /// Parses a file and reads its header.
  ///
  /// - Parameters:
  ///   - bytes: The file's content.
  ///   - path: The file's path.
  /// - Throws: ``YangError`` if the text is not YANG or the header lacks something.
  init(_ bytes: [UInt8], path: String) throws(YangError) {
    let statement = try StatementParser.parse(bytes, file: path)
    try StatementGrammar.check(statement)
    self.path = path
    fingerprint = bytes.hashValue
    self.statement = statement
    var header = statement
    if statement.keyword == .submodule, let parent = statement.first(.belongsTo) { header = parent }
    belongsTo = statement.keyword == .submodule ? header.argument : nil
    isVersion11 = statement.first(.yangVersion)?.argument == "1.1"
    prefix = header.first(.prefix)?.argument ?? ""
    namespace = statement.first(.namespace)?.argument ?? ""
    var revision = ""
    var imports: [Import] = []
    for child in statement.children {
      if child.keyword == .revision, child.argument > revision { revision = child.argument }
      if child.keyword == .import {
        imports.append(
          Import(
            module: child.argument, prefix: child.first(.prefix)?.argument ?? "",
            revision: child.first(.revisionDate)?.argument, statement: child))
      }
    }
    self.revision = revision
    self.imports = imports
    includes = statement.children.filter { $0.keyword == .include }
  }
}
