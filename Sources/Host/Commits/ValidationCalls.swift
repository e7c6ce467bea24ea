import Datastore
import JSON
import Yang

/// The validation points that a transaction's changes concern.
///
/// A point is called for a node that has changed or below which something has; if it names dependencies, also for each
/// instance whose dependency has changed.
struct ValidationCalls {
  /// A call to make.
  struct Call {
    /// The validation point.
    let point: String
    /// The node it is called for, which exists.
    let path: Keypath
    /// The node's value, if it is a leaf.
    let value: JSONValue?
  }

  private let transaction: Transaction

  init(of transaction: Transaction) { self.transaction = transaction }

  /// The calls, each once, in the order of the changes.
  var all: [Call] {
    var calls: [Call] = []
    var seen: Set<Keypath> = []
    let points = Set(transaction.index.schema.nodes.lazy.filter { !$0.validationPoints.isEmpty }.map(\.id))
    guard !points.isEmpty else { return [] }
    for change in transaction.changes {
      for path in places(touchedBy: change, points: points) where seen.insert(path).inserted {
        guard transaction.working.exists(at: path) else { continue }
        let value = transaction.working.value(at: path)?.json
        for point in transaction.index.schema[path.node].validationPoints {
          calls.append(Call(point: point.name, path: path, value: value))
        }
      }
    }
    return calls
  }

  /// The nodes with a validation point at or above a changed node, and beside it on the way up.
  ///
  /// Dependencies are written as paths from the node to others of the same entry or container, so that a change below
  /// the node that holds both concerns it.
  private func places(touchedBy change: Change, points: Set<NodeID>) -> [Keypath] {
    let schema = transaction.index.schema
    let path = change.path
    var places: [Keypath] = []
    if change.operation == .create {
      // The leafs of what is new have no changes of their own.
      let leafs = schema[path.node].dataChildren.filter { points.contains($0) && schema[$0].kind == .leaf }
      places = leafs.map { path.appending($0) }
    }
    for length in stride(from: path.steps.count, through: 0, by: -1) {
      let ancestor = Keypath(Array(path.steps.prefix(length)))
      if points.contains(ancestor.node) { places.append(ancestor) }
      for child in schema[ancestor.node].dataChildren where points.contains(child) {
        let node = schema[child]
        guard node.validationPoints.contains(where: { !$0.dependencies.isEmpty }) else { continue }
        guard node.kind == .leaf || node.kind == .container else { continue }
        let place = ancestor.appending(child)
        if dependsOn(path, node, at: place) { places.append(place) }
      }
    }
    return places
  }

  /// Whether one of a node's dependencies names a changed node, judged by the last name of the dependency's path.
  private func dependsOn(_ changed: Keypath, _ node: SchemaNode, at place: Keypath) -> Bool {
    let schema = transaction.index.schema
    return node.validationPoints.contains { point in
      point.dependencies.contains { dependency in
        let name = dependency.split(separator: "/").last.map { $0.split(separator: ":").last ?? $0 }
        return changed.steps.contains { schema[$0.node].name == name.map(String.init) }
      }
    }
  }
}
