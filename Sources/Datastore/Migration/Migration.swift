package import Yang

extension Snapshot {
  /// The same content under another schema.
  ///
  /// A node is found again by its module and name and those of the nodes above it; what has no place any more is left
  /// out, as a model upgrade of NSO does. What services wrote stays theirs.
  ///
  /// - Parameter schema: The new schema.
  /// - Returns: The content under the new schema.
  /// - Throws: ``DataError`` of kind `invalid-value` that names a value which the new type does not accept.
  package func migrated(to schema: Schema) throws(DataError) -> Snapshot {
    let migration = Migration(from: index, to: SchemaIndex(schema))
    var result = Snapshot(migration.target)
    result.root = try migration.branch(root, at: .root)
    for (instance, record) in records.map({ ($0.key, $0.value) }) {
      guard let path = try migration.path(instance), migration.target[path.node].servicepoint != nil else { continue }
      result.records.insert(try migration.record(record), for: path)
    }
    return result
  }
}

/// Puts content into another schema, node by node.
private final class Migration {
  let source: SchemaIndex
  let target: SchemaIndex
  private var nodes: [NodeID: NodeID?] = [.root: .root]
  private var runs: [ServiceRun: ServiceRun?] = [:]

  init(from source: SchemaIndex, to target: SchemaIndex) {
    self.source = source
    self.target = target
  }

  /// The node that takes another one's place, or `nil` if there is none.
  func node(_ id: NodeID) -> NodeID? {
    if let known = nodes[id] { return known }
    let old = source[id]
    var found: NodeID?
    if let parent = node(source[id].dataParent),
      case .found(let new) = target.child(
        named: old.name, qualifier: source.schema[old.module].name, of: parent), isSuccessor(target[new], of: old)
    {
      found = new
    }
    nodes[id] = .some(found)
    return found
  }

  private func isSuccessor(_ new: StoreNode, of old: StoreNode) -> Bool {
    new.kind == old.kind && new.isOrderedByUser == old.isOrderedByUser
      && new.keys.map { target[$0].name } == old.keys.map { source[$0].name }
  }

  func path(_ path: Keypath) throws(DataError) -> Keypath? {
    var steps: [Keypath.Step] = []
    for step in path.steps {
      guard let id = node(step.node) else { return nil }
      steps.append(Keypath.Step(id, keys: try keys(step.keys, at: id)))
    }
    return Keypath(steps)
  }

  func branch(_ branch: Branch, at parent: Keypath) throws(DataError) -> Branch {
    var result = Branch()
    for slot in branch.slots {
      if let slot = try self.slot(slot, below: parent) { result.put(slot) }
    }
    return result
  }

  func record(_ record: ServiceRecord) throws(DataError) -> ServiceRecord {
    var result = ServiceRecord()
    result.properties = record.properties
    for run in record.runs {
      guard let name = try self.run(run.run) else { continue }
      var steps: [ServiceRecord.Step] = []
      for step in run.steps { if let step = try self.step(step) { steps.append(step) } }
      result.runs.append(ServiceRecord.Run(run: name, steps: steps))
    }
    return result
  }

  private func slot(_ slot: Branch.Slot, below parent: Keypath) throws(DataError) -> Branch.Slot? {
    guard let id = node(slot.node) else { return nil }
    let path = parent.appending(id)
    let content: Branch.Content
    switch slot.content {
    case .leaf(let value): content = .leaf(try self.value(value, as: id, at: path))
    case .leafList(let items):
      content = .leafList(try items.map { (item) throws(DataError) in try self.item(item, as: id, at: path) })
    case .branch(let branch):
      let below = try self.branch(branch, at: path)
      if below.isEmpty, target[id].isTransparent { return nil }
      content = .branch(below)
    case .list(let list): content = .list(try self.list(list, as: id, below: parent))
    case .opaque: content = slot.content
    }
    return Branch.Slot(
      place: target[id].place, node: id, content: content, origin: try origin(slot.origin, as: id, at: path))
  }

  private func list(_ list: EntryList, as id: NodeID, below parent: Keypath) throws(DataError) -> EntryList {
    var result = EntryList(isOrderedByUser: list.isOrderedByUser)
    for (oldKeys, entry) in list.elements() {
      let keys = try self.keys(oldKeys, at: id)
      result.insert(try self.entry(entry, at: parent.appending(id, keys: keys)), for: keys)
    }
    return result
  }

  private func entry(_ entry: EntryList.Entry, at path: Keypath) throws(DataError) -> EntryList.Entry {
    EntryList.Entry(
      branch: try branch(entry.branch, at: path), origin: try origin(entry.origin, as: path.node, at: path),
      rank: entry.rank)
  }

  private func item(_ item: Branch.Item, as id: NodeID, at path: Keypath) throws(DataError) -> Branch.Item {
    Branch.Item(value: try value(item.value, as: id, at: path), origin: try origin(item.origin, as: id, at: path))
  }

  private func keys(_ keys: [Value], at id: NodeID) throws(DataError) -> [Value] {
    let node = target[id]
    let types = node.kind == .list ? node.keys : [id]
    guard types.count == keys.count else { return keys }
    var result: [Value] = []
    for (type, key) in zip(types, keys) { result.append(try value(key, as: type, at: Keypath([.init(id)]))) }
    return result
  }

  private func value(_ value: Value, as id: NodeID, at path: Keypath) throws(DataError) -> Value {
    guard let type = target[id].type else { return value }
    do {
      return try Value(text: value.text, type: type)
    } catch {
      throw DataError(.invalidValue, .badType, at: path.text(in: target), "\(error)")
    }
  }

  private func origin(_ origin: Origin?, as id: NodeID, at path: Keypath) throws(DataError) -> Origin? {
    guard let origin else { return nil }
    var writers: [Origin.Writer] = []
    for writer in origin.writers {
      guard let run = try run(writer.run) else { continue }
      var value: Value?
      if let old = writer.value { value = try self.value(old, as: id, at: path) }
      writers.append(Origin.Writer(run: run, value: value, edit: writer.edit))
    }
    guard !writers.isEmpty else { return nil }
    var original = origin.original
    if case .leaf(let value) = original { original = .leaf(try self.value(value, as: id, at: path)) }
    return Origin(writers: writers, original: original)
  }

  private func run(_ run: ServiceRun) throws(DataError) -> ServiceRun? {
    if let known = runs[run] { return known }
    let name = try path(run.instance).map { ServiceRun($0, nanoState: run.nanoState) }
    runs[run] = .some(name)
    return name
  }

  private func step(_ step: ServiceRecord.Step) throws(DataError) -> ServiceRecord.Step? {
    switch step {
    case .wrote(let old): return try path(old).map { .wrote($0) }
    case .moved(let old, let behind):
      guard let path = try path(old) else { return nil }
      var keys: [Value]?
      if let behind { keys = try self.keys(behind, at: path.node) }
      return .moved(path, behind: keys)
    case .removed(let old, let removed):
      guard let path = try path(old) else { return nil }
      switch removed {
      case .slot(let slot): return try self.slot(slot, below: path.parent).map { .removed(path, .slot($0)) }
      case .entry(let entry): return .removed(path, .entry(try self.entry(entry, at: path)))
      case .item(let item): return .removed(path, .item(try self.item(item, as: path.node, at: path)))
      }
    }
  }
}
