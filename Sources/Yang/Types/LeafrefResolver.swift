/// Follows leafref paths through the tree.
struct LeafrefResolver {
  private static let maximumDepth = 100
  /// How many paths may be followed for one leafref: a `deref()` in another one doubles them at every step.
  private static let maximumPaths = 1000

  /// The node above all.
  let root: BuildNode
  /// Where the modules of `ned` packages have their nodes.
  let mount: BuildNode?

  /// The leaf or leaf-list that a leafref's path names.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - leaf: The leaf that has the type.
  /// - Returns: The node, which has a type.
  /// - Throws: ``YangError`` if the path names nothing, or no leaf.
  func target(of path: LeafrefPath, from leaf: BuildNode) throws(YangError) -> BuildNode {
    var left = Self.maximumPaths
    let node = try follow(path.statement.argument.utf8[...], path, from: leaf, depth: 0, &left)
    guard node.kind == .leaf || node.kind == .leafList else {
      throw path.statement.error(
        "the path \(path.statement.argument) of leaf \(leaf.name) names a \(node.kind.rawValue); "
          + "expected a leaf or a leaf-list")
    }
    return node
  }

  private func follow(
    _ text: Substring.UTF8View, _ path: LeafrefPath, from leaf: BuildNode, depth: Int, _ left: inout Int
  ) throws(YangError) -> BuildNode {
    left -= 1
    guard depth < Self.maximumDepth, left > 0 else {
      throw path.statement.error("the path has too many deref(); expected fewer")
    }
    var steps = PathSteps(text)
    var node = leaf
    if steps.isAbsolute { node = root }
    var isFirst = true
    while let step = steps.next() {
      defer { isFirst = false }
      if isFirst, !steps.isAbsolute, let inner = Self.argument(of: "deref", in: step) {
        node = try dereference(inner, path, from: leaf, depth: depth, &left)
        continue
      }
      switch step {
      case ".": continue
      case "current()" where isFirst: continue
      case "..":
        guard let parent = node.dataParent else {
          throw path.statement.error(
            "the path \(path.statement.argument) of leaf \(leaf.name) goes above the root; expected fewer `..`")
        }
        node = parent
      default:
        node = try child(step, of: node, path, from: leaf)
      }
    }
    return node
  }

  private func dereference(
    _ inner: Substring, _ path: LeafrefPath, from leaf: BuildNode, depth: Int, _ left: inout Int
  ) throws(YangError) -> BuildNode {
    let pointer = try follow(inner.utf8, path, from: leaf, depth: depth + 1, &left)
    guard case .leafref(let next, _) = pointer.compiledType?.form else {
      throw path.statement.error(
        "deref(\(inner)) in the path of leaf \(leaf.name) names \(pointer.name), which is no leafref; expected one")
    }
    return try follow(next.statement.argument.utf8[...], next, from: pointer, depth: depth + 1, &left)
  }

  private func child(
    _ step: Substring, of node: BuildNode, _ path: LeafrefPath, from leaf: BuildNode
  ) throws(YangError) -> BuildNode {
    let name = QualifiedName(step)
    var wanted = name.prefix.isEmpty ? [leaf.module, path.scope.module, node.module] : []
    if !name.prefix.isEmpty { wanted = [try path.scope.module(name.prefix, at: path.statement)] }
    let named = candidates(name.name, of: node, from: leaf)
    for module in wanted {
      if let found = named.first(where: { $0.module.name == module.name }) { return found }
    }
    if name.prefix.isEmpty, named.count == 1 { return named[0] }
    throw path.statement.error(
      "the path \(path.statement.argument) of leaf \(leaf.name) names nothing: there is no `\(step)` in "
        + "\(node.kind == .root ? "the root" : "\(node.kind.rawValue) \(node.name)"); expected a path to a leaf")
  }

  private func candidates(_ name: String, of node: BuildNode, from leaf: BuildNode) -> [BuildNode] {
    var found: [BuildNode] = []
    if node.kind == .root, leaf.isMounted {
      mount?.forEachDataChild { if $0.isMounted, $0.name == name { found.append($0) } }
    }
    node.forEachDataChild { child in
      if child.kind == .input || child.kind == .output {
        guard Self.isBelow(child, leaf) else { return }
        child.forEachDataChild { if $0.name == name { found.append($0) } }
      } else if child.name == name {
        found.append(child)
      }
    }
    return found
  }

  private static func isBelow(_ ancestor: BuildNode, _ node: BuildNode) -> Bool {
    var current: BuildNode? = node
    while let next = current {
      if next === ancestor { return true }
      current = next.parent
    }
    return false
  }

  private static func argument(of function: String, in step: Substring) -> Substring? {
    guard step.hasPrefix(function + "("), step.hasSuffix(")") else { return nil }
    return step.dropFirst(function.utf8.count + 1).dropLast()
  }
}
