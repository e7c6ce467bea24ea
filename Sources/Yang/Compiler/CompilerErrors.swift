/// What one compilation found wrong, by the package it is reported under.
struct CompilerErrors {
  /// The errors of each package.
  private(set) var byOwner: [String: [YangError]] = [:]
  /// The errors in modules that no package brought, and that some package may not even import.
  private(set) var shared: [YangError] = []

  /// Whether nothing is wrong.
  var isEmpty: Bool { byOwner.isEmpty && shared.isEmpty }

  /// Notes an error once.
  ///
  /// - Parameters:
  ///   - error: The error.
  ///   - owner: The package, or `nil` if the module was brought by none.
  mutating func report(_ error: YangError, owner: String?) {
    guard let owner else {
      if !shared.contains(error) { shared.append(error) }
      return
    }
    if byOwner[owner]?.contains(error) != true { byOwner[owner, default: []].append(error) }
  }

  /// Notes an error in a module: under its package, or under each package that imports it in some way.
  ///
  /// - Parameters:
  ///   - error: The error.
  ///   - module: The module that has it.
  ///   - modules: Every module, each after those it imports.
  mutating func report(_ error: YangError, in module: YangModule, of modules: [YangModule]) {
    if let owner = module.owner { return report(error, owner: owner) }
    if ModuleSet.roots.contains(module.name) { return report(error, owner: nil) }
    var tainted: Set<ObjectIdentifier> = [ObjectIdentifier(module)]
    for other in modules where other.imports.contains(where: { tainted.contains(ObjectIdentifier($0)) }) {
      tainted.insert(ObjectIdentifier(other))
      if let owner = other.owner { report(error, owner: owner) }
      if ModuleSet.roots.contains(other.name) { report(error, owner: nil) }
    }
  }
}
