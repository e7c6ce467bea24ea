package import Yang

/// What the store needs to know of a schema node, in an object that can be passed around without being copied.
package final class StoreNode: Sendable {
  /// A case that a node belongs to, with its choice.
  struct Membership: Hashable, Sendable {
    let choice: NodeID
    let `case`: NodeID
  }

  /// The node's place in the schema.
  package let id: NodeID
  /// What the node is.
  package let kind: SchemaNode.Kind
  /// The name without a prefix.
  package let name: String
  /// The module whose namespace the node is in.
  package let module: ModuleID
  /// The schema children in order; choices stand for themselves.
  package let children: [NodeID]
  /// The children that have a place in a keypath.
  package let dataChildren: [NodeID]
  /// The keys of a list, in the order of its `key` argument.
  package let keys: [NodeID]
  /// Whether this is a key of the list that it stands in.
  let isKey: Bool
  /// The type of a leaf or leaf-list.
  package let type: ValueType?
  /// The name after `ncs:servicepoint`.
  package let servicepoint: String?
  /// Whether the node is configuration.
  package let isConfig: Bool
  /// Whether the container has a `presence` statement.
  package let isPresence: Bool
  /// Whether entries keep the order in which they were put.
  package let isOrderedByUser: Bool
  /// Whether `mandatory true` was given, and no `when` that might make the node go.
  let isMandatory: Bool
  /// Whether the node has a `when`.
  let isConditional: Bool
  /// The smallest number of entries.
  let minElements: Int
  /// The largest number of entries.
  let maxElements: Int?
  /// Each `unique` statement as the leafs it names.
  let unique: [[NodeID]]

  /// The place among the data children of the parent.
  let place: Int32
  /// The node above, choices and cases left out.
  let dataParent: NodeID
  /// The choices and cases between the node and its data parent, outermost first.
  let memberships: [Membership]

  /// Gathers what the store needs to know of a node.
  ///
  /// - Parameters:
  ///   - node: The node.
  ///   - schema: Its schema.
  ///   - place: Its place among the data children of its parent.
  ///   - dataParent: The node above, choices and cases left out.
  init(_ node: SchemaNode, in schema: Schema, place: Int32, dataParent: NodeID) {
    id = node.id
    kind = node.kind
    name = node.name
    module = node.module
    children = node.children
    dataChildren = node.dataChildren
    keys = node.keys
    isKey = schema[dataParent].keys.contains(node.id)
    type = node.type
    servicepoint = node.servicepoint
    isConfig = node.isConfig
    isPresence = node.isPresence
    isOrderedByUser = node.isOrderedByUser
    isMandatory = node.isMandatory && node.when.isEmpty
    isConditional = !node.when.isEmpty
    minElements = node.minElements
    maxElements = node.maxElements
    unique = node.unique
    self.place = place
    self.dataParent = dataParent
    memberships = Self.memberships(of: node.id, below: dataParent, in: schema)
  }

  /// Whether this is a container that exists because its parent does.
  var isTransparent: Bool { kind == .container && !isPresence }

  /// Whether the node must be there, or a certain number of times, or with values that no other entry has.
  var hasRule: Bool { isConfig && (isMandatory || minElements > 0 || maxElements != nil || !unique.isEmpty) }

  /// Whether the entries of a list stand in the order in which they were put.
  var hasOrderedEntries: Bool { isOrderedByUser || keys.isEmpty }

  /// Whether the values of a leaf-list stand as they were given: RFC 7950 ignores `ordered-by` in state data.
  var keepsGivenOrder: Bool { isOrderedByUser || !isConfig }

  private static func memberships(of child: NodeID, below parent: NodeID, in schema: Schema) -> [Membership] {
    var found: [Membership] = []
    var id = child
    while let above = schema[id].parent, above != parent {
      if schema[above].kind == .case, let choice = schema[above].parent {
        found.insert(Membership(choice: choice, case: above), at: 0)
      }
      id = above
    }
    return found
  }
}
