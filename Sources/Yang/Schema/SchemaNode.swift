/// One node of the schema tree.
///
/// Choices and cases are schema nodes but not data nodes: they have no place in a keypath. ``dataChildren`` looks
/// through them.
package struct SchemaNode: Sendable {
  /// What a node is; the words are YANG's.
  package enum Kind: String, Hashable, Sendable {
    case root
    case container
    case list
    case leaf
    case leafList = "leaf-list"
    case choice
    case `case`
    case anydata
    case anyxml
    case action
    case rpc
    case input
    case output
    case notification
  }

  /// The node's own place in the schema.
  package var id: NodeID
  /// The node above, choices and cases included; `nil` for the root.
  package var parent: NodeID?
  /// What the node is.
  package var kind: Kind
  /// The name without a prefix.
  package var name: String
  /// The module whose namespace the node is in: for a node that a `uses` brought, the using module.
  package var module: ModuleID
  /// The schema children in order: choices and cases stand for themselves, actions and notifications are included.
  package var children: [NodeID] = []
  /// The children that have a place in a keypath, reached through choices and cases; actions are included.
  package var dataChildren: [NodeID] = []
  /// Whether the node is configuration (`config true`).
  package var isConfig = true
  /// Whether `mandatory true` was given (leaf, choice, anydata).
  package var isMandatory = false
  /// Whether the container has a `presence` statement.
  package var isPresence = false
  /// The keys of a list, in the order of its `key` argument.
  package var keys: [NodeID] = []
  /// Whether entries keep the order in which they were put (`ordered-by user`).
  package var isOrderedByUser = false
  /// The smallest number of entries, 0 where none is given.
  package var minElements = 0
  /// The largest number of entries, or `nil` for `unbounded`.
  package var maxElements: Int?
  /// Each `unique` statement as the leafs it names.
  package var unique: [[NodeID]] = []
  /// The defaults in canonical form: one at most for a leaf (its own or its typedef's), any number for a leaf-list.
  package var defaults: [String] = []
  /// The default case of a choice.
  package var defaultCase: NodeID?
  /// The type of a leaf or leaf-list.
  package var type: ValueType?
  /// The name after `tailf:actionpoint` (action, rpc).
  package var actionpoint: String?
  /// The name after `ncs:servicepoint` (list, container).
  package var servicepoint: String?
  /// The servicepoints named by `ncs:conflicts-with`.
  package var conflictingServicepoints: [String] = []
  /// The `tailf:validate` statements.
  package var validationPoints: [ValidationPoint] = []
  /// The name after `tailf:callpoint`, for data providers, hooks and transforms.
  package var callpoint: String?
  /// The `must` expressions, kept for when XPath is evaluated.
  package var must: [String] = []
  /// The `when` expressions of the node and of the `uses` or `augment` that brought it.
  package var when: [String] = []
  /// Whether the node is kept below a mount point, and so is a device's.
  package var isMounted = false
  /// The node's `tailf:info`, or else its `description`.
  package var documentation: String?
  /// Where the node was defined.
  package var source: SourceLocation

  /// Creates a node without children.
  package init(id: NodeID, parent: NodeID?, kind: Kind, name: String, module: ModuleID, source: SourceLocation) {
    self.id = id
    self.parent = parent
    self.kind = kind
    self.name = name
    self.module = module
    self.source = source
  }
}

/// A `tailf:validate` statement.
package struct ValidationPoint: Hashable, Sendable {
  /// The validation point's name.
  package let name: String
  /// The paths of its `tailf:dependency` statements, as written.
  package let dependencies: [String]
  /// Where the statement stands.
  package let source: SourceLocation

  /// Creates a validation point.
  package init(name: String, dependencies: [String], source: SourceLocation) {
    self.name = name
    self.dependencies = dependencies
    self.source = source
  }
}
