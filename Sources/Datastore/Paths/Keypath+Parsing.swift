import Yang

extension Keypath {
  /// Which lists on the way may lack their keys.
  package enum Form: Sendable {
    /// Only the last step, which then means the whole list.
    case instance
    /// Any, as in the path of a schema node.
    case template
  }

  /// Reads a path as NSO writes it.
  ///
  /// - Parameters:
  ///   - text: The path. A prefix or a module's name may stand before any name, and must where it would not be clear.
  ///   - index: The schema to resolve it against.
  ///   - form: Which lists may lack their keys.
  /// - Throws: ``DataError`` of kind `invalid-path` that names the element, or `invalid-value` for a key of the wrong type.
  package init(_ text: String, in index: SchemaIndex, form: Form = .instance) throws(DataError) {
    var reader = KeypathReader(text)
    var steps: [Step] = []
    if text == "/" {
      self.steps = []
      return
    }
    repeat {
      let element = try reader.element()
      let parent = steps.last?.node ?? .root
      let node = try Self.resolve(element, below: parent, in: index, path: text)
      if form == .instance, let last = steps.last, index[last.node].kind == .list, last.keys.isEmpty,
        !index[last.node].keys.isEmpty
      {
        throw Self.bad(text, "\(index[last.node].name) is a list and needs \(keyCount(index[last.node])) here")
      }
      steps.append(Step(node, keys: try Self.keys(element, of: index[node], in: index, path: text)))
    } while !reader.isAtEnd
    self.steps = steps
  }

  private static func resolve(
    _ element: KeypathReader.Element, below parent: NodeID, in index: SchemaIndex, path: String
  ) throws(DataError) -> NodeID {
    switch index.child(named: element.name, qualifier: element.qualifier, of: parent) {
    case .found(let node): return node
    case .unknownModule: throw bad(path, "there is no module or prefix \(element.qualifier ?? "") for \(element.shown)")
    case .notFound:
      let place = parent == .root ? "the top" : index[parent].name
      throw bad(path, "there is no \(element.shown) below \(place)")
    case .ambiguous(let nodes):
      let names = nodes.map { index.schema[index[$0].module].name + ":" + element.name }
      throw bad(path, "\(element.shown) may be \(names.joined(separator: " or "))")
    }
  }

  private static func keys(
    _ element: KeypathReader.Element, of node: SchemaNode, in index: SchemaIndex, path: String
  ) throws(DataError) -> [Value] {
    guard let texts = element.keys else { return [] }
    var types: [ValueType] = []
    switch node.kind {
    case .list where node.keys.isEmpty: types = [.integer(.int64, ranges: [])]
    case .list: types = node.keys.compactMap { index[$0].type }
    case .leafList: types = [node.type].compactMap { $0 }
    case .root, .container, .leaf, .choice, .case, .anydata, .anyxml, .action, .rpc, .input, .output, .notification:
      throw bad(path, "\(node.name) is a \(node.kind.rawValue) and has no keys")
    }
    guard texts.count == types.count else {
      let expected = node.kind == .list ? keyCount(node) : "one value"
      throw bad(path, "\(node.name) needs \(expected), not \(texts.count)")
    }
    var keys: [Value] = []
    for (text, type) in zip(texts, types) {
      do { keys.append(try Value(text: text, type: type)) } catch {
        throw DataError(.invalidValue, .badType, at: path, "key of \(node.name): \(error)")
      }
    }
    return keys
  }

  private static func bad(_ path: String, _ reason: String) -> DataError {
    DataError(.invalidPath, .badPath, at: path, reason)
  }
}

private func keyCount(_ node: SchemaNode) -> String { node.keys.count == 1 ? "one key" : "\(node.keys.count) keys" }
