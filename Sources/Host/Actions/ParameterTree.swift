import Callpoints
import Datastore
import JSON
import Yang

/// Checks the input of an action against its schema.
///
/// Members carry no module name unless they come from another module; a qualified one is accepted. What comes out is
/// the same tree in canonical form.
struct ParameterTree {
  private let schema: Schema

  init(schema: Schema) { self.schema = schema }

  /// Checks a tree.
  ///
  /// - Parameters:
  ///   - tree: The tree as a client wrote it.
  ///   - node: The `input` node, or the node of an action or rpc without input.
  ///   - path: The action's path, for errors.
  /// - Returns: The tree with canonical values.
  /// - Throws: ``CallError`` of kind `invalid-value` that names the parameter.
  func check(_ tree: JSONObject, against node: SchemaNode, path: String) throws(CallError) -> JSONObject {
    var checked = JSONObject()
    for (member, value) in tree {
      guard let child = child(of: node, named: member) else {
        throw CallError(.invalidPath, "\(path) has no parameter '\(member)'", errno: 8)
      }
      checked[name(of: child, in: node)] = try check(value, as: child, path: "\(path)/\(child.name)")
    }
    for id in node.dataChildren {
      let child = schema[id]
      guard isMandatory(child, in: node), checked[name(of: child, in: node)] == nil else { continue }
      throw CallError(.invalidValue, "\(path) needs the parameter '\(child.name)'", errno: 42)
    }
    return checked
  }

  /// Whether a parameter must be there.
  func isMandatory(_ child: SchemaNode, in node: SchemaNode) -> Bool {
    child.isMandatory && child.kind == .leaf && child.parent == node.id
  }

  /// The canonical name of a parameter.
  func name(of child: SchemaNode, in node: SchemaNode) -> String {
    child.module == node.module ? child.name : "\(schema[child.module].name):\(child.name)"
  }

  /// The parameter that a name means.
  func child(of node: SchemaNode, named member: String) -> SchemaNode? {
    let parts = member.split(separator: ":", maxSplits: 1).map(String.init)
    return node.dataChildren.lazy.map { schema[$0] }.first { child in
      guard child.name == parts.last else { return false }
      guard parts.count == 2 else { return true }
      return schema[child.module].name == parts[0] || schema[child.module].prefix == parts[0]
    }
  }

  private func check(_ value: JSONValue, as node: SchemaNode, path: String) throws(CallError) -> JSONValue {
    switch node.kind {
    case .leaf: return try leaf(value, node, path)
    case .leafList:
      guard let values = value.array else { throw wrong(value, path, "an array of values") }
      return .array(try values.map { (element) throws(CallError) in try leaf(element, node, path) })
    case .list:
      guard let entries = value.array else { throw wrong(value, path, "an array of entries") }
      return .array(
        try entries.map { (entry) throws(CallError) in
          guard let object = entry.object else { throw wrong(entry, path, "an object") }
          return .object(try check(object, against: node, path: path))
        })
    case .container:
      guard let object = value.object else { throw wrong(value, path, "an object") }
      return .object(try check(object, against: node, path: path))
    case .anydata, .anyxml: return value
    case .root, .choice, .case, .action, .rpc, .input, .output, .notification:
      throw CallError(.invalidPath, "\(path) takes no value", errno: 8)
    }
  }

  private func leaf(_ value: JSONValue, _ node: SchemaNode, _ path: String) throws(CallError) -> JSONValue {
    guard let type = node.type else { throw CallError(.invalidPath, "\(path) has no type") }
    do throws(InvalidValue) {
      return try Value(json: value, type: type).json
    } catch {
      throw CallError(.invalidValue, "\(path): \(error)", errno: 5)
    }
  }

  private func wrong(_ value: JSONValue, _ path: String, _ wanted: String) -> CallError {
    CallError(.invalidValue, "\(path) wants \(wanted), not \(value.text.prefix(60))", errno: 5)
  }
}
