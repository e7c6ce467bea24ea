import Callpoints
import Yang

/// The callpoints that the schema names, with the places where it names them.
struct PointIndex {
  /// A point and its schema paths.
  struct Point {
    /// What a class has to be registered for. The nano state is left out: a nano service's states are many.
    let identity: CallpointIdentity
    /// The schema paths, in schema order.
    var paths: [String]
  }

  /// Every point, in schema order.
  private(set) var all: [Point] = []
  private var places: [CallpointIdentity: Int] = [:]

  /// Walks a schema.
  init(_ schema: Schema) {
    for node in schema.nodes {
      if let name = node.servicepoint {
        let kind: CallpointKind = schema.nanoServices[name] == nil ? .service : .nano
        add(CallpointIdentity(kind: kind, name: name), schema.schemaPath(of: node.id))
      }
      if let name = node.actionpoint {
        add(CallpointIdentity(kind: .action, name: name), schema.schemaPath(of: node.id))
      }
      for point in node.validationPoints {
        add(CallpointIdentity(kind: .validation, name: point.name), schema.schemaPath(of: node.id))
      }
    }
  }

  /// The schema paths at which a registered point can be called.
  func paths(of identity: CallpointIdentity) -> [String] {
    let point = CallpointIdentity(kind: identity.kind, name: identity.name)
    return places[point].map { all[$0].paths } ?? []
  }

  private mutating func add(_ identity: CallpointIdentity, _ path: String) {
    if let place = places[identity] {
      all[place].paths.append(path)
    } else {
      places[identity] = all.count
      all.append(Point(identity: identity, paths: [path]))
    }
  }
}
