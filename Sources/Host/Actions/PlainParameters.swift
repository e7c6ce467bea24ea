import Datastore
import JSON
import Yang

/// Recognizes the input of an action that ``ParameterTree`` would leave as it is, from its text alone.
///
/// It knows leafs of the names and values that come out of a check, each once and none missing that must be there. What
/// it does not recognize may be right all the same.
struct PlainParameters {
  private struct Parameter {
    let name: [UInt8]
    let type: ValueType
    /// Whether any string is a value.
    let isAnyString: Bool
  }

  private var parameters: [Parameter] = []
  /// The parameters that must be there, a bit for each.
  private var mandatory: UInt64 = 0
  /// Whether all parameters that must be there are among those that are known here.
  private var knowsMandatory = true

  /// Works out what is to be recognized.
  ///
  /// - Parameters:
  ///   - node: The `input` node, or the node of an action or rpc without input.
  ///   - schema: The schema.
  init(of node: SchemaNode, in schema: Schema) {
    let tree = ParameterTree(schema: schema)
    for id in node.dataChildren {
      let child = schema[id]
      let name = tree.name(of: child, in: node)
      let isMandatory = tree.isMandatory(child, in: node)
      // The name may lead to a node of another module.
      guard parameters.count < UInt64.bitWidth, let type = child.type, child.kind == .leaf,
        tree.child(of: node, named: name)?.id == id
      else {
        if isMandatory { knowsMandatory = false }
        continue
      }
      if isMandatory { mandatory |= 1 << UInt64(parameters.count) }
      parameters.append(Parameter(name: Array(name.utf8), type: type, isAnyString: Self.isAnyString(type)))
    }
  }

  /// Passes over an input.
  ///
  /// - Returns: Whether it is right and needs no change; if not, the scanner may stand anywhere in it.
  func take(_ scanner: inout JSONScanner) throws(JSONError) -> Bool {
    guard knowsMandatory else { return false }
    var seen: UInt64 = 0
    try scanner.beginObject()
    while let key = try scanner.nextRawKey() {
      guard let place = parameters.firstIndex(where: { scanner.reads(key, $0.name) }) else { return false }
      let bit: UInt64 = 1 << UInt64(place)
      guard seen & bit == 0, try takesValue(of: parameters[place], &scanner) else { return false }
      seen |= bit
    }
    return seen & mandatory == mandatory
  }

  private func takesValue(of parameter: Parameter, _ scanner: inout JSONScanner) throws(JSONError) -> Bool {
    switch try scanner.peek() {
    case .string where parameter.isAnyString:
      _ = try scanner.rawString()
      return true
    case .string, .number, .bool: return Self.isCanonical(try scanner.value(), parameter.type)
    case .null, .array, .object: return false
    }
  }

  private static func isCanonical(_ value: JSONValue, _ type: ValueType) -> Bool {
    do throws(InvalidValue) {
      let canonical = try Value(json: value, type: type).json
      guard case .string(let text) = value, case .string(let other) = canonical else { return value == canonical }
      // Swift takes strings for equal that only look alike.
      return text.utf8.elementsEqual(other.utf8)
    } catch {
      return false
    }
  }

  private static func isAnyString(_ type: ValueType) -> Bool {
    switch type {
    case .string(let lengths, let patterns): lengths.isEmpty && patterns.isEmpty
    case .leafref(_, let target, _): isAnyString(target)
    case .integer, .decimal64, .boolean, .empty, .binary, .enumeration, .bits, .identityref, .instanceIdentifier,
      .union:
      false
    }
  }
}
