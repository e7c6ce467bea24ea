package import Yang

/// A schema with what the store looks up all the time worked out once.
package final class SchemaIndex: Sendable {
  /// The schema.
  package let schema: Schema

  private let nodes: [StoreNode]
  /// Whether a node or one below it has a servicepoint.
  private let leadsToService: [Bool]
  /// Whether a configuration node has `config false` nodes below it.
  private let leadsToState: [Bool]
  /// Whether the configuration as a whole has a rule about a node or one below it.
  private let leadsToRule: [Bool]
  /// Where leafrefs lead whose instances must exist.
  private let references: [NodeID: Reference]
  /// The leafrefs that lead to a leaf.
  private let referrers: [NodeID: [NodeID]]

  /// Works out what a schema means for the store.
  ///
  /// - Parameter schema: The schema.
  package init(_ schema: Schema) {
    self.schema = schema
    var places = [Int32](repeating: 0, count: schema.nodes.count)
    var dataParents = [NodeID](repeating: .root, count: schema.nodes.count)
    var leadsToService = schema.nodes.map { $0.servicepoint != nil }
    var leadsToState = [Bool](repeating: false, count: schema.nodes.count)
    for node in schema.nodes where node.kind != .choice && node.kind != .case {
      for (place, child) in node.dataChildren.enumerated() {
        places[Int(child.index)] = Int32(place)
        dataParents[Int(child.index)] = node.id
      }
    }
    for node in schema.nodes where node.servicepoint != nil || !node.isConfig {
      var above = node.parent
      while let id = above {
        let index = Int(id.index)
        let addsService = node.servicepoint != nil && !leadsToService[index]
        let addsState = !node.isConfig && schema[id].isConfig && !leadsToState[index]
        guard addsService || addsState else { break }
        if addsService { leadsToService[index] = true }
        if addsState { leadsToState[index] = true }
        above = schema[id].parent
      }
    }
    nodes = schema.nodes.enumerated().map { place, node in
      StoreNode(node, in: schema, place: places[place], dataParent: dataParents[place])
    }
    self.leadsToService = leadsToService
    self.leadsToState = leadsToState
    var references: [NodeID: Reference] = [:]
    for node in schema.nodes where node.isConfig { references[node.id] = Reference(of: node, in: schema) }
    self.references = references
    let referrers = Dictionary(
      grouping: references.keys.sorted { $0.index < $1.index }, by: { references[$0]?.target ?? .root })
    self.referrers = referrers
    var leadsToRule = [Bool](repeating: false, count: schema.nodes.count)
    for node in nodes where node.hasRule || references[node.id] != nil || referrers[node.id] != nil {
      var next: NodeID? = node.id
      while let id = next, !leadsToRule[Int(id.index)] {
        leadsToRule[Int(id.index)] = true
        next = schema[id].parent
      }
    }
    self.leadsToRule = leadsToRule
  }
}

extension SchemaIndex {
  /// The node with the given identity.
  package subscript(id: NodeID) -> StoreNode { nodes[Int(id.index)] }

  /// Whether a node or one below it has a servicepoint.
  func leadsToService(_ node: NodeID) -> Bool { leadsToService[Int(node.index)] }

  /// Whether a configuration node has `config false` nodes below it.
  func leadsToState(_ node: NodeID) -> Bool { leadsToState[Int(node.index)] }

  /// Whether a node, or one below it, has a rule that is checked for the configuration as a whole.
  func leadsToRule(_ node: NodeID) -> Bool { leadsToRule[Int(node.index)] }

  /// Where a leafref leads whose instances must exist.
  func reference(of leaf: NodeID) -> Reference? { references[leaf] }

  /// The leafrefs that lead to a leaf, and whose instances must exist.
  func referrers(to leaf: NodeID) -> [NodeID] { referrers[leaf] ?? [] }

  /// Whether a leafref leads to a leaf.
  func isReferredTo(_ leaf: NodeID) -> Bool { referrers[leaf] != nil }
}

extension SchemaIndex {
  /// Finds a child that has a place in a keypath.
  ///
  /// - Parameters:
  ///   - name: The child's name.
  ///   - qualifier: The module's name or prefix that stands before it, if any.
  ///   - parent: The node above.
  /// - Returns: The child, or why there is none. Without a qualifier one from the parent's module wins.
  func child(named name: String, qualifier: String?, of parent: NodeID) -> ChildLookup {
    let lookup = schema.child(of: parent, named: name, qualifier: qualifier)
    guard qualifier == nil, parent != .root, case .ambiguous(let nodes) = lookup else { return lookup }
    return nodes.first { self[$0].module == self[parent].module }.map { .found($0) } ?? lookup
  }

  /// The word that a keypath puts before a node's name: the prefix, or the module's name where that is not clear.
  func qualifier(of module: ModuleID) -> String {
    let prefix = schema[module].prefix
    return schema.modules(named: prefix) == [module] ? prefix : schema[module].name
  }

  /// The name of a member in RFC 7951 JSON.
  ///
  /// - Parameters:
  ///   - node: The node.
  ///   - parent: The module of the object it is a member of, or `nil` if it stands at the root.
  /// - Returns: The name, with the module's name before it where it is not the parent's.
  func memberName(of node: NodeID, in parent: ModuleID?) -> String {
    let node = self[node]
    return node.module == parent ? node.name : "\(schema[node.module].name):\(node.name)"
  }
}
