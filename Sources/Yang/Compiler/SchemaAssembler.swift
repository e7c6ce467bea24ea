/// Turns the finished tree into the nodes of a schema: types, defaults, keys and what is inherited.
struct SchemaAssembler {
  /// How many types a leaf's type may be made of: unions of unions grow fast.
  private static let maximumTypes = 10_000

  private let root: BuildNode
  private let modules: [YangModule]
  private let leafrefs: LeafrefResolver
  private let mount: BuildNode?
  private var types: TypeCompiler
  private var flat: [BuildNode] = []
  /// The types of leafs that are known, and how many types each is made of.
  private var resolved: [ObjectIdentifier: (type: ValueType, size: Int)] = [:]
  private var resolving: Set<ObjectIdentifier> = []

  /// Prepares to assemble a tree that no statement changes any more.
  ///
  /// - Parameters:
  ///   - builder: What built the tree.
  ///   - identities: The identities that types name.
  init(_ builder: TreeBuilder, _ identities: IdentityGraph) {
    root = builder.root
    modules = builder.modules
    mount = builder.mount
    types = TypeCompiler(identities: identities)
    leafrefs = LeafrefResolver(root: builder.root, mount: builder.mount)
    for (index, module) in modules.enumerated() { module.id = ModuleID(index) }
  }

  /// Makes the schema's nodes.
  ///
  /// - Parameter errors: Receives what is wrong.
  /// - Returns: The nodes, the root first, each before those below it.
  mutating func nodes(_ errors: inout CompilerErrors) -> [SchemaNode] {
    number(root)
    for node in flat {
      guard let type = node.type else { continue }
      do throws(YangError) {
        node.compiledType = try types.compile(type.statement, type.scope)
      } catch {
        errors.report(error, in: node.module, of: modules)
      }
    }
    guard errors.isEmpty else { return [] }
    var nodes: [SchemaNode] = []
    nodes.reserveCapacity(flat.count)
    for node in flat {
      do throws(YangError) {
        nodes.append(try schemaNode(node, above: node.parent.map { nodes[Int($0.id.index)] }))
      } catch {
        errors.report(error, in: node.module, of: modules)
        nodes.append(bare(node))
      }
    }
    return nodes
  }

  private mutating func number(_ node: BuildNode) {
    node.id = NodeID(flat.count)
    if let parent = node.parent { node.isMounted = parent.isMounted || (parent === mount && node.module.isMounted) }
    flat.append(node)
    for child in node.children { number(child) }
  }

  private func bare(_ node: BuildNode) -> SchemaNode {
    SchemaNode(
      id: node.id, parent: node.parent?.id, kind: node.kind, name: node.name, module: node.module.id,
      source: node.statement.source)
  }

  private mutating func schemaNode(_ node: BuildNode, above parent: SchemaNode?) throws(YangError) -> SchemaNode {
    var made = bare(node)
    made.children = node.children.map(\.id)
    made.dataChildren = try dataChildren(of: node)
    made.isConfig = try isConfig(node, above: parent)
    made.isMandatory = node.isMandatory
    made.isPresence = node.isPresence
    made.isOrderedByUser = node.isOrderedByUser
    made.minElements = node.minElements
    made.maxElements = node.maxElements
    made.must = node.must
    made.when = node.when
    made.isMounted = node.isMounted
    made.documentation = node.info ?? node.summary
    made.actionpoint = node.actionpoint
    made.servicepoint = node.servicepoint
    made.conflictingServicepoints = node.conflictingServicepoints
    made.validationPoints = node.validationPoints
    made.callpoint = node.callpoint
    switch node.kind {
    case .list:
      made.keys = try keys(of: node, isConfig: made.isConfig)
      made.unique = try node.unique.map { (located) throws(YangError) in try unique(located, in: node) }
    case .choice:
      made.defaultCase = try defaultCase(of: node)
    case .leaf, .leafList:
      let type = try valueType(of: node).type
      made.type = type
      if Self.isKey(node) {
        made.isMandatory = false
      } else {
        made.defaults = try defaults(of: node, type)
      }
    case .root, .container, .case, .anydata, .anyxml, .action, .rpc, .input, .output, .notification: break
    }
    return made
  }

  private func dataChildren(of node: BuildNode) throws(YangError) -> [NodeID] {
    var children: [BuildNode] = []
    node.forEachDataChild { child in
      switch child.kind {
      case .input, .output, .notification: break
      default: children.append(child)
      }
    }
    var seen: [IdentityGraph.Key: BuildNode] = [:]
    for child in children {
      let key = IdentityGraph.Key(module: child.module.name, name: child.name)
      if let other = seen.updateValue(child, forKey: key) {
        throw child.statement.error(
          "\(child.name) is defined twice in \(node.kind == .root ? "the root" : node.name), "
            + "also at \(other.statement.source); expected different names")
      }
    }
    return children.map(\.id)
  }

  private mutating func valueType(of node: BuildNode) throws(YangError) -> (type: ValueType, size: Int) {
    let identity = ObjectIdentifier(node)
    if let known = resolved[identity] { return known }
    guard let form = node.compiledType?.form else {
      throw node.statement.error("\(node.kind.rawValue) \(node.name) has no type; expected one")
    }
    guard resolving.insert(identity).inserted, resolving.count < TreeBuilder.maximumDepth else {
      throw node.statement.error("leaf \(node.name) refers to itself through leafrefs; expected a leaf of another type")
    }
    defer { resolving.remove(identity) }
    var size = 0
    let type = try valueType(form, of: node, &size)
    resolved[identity] = (type, size)
    return (type, size)
  }

  private mutating func valueType(
    _ form: CompiledType.Form, of node: BuildNode, _ size: inout Int
  ) throws(YangError) -> ValueType {
    size += 1
    guard size <= Self.maximumTypes else {
      throw node.statement.error(
        "\(node.kind.rawValue) \(node.name) has a union of more than \(Self.maximumTypes) types; expected fewer")
    }
    switch form {
    case .value(let value): return value
    case .leafref(let path, let requireInstance):
      let target = try valueType(of: try leafrefs.target(of: path, from: node))
      size += target.size
      return .leafref(path: path.statement.argument, target: target.type, requireInstance: requireInstance)
    case .union(let members):
      return .union(
        try members.map { (member) throws(YangError) in try valueType(member, of: node, &size) })
    }
  }

  private func defaults(of node: BuildNode, _ type: ValueType) throws(YangError) -> [String] {
    var given = node.defaults
    // In YANG 1.0 a leaf-list has no default, not even that of its type.
    let mayInherit = node.kind == .leaf || node.type?.scope.file.isVersion11 == true
    if given.isEmpty, mayInherit, !node.isMandatory, node.minElements == 0,
      let inherited = node.compiledType?.default
    {
      given = [inherited]
    }
    if node.kind == .leaf, given.count > 1 { given = [given[given.count - 1]] }
    var values: [String] = []
    for located in given {
      let reader = DefaultReader(located: located)
      guard let value = try reader.canonical(located.statement.argument, type) else {
        throw located.statement.error(
          "`default \(located.statement.argument)` is no value of the type of \(node.name); expected one that it allows"
        )
      }
      values.append(value)
    }
    return values
  }
}
