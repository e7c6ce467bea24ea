/// A node of the tree while refinements, augments and deviations may still change it.
final class BuildNode {
  /// A statement whose names are looked up where it was written.
  struct Located {
    /// The statement.
    let statement: Statement
    /// Where its names are looked up.
    let scope: Scope
  }

  /// What the node is.
  let kind: SchemaNode.Kind
  /// The name without a prefix.
  let name: String
  /// The module whose namespace the node is in.
  let module: YangModule
  /// The statement that defined the node.
  let statement: Statement
  /// How many nodes are above.
  let depth: Int
  /// The node above.
  unowned let parent: BuildNode?
  /// The schema children.
  var children: [BuildNode] = []
  /// What `config` says, if it is there.
  var config: Bool?
  /// Whether `mandatory true` was given.
  var isMandatory = false
  /// Whether `presence` was given.
  var isPresence = false
  /// Whether `ordered-by user` was given.
  var isOrderedByUser = false
  /// The `default` statements.
  var defaults: [Located] = []
  /// The `key` statement.
  var key: Statement?
  /// The `unique` statements.
  var unique: [Located] = []
  /// What `min-elements` says.
  var minElements = 0
  /// What `max-elements` says.
  var maxElements: Int?
  /// The `must` expressions.
  var must: [String] = []
  /// The `when` expressions.
  var when: [String] = []
  /// The `type` statement.
  var type: Located?
  /// The type, once it has been compiled.
  var compiledType: CompiledType?
  /// What `tailf:actionpoint` says.
  var actionpoint: String?
  /// What `ncs:servicepoint` says.
  var servicepoint: String?
  /// What `ncs:conflicts-with` says.
  var conflictingServicepoints: [String] = []
  /// The `tailf:validate` statements.
  var validationPoints: [ValidationPoint] = []
  /// What `tailf:callpoint` says.
  var callpoint: String?
  /// What `tailf:info` says.
  var info: String?
  /// What `description` says.
  var summary: String?
  /// The place in the schema, once it is known.
  var id = NodeID.root
  /// Whether the node is below a device's `config`.
  var isMounted = false

  /// Creates a node; the caller adds it to the parent's children.
  init(kind: SchemaNode.Kind, name: String, module: YangModule, statement: Statement, parent: BuildNode?) {
    self.kind = kind
    self.name = name
    self.module = module
    self.statement = statement
    self.parent = parent
    depth = (parent?.depth ?? 0) + 1
  }

  /// The child with a name in a module's namespace.
  func child(_ name: String, of module: YangModule) -> BuildNode? {
    for child in children where child.name == name && child.module.name == module.name { return child }
    return nil
  }

  /// The node above in the data tree: choices, cases, inputs and outputs are passed over.
  var dataParent: BuildNode? {
    var node = parent
    while let current = node {
      switch current.kind {
      case .choice, .case, .input, .output: node = current.parent
      default: return current
      }
    }
    return nil
  }

  /// Visits the children as they are in the data tree: those of choices and cases stand in their place.
  ///
  /// - Parameter body: Called with each of them.
  func forEachDataChild(_ body: (BuildNode) -> Void) {
    for child in children {
      if child.kind == .choice || child.kind == .case { child.forEachDataChild(body) } else { body(child) }
    }
  }
}
