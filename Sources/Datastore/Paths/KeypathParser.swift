import Yang

/// Reads keypaths one after the other, and only what is new in each: the writes of a callback begin alike.
struct KeypathParser {
  private let index: SchemaIndex
  private let form: Keypath.Form
  private var bytes: [UInt8] = []
  /// The steps of the last path, and where each ends in its text.
  private var steps: [Keypath.Step] = []
  private var ends: [Int] = []
  /// How many steps of the last path are those of the one before.
  private(set) var shared = 0

  /// Prepares to read.
  ///
  /// - Parameters:
  ///   - index: The schema to resolve paths against.
  ///   - form: Which lists may lack their keys.
  init(_ index: SchemaIndex, form: Keypath.Form = .instance) {
    self.index = index
    self.form = form
  }

  /// Reads a path.
  ///
  /// - Parameter text: The path as NSO writes it.
  /// - Returns: The path.
  /// - Throws: ``DataError`` of kind `invalid-path` that names the element, or `invalid-value` for a key of the wrong type.
  mutating func parse(_ text: String) throws(DataError) -> Keypath {
    if text == "/" {
      shared = 0
      return .root
    }
    let bytes = Array(text.utf8)
    shared = knownSteps(bytes)
    steps.removeSubrange(shared...)
    ends.removeSubrange(shared...)
    self.bytes = bytes
    var reader = KeypathReader(text, bytes, from: ends.last ?? 0)
    while !reader.isAtEnd || steps.isEmpty {
      let element = try reader.element()
      try checkHolder(path: text)
      let node = index[try resolve(element, below: steps.last?.node ?? .root, path: text)]
      steps.append(Keypath.Step(node.id, keys: try keys(element, of: node, path: text)))
      ends.append(reader.position)
    }
    return Keypath(steps)
  }

  /// How many steps of the last path this one begins with.
  private func knownSteps(_ bytes: [UInt8]) -> Int {
    let shorter = min(bytes.count, self.bytes.count)
    var common = 0
    while common < shorter, bytes[common] == self.bytes[common] { common += 1 }
    return ends.lastIndex { $0 <= common && ($0 == bytes.count || bytes[$0] == UInt8(ascii: "/")) }.map { $0 + 1 } ?? 0
  }

  private func checkHolder(path: String) throws(DataError) {
    guard form == .instance, let last = steps.last, last.keys.isEmpty else { return }
    let node = index[last.node]
    guard node.kind == .list else { return }
    let needed = node.keys.isEmpty ? "the number of an entry" : keyCount(node)
    throw bad(path, "\(node.name) is a list and needs \(needed) here")
  }

  private func resolve(
    _ element: KeypathReader.Element, below parent: NodeID, path: String
  ) throws(DataError) -> NodeID {
    switch index.child(named: element.name, qualifier: element.qualifier, of: parent) {
    case .found(let node): return node
    case .unknownModule: throw bad(path, "there is no module or prefix \(element.qualifier ?? "") for \(element.shown)")
    case .notFound:
      throw bad(path, "there is no \(element.shown) below \(parent == .root ? "the top" : index[parent].name)")
    case .ambiguous(let nodes):
      let names = nodes.map { index.schema[index[$0].module].name + ":" + element.name }
      throw bad(path, "\(element.shown) may be \(names.joined(separator: " or "))")
    }
  }

  private func keys(
    _ element: KeypathReader.Element, of node: StoreNode, path: String
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
    keys.reserveCapacity(texts.count)
    for (text, type) in zip(texts, types) {
      do { keys.append(try Value(text: text, type: type)) } catch {
        throw DataError(.invalidValue, .badType, at: path, "key of \(node.name): \(error)")
      }
    }
    return keys
  }

  private func keyCount(_ node: StoreNode) -> String { node.keys.count == 1 ? "one key" : "\(node.keys.count) keys" }

  private func bad(_ path: String, _ reason: String) -> DataError {
    DataError(.invalidPath, .badPath, at: path, reason)
  }
}

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
    var parser = KeypathParser(index, form: form)
    self = try parser.parse(text)
  }
}
