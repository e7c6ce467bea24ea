import Yang

/// Reads keypaths one after the other, and only what is new in each: the writes of a callback begin alike.
struct KeypathParser {
  private let index: SchemaIndex
  private let form: Keypath.Form
  /// The text of the last path.
  private var bytes: [UInt8] = []
  /// The steps of the last path, and where the name of each ends in its text, and where its keys.
  private var steps: [Keypath.Step] = []
  private var ends: [(name: Int, step: Int)] = []
  /// How many steps of the last path are those of the one before.
  private(set) var shared = 0
  /// The children that were read last, by their place among those that one path was followed by.
  private var children: [(name: [UInt8], parent: NodeID, node: NodeID)] = []

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
    var text = text
    return try text.withUTF8 { bytes in
      Result { () throws(DataError) in try parse(UnsafeRawBufferPointer(bytes)) }
    }.get()
  }

  /// Reads a path.
  ///
  /// - Parameter text: The path as NSO writes it, in UTF-8.
  /// - Returns: The path.
  /// - Throws: ``DataError`` of kind `invalid-path` that names the element, or `invalid-value` for a key of the wrong type.
  mutating func parse(_ text: UnsafeRawBufferPointer) throws(DataError) -> Keypath {
    if text.count == 1, text[0] == UInt8(ascii: "/") {
      shared = 0
      bytes.removeAll(keepingCapacity: true)
      steps.removeAll()
      ends.removeAll()
      return .root
    }
    let common = commonLength(text)
    shared = knownSteps(text, common)
    let list = listOfNextStep(text, common)
    bytes.removeSubrange(common...)
    bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[common...]))
    // The last path goes on to have its steps.
    var known: [Keypath.Step] = []
    known.reserveCapacity(max(steps.count, shared + 1))
    known.append(contentsOf: steps[..<shared])
    steps = known
    ends.removeSubrange(shared...)
    var reader = KeypathReader(bytes, from: list?.nameEnd ?? ends.last?.step ?? 0)
    if let node = list?.node {
      let texts = try reader.keys(of: node.name)
      append(Keypath.Step(node.id, keys: try keys(texts, of: node)), reader)
    }
    while !reader.isAtEnd || steps.isEmpty {
      let element = try reader.element()
      try checkHolder()
      let node = index[try resolve(element, below: steps.last?.node ?? .root)]
      append(
        Keypath.Step(
          node.id, keys: try element.keys.map { (texts) throws(DataError) in try keys(texts, of: node) } ?? []), reader)
    }
    return Keypath(steps)
  }

  private mutating func append(_ step: Keypath.Step, _ reader: KeypathReader) {
    steps.append(step)
    ends.append((reader.nameEnd, reader.position))
  }

  /// Reads the name of a child of the last path.
  ///
  /// - Parameters:
  ///   - name: The name, in UTF-8.
  ///   - place: How many children of that path have been read before it.
  /// - Returns: The child's path.
  /// - Throws: ``DataError`` of kind `invalid-path` that names the child.
  mutating func child(_ name: UnsafeRawBufferPointer, at place: Int) throws(DataError) -> Keypath {
    let path = Keypath(steps)
    if place < children.count, children[place].parent == path.node, children[place].name.elementsEqual(name) {
      return path.appending(children[place].node)
    }
    let end = bytes.count
    defer { bytes.removeSubrange(end...) }
    bytes.append(UInt8(ascii: "/"))
    bytes.append(contentsOf: name)
    var reader = KeypathReader(bytes, from: end)
    let element = try reader.element()
    try checkHolder()
    guard reader.isAtEnd, element.keys == nil else { throw bad("a name was expected, and nothing else") }
    let node = try resolve(element, below: path.node)
    children.removeSubrange(min(place, children.count)...)
    children.append((Array(name), path.node, node))
    return path.appending(node)
  }

  /// How many bytes the last path and this one begin with alike.
  private func commonLength(_ text: UnsafeRawBufferPointer) -> Int {
    let shorter = min(text.count, bytes.count)
    var common = 0
    while common < shorter, text[common] == bytes[common] { common += 1 }
    return common
  }

  /// How many steps of the last path this one begins with.
  private func knownSteps(_ text: UnsafeRawBufferPointer, _ common: Int) -> Int {
    func ends(at end: Int) -> Bool { end <= common && (end == text.count || text[end] == UInt8(ascii: "/")) }
    return self.ends.lastIndex { ends(at: $0.step) }.map { $0 + 1 } ?? 0
  }

  /// The list whose entry comes next, if the last path had an entry of the same there: then only the keys are new.
  private func listOfNextStep(_ text: UnsafeRawBufferPointer, _ common: Int) -> (node: StoreNode, nameEnd: Int)? {
    guard shared < steps.count, !steps[shared].keys.isEmpty else { return nil }
    let end = ends[shared].name
    guard end <= common, end < text.count, text[end] == UInt8(ascii: "{") else { return nil }
    return (index[steps[shared].node], end)
  }

  private func checkHolder() throws(DataError) {
    guard form == .instance, let last = steps.last, last.keys.isEmpty else { return }
    let node = index[last.node]
    guard node.kind == .list else { return }
    let needed = node.keys.isEmpty ? "the number of an entry" : keyCount(node)
    throw bad("\(node.name) is a list and needs \(needed) here")
  }

  private func resolve(_ element: KeypathReader.Element, below parent: NodeID) throws(DataError) -> NodeID {
    switch index.child(named: element.name, qualifier: element.qualifier, of: parent) {
    case .found(let node): return node
    case .unknownModule: throw bad("there is no module or prefix \(element.qualifier ?? "") for \(element.shown)")
    case .notFound:
      throw bad("there is no \(element.shown) below \(parent == .root ? "the top" : index[parent].name)")
    case .ambiguous(let nodes):
      let names = nodes.map { index.schema[index[$0].module].name + ":" + element.name }
      throw bad("\(element.shown) may be \(names.joined(separator: " or "))")
    }
  }

  private func keys(_ texts: [String], of node: StoreNode) throws(DataError) -> [Value] {
    var types: [ValueType] = []
    switch node.kind {
    case .list where node.keys.isEmpty: types = [.integer(.int64, ranges: [])]
    case .list: types = node.keys.compactMap { index[$0].type }
    case .leafList: types = [node.type].compactMap { $0 }
    case .root, .container, .leaf, .choice, .case, .anydata, .anyxml, .action, .rpc, .input, .output, .notification:
      throw bad("\(node.name) is a \(node.kind.rawValue) and has no keys")
    }
    guard texts.count == types.count else {
      let expected = node.kind == .list ? keyCount(node) : "one value"
      throw bad("\(node.name) needs \(expected), not \(texts.count)")
    }
    var keys: [Value] = []
    keys.reserveCapacity(texts.count)
    for (text, type) in zip(texts, types) {
      do { keys.append(try Value(text: text, type: type)) } catch {
        throw DataError(.invalidValue, .badType, at: self.text, "key of \(node.name): \(error)")
      }
    }
    return keys
  }

  private func keyCount(_ node: StoreNode) -> String { node.keys.count == 1 ? "one key" : "\(node.keys.count) keys" }

  private var text: String { String(decoding: bytes, as: UTF8.self) }

  private func bad(_ reason: String) -> DataError { DataError(.invalidPath, .badPath, at: text, reason) }
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
