/// The compiled data model: what YANG text means once every import, grouping and augment has been resolved.
///
/// A schema is a value that never changes once it has been built. Its nodes live in one array and name each other by
/// index, so that it can be shared by every thread and by every snapshot that was made under it.
package struct Schema: Sendable {
  /// The implemented modules, in the order in which they were loaded.
  package let modules: [SchemaModule]

  /// Every node; `nodes[0]` is the root.
  package let nodes: [SchemaNode]

  /// The plan outlines and behaviour trees of nano services, by servicepoint.
  package let nanoServices: [String: NanoService]

  /// A name below a node.
  struct ChildKey: Hashable, Sendable {
    /// The node above.
    let parent: NodeID
    /// The child's name.
    let name: String
  }

  /// The data children of every node by name; several where modules use the same name.
  let childrenByName: [ChildKey: [NodeID]]
  /// The modules by name.
  let modulesByName: [String: ModuleID]
  /// The modules by prefix; several may have the same one.
  let modulesByPrefix: [String: [ModuleID]]

  /// Creates a schema of nodes that have already been linked to each other.
  ///
  /// - Parameters:
  ///   - modules: The implemented modules, in load order.
  ///   - nodes: The nodes; the first is the root, and each is stored at the index its ``SchemaNode/id`` names.
  ///   - nanoServices: What `ncs:service-behavior-tree` and `ncs:plan-outline` say, by servicepoint.
  package init(modules: [SchemaModule], nodes: [SchemaNode], nanoServices: [String: NanoService] = [:]) {
    self.modules = modules
    self.nodes = nodes
    self.nanoServices = nanoServices
    var children: [ChildKey: [NodeID]] = [:]
    children.reserveCapacity(nodes.count)
    for node in nodes {
      for child in node.dataChildren {
        children[ChildKey(parent: node.id, name: nodes[Int(child.index)].name), default: []].append(child)
      }
    }
    childrenByName = children
    var names: [String: ModuleID] = [:]
    var prefixes: [String: [ModuleID]] = [:]
    for (index, module) in modules.enumerated() {
      names[module.name] = ModuleID(index)
      prefixes[module.prefix, default: []].append(ModuleID(index))
    }
    modulesByName = names
    modulesByPrefix = prefixes
  }

  /// The node above every other one.
  package var root: SchemaNode { nodes[0] }

  /// The node with the given identity.
  package subscript(id: NodeID) -> SchemaNode { nodes[Int(id.index)] }

  /// The module with the given identity.
  package subscript(id: ModuleID) -> SchemaModule { modules[Int(id.index)] }
}

/// The place of a node in ``Schema/nodes``.
package struct NodeID: Hashable, Sendable {
  /// The index.
  package let index: Int32

  /// Creates the identity of the node at an index.
  package init(_ index: Int) { self.index = Int32(index) }

  /// The root of every schema.
  package static let root = NodeID(0)
}

/// The place of a module in ``Schema/modules``.
package struct ModuleID: Hashable, Sendable {
  /// The index.
  package let index: Int32

  /// Creates the identity of the module at an index.
  package init(_ index: Int) { self.index = Int32(index) }
}

/// A module that contributes nodes to the schema.
package struct SchemaModule: Hashable, Sendable {
  /// The name after the `module` keyword.
  package let name: String
  /// The prefix the module gives itself; two modules may have the same one.
  package let prefix: String
  /// The namespace URI.
  package let namespace: String
  /// The newest `revision`, or an empty string.
  package let revision: String
  /// The file the module was read from.
  package let file: String

  /// Creates a module.
  package init(name: String, prefix: String, namespace: String, revision: String, file: String) {
    self.name = name
    self.prefix = prefix
    self.namespace = namespace
    self.revision = revision
    self.file = file
  }
}

/// Where a statement stands in YANG text.
package struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
  /// The file's path.
  package let file: String
  /// The line, counted from 1.
  package let line: Int

  /// Creates a location.
  package init(file: String, line: Int) {
    self.file = file
    self.line = line
  }

  package var description: String { "\(file):\(line)" }
}
