/// Builds the tree of all modules: first their own nodes, then what they augment, then what they deviate.
struct TreeBuilder {
  /// How deep a tree may be, so that recursion stays on the stack.
  static let maximumDepth = 400

  /// The modules, each after those it imports.
  let modules: [YangModule]
  /// The node above all.
  let root: BuildNode
  /// Where the modules of `ned` packages put their nodes.
  private(set) var mount: BuildNode?
  private let maximumNodes: Int
  private var nodeCount = 0
  /// The groupings that are being expanded, to notice one that uses itself.
  var expanding: [ObjectIdentifier] = []

  /// Creates a builder with an empty tree.
  ///
  /// - Parameters:
  ///   - modules: The modules, each after those it imports.
  ///   - maximumNodes: How many nodes the tree may have.
  init(_ modules: [YangModule], maximumNodes: Int) {
    self.modules = modules
    self.maximumNodes = maximumNodes
    let first = modules[0]
    root = BuildNode(kind: .root, name: "", module: first, statement: first.main.statement, parent: nil)
  }

  /// Adds the nodes that each module defines by itself.
  ///
  /// - Parameter errors: Receives what is wrong.
  mutating func build(_ errors: inout CompilerErrors) {
    for module in modules where !module.isMounted { add(module, to: root, &errors) }
    mount = Self.mountPoint(below: root)
    for module in modules where module.isMounted {
      guard let mount else {
        let error = module.main.statement.error(
          "there is no node to mount device models below; expected /ncs:devices/ncs:device/ncs:config in tailf-ncs")
        errors.report(error, in: module, of: modules)
        continue
      }
      add(module, to: mount, &errors)
    }
  }

  private static func mountPoint(below root: BuildNode) -> BuildNode? {
    var node: BuildNode? = root
    for name in ["devices", "device", "config"] {
      node = node?.children.first { $0.name == name && $0.module.name == "tailf-ncs" }
    }
    return node
  }

  private mutating func add(_ module: YangModule, to parent: BuildNode, _ errors: inout CompilerErrors) {
    for scope in module.files {
      for statement in scope.file.statement.children {
        // Operations and notifications of a device model are not data, so they have no place below `config`.
        if module.isMounted, statement.keyword == .rpc || statement.keyword == .notification { continue }
        do throws(YangError) {
          try define(statement, below: parent, module, scope)
        } catch {
          errors.report(error, in: module, of: modules)
        }
      }
    }
  }

  /// Adds what a statement defines below a node; a statement that defines no node adds nothing.
  ///
  /// - Parameters:
  ///   - statement: The statement.
  ///   - parent: The node above.
  ///   - module: The module in whose namespace the nodes are.
  ///   - scope: Where the statement's names are looked up.
  /// - Throws: ``YangError`` if the statement is wrong.
  mutating func define(
    _ statement: Statement, below parent: BuildNode, _ module: YangModule, _ scope: Scope
  ) throws(YangError) {
    switch statement.keyword {
    case .container, .list, .leaf, .leafList, .choice, .case, .anydata, .anyxml, .action, .rpc, .notification:
      guard let kind = SchemaNode.Kind(rawValue: statement.word) else { return }
      try add(kind, statement, below: parent, module, scope)
    case .uses:
      try use(statement, below: parent, module, scope)
    case .prefixed:
      guard try scope.extensionName(of: statement) == ExtensionName(module: "tailf-common", name: "action") else {
        return
      }
      guard StatementGrammar.isIdentifier(statement.argument) else {
        throw statement.error("`\(statement.word)` has no proper name; expected the action's name")
      }
      for child in statement.children where child.keyword != .prefixed { try StatementGrammar.check(child) }
      try add(.action, statement, below: parent, module, scope)
    default:
      return
    }
  }

  private mutating func add(
    _ kind: SchemaNode.Kind, _ statement: Statement, below parent: BuildNode, _ module: YangModule, _ scope: Scope
  ) throws(YangError) {
    guard try FeatureExpression.holds(for: statement, scope) else { return }
    if parent.kind == .choice, kind != .case {
      let wrapper = try append(.case, statement, below: parent, module)
      return try add(kind, statement, below: wrapper, module, scope)
    }
    let node = try append(kind, statement, below: parent, module)
    let inner = scope.inside(statement)
    for child in statement.children {
      if try !readProperty(child, of: node, inner) { try define(child, below: node, module, inner) }
    }
    if kind == .action || kind == .rpc {
      try addParameters(.input, to: node, module, inner)
      try addParameters(.output, to: node, module, inner)
    }
  }

  /// Adds the input or output of an operation, which is there even if nothing is said about it.
  private mutating func addParameters(
    _ kind: SchemaNode.Kind, to operation: BuildNode, _ module: YangModule, _ scope: Scope
  ) throws(YangError) {
    let statement = operation.statement.first(kind == .input ? .input : .output)
    let node = try append(kind, statement ?? operation.statement, name: kind.rawValue, below: operation, module)
    guard let statement else { return }
    let inner = scope.inside(statement)
    for child in statement.children {
      if try !readProperty(child, of: node, inner) { try define(child, below: node, module, inner) }
    }
  }

  private mutating func append(
    _ kind: SchemaNode.Kind, _ statement: Statement, name: String? = nil, below parent: BuildNode, _ module: YangModule
  ) throws(YangError) -> BuildNode {
    nodeCount += 1
    guard nodeCount <= maximumNodes, parent.depth < Self.maximumDepth else {
      throw statement.error(
        "the tree has more than \(maximumNodes) nodes or \(Self.maximumDepth) levels; expected a smaller model")
    }
    let node = BuildNode(
      kind: kind, name: name ?? statement.argument, module: module, statement: statement, parent: parent)
    parent.children.append(node)
    return node
  }
}
