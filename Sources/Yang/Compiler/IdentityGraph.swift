/// Every identity of every module, and which is derived from which.
struct IdentityGraph {
  /// An identity, named by its module.
  struct Key: Hashable {
    /// The module's name.
    let module: String
    /// The identity's name.
    let name: String
  }

  private var identities: [Key: ValueType.Identity] = [:]
  private var order: [Key: Int] = [:]
  private var derived: [Key: [Key]] = [:]

  /// Reads the identities of all modules.
  ///
  /// - Parameters:
  ///   - modules: The implemented modules, each after those it imports.
  ///   - lenders: Other revisions that lend definitions.
  ///   - errors: Receives what is wrong.
  init(_ modules: [YangModule], lenders: [YangModule], errors: inout CompilerErrors) {
    let all = modules + lenders
    for module in all {
      for scope in module.files {
        for statement in scope.file.statement.children where statement.keyword == .identity {
          do throws(YangError) {
            try define(statement, scope)
          } catch {
            errors.report(error, in: module, of: all)
          }
        }
      }
    }
    for module in all {
      for scope in module.files {
        for statement in scope.file.statement.children where statement.keyword == .identity {
          do throws(YangError) {
            try derive(statement, scope)
          } catch {
            errors.report(error, in: module, of: all)
          }
        }
      }
    }
  }

  private mutating func define(_ statement: Statement, _ scope: Scope) throws(YangError) {
    let key = Key(module: scope.module.name, name: statement.argument)
    guard order[key] == nil else {
      guard scope.module.isImplemented else { return }
      throw statement.error("identity \(statement.argument) is defined twice in module \(key.module); expected one")
    }
    order[key] = order.count
    identities[key] = ValueType.Identity(module: key.module, prefix: scope.module.main.prefix, name: key.name)
  }

  private mutating func derive(_ statement: Statement, _ scope: Scope) throws(YangError) {
    let key = Key(module: scope.module.name, name: statement.argument)
    for base in statement.children where base.keyword == .base {
      let parent = try resolve(base.argument, in: scope, at: base)
      guard parent != key, !descendants(of: key).contains(parent) else {
        throw base.error("identity \(key.name) is derived from itself; expected another base")
      }
      if derived[parent]?.contains(key) != true { derived[parent, default: []].append(key) }
    }
  }

  /// The identity a name stands for.
  ///
  /// - Parameters:
  ///   - text: The name, with a prefix or without.
  ///   - scope: Where the prefix is looked up.
  ///   - statement: The statement that uses it.
  /// - Returns: The identity's key.
  /// - Throws: ``YangError`` if there is none.
  func resolve(_ text: String, in scope: Scope, at statement: Statement) throws(YangError) -> Key {
    let name = QualifiedName(text)
    let key = Key(module: try scope.module(name.prefix, at: statement).name, name: name.name)
    guard identities[key] != nil else {
      throw statement.error("there is no identity `\(text)`; expected one that module \(key.module) defines")
    }
    return key
  }

  /// The identity with a key that ``resolve(_:in:at:)`` returned.
  subscript(key: Key) -> ValueType.Identity? { identities[key] }

  /// Every identity that is derived from all of the bases, in the order of their definitions.
  func derived(fromAll bases: [Key]) -> [ValueType.Identity] {
    guard let first = bases.first else { return [] }
    var keys = descendants(of: first)
    for base in bases.dropFirst() { keys.formIntersection(descendants(of: base)) }
    return keys.sorted { order[$0, default: 0] < order[$1, default: 0] }.compactMap { identities[$0] }
  }

  private func descendants(of key: Key) -> Set<Key> {
    var found: Set<Key> = []
    var pending = derived[key] ?? []
    while let next = pending.popLast() {
      if found.insert(next).inserted { pending += derived[next] ?? [] }
    }
    return found
  }
}
