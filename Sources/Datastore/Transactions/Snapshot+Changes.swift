package import JSON
import Yang

extension Snapshot {
  /// What is different from an earlier snapshot under the same schema.
  ///
  /// - Parameter old: The earlier snapshot.
  /// - Returns: One change for each leaf that is set or gone, and one for each entry or presence container that came or went; a new
  ///   entry's change shows its leafs, and changes for what else is below follow it. In schema and key order.
  package func changes(since old: Snapshot) -> [Change] {
    var finder = ChangeFinder(index, ChangeList(index: index))
    finder.compare(old.root, root)
    return finder.sink.changes
  }

  /// Writes what is different from an earlier snapshot under the same schema, as the control socket tells it.
  ///
  /// - Parameters:
  ///   - old: The earlier snapshot.
  ///   - writer: What to write to: an array of what ``changes(since:)`` returns.
  package func writeChanges(since old: Snapshot, to writer: inout JSONWriter) {
    var own = JSONWriter()
    swap(&own, &writer)
    own.beginArray()
    var finder = ChangeFinder(index, ChangeText(index, own))
    own = JSONWriter()
    finder.compare(old.root, root)
    swap(&finder.sink.writer, &writer)
    writer.endArray()
  }
}

/// Changes in an array.
private struct ChangeList: ChangeSink {
  let index: SchemaIndex
  var changes: [Change] = []
  private var steps: [Keypath.Step] = []

  init(index: SchemaIndex) { self.index = index }

  mutating func enter(_ step: Keypath.Step) { steps.append(step) }

  mutating func leave() { steps.removeLast() }

  mutating func add(
    _ operation: Change.Operation, old: ChangeFinder<Self>.Content?, new: ChangeFinder<Self>.Content?
  ) {
    changes.append(Change(operation: operation, path: Keypath(steps), old: old.map(json), new: new.map(json)))
  }

  private func json(_ content: ChangeFinder<Self>.Content) -> JSONValue {
    switch content {
    case .json(let value): return value
    case .leafs(let branch, let step):
      var object = JSONObject()
      index.leafs(of: branch, step) { object[$0] = $1 }
      return .object(object)
    }
  }
}

/// Changes as JSON text.
private struct ChangeText: ChangeSink {
  let index: SchemaIndex
  var writer: JSONWriter
  private var path: KeypathText

  init(_ index: SchemaIndex, _ writer: JSONWriter) {
    self.index = index
    self.writer = writer
    path = KeypathText(index)
  }

  mutating func enter(_ step: Keypath.Step) { path.append(step) }

  mutating func leave() { path.removeLast() }

  mutating func add(
    _ operation: Change.Operation, old: ChangeFinder<Self>.Content?, new: ChangeFinder<Self>.Content?
  ) {
    writer.beginObject()
    writer.key("op")
    writer.string(operation.rawValue)
    writer.key("path")
    writer.string(utf8: path.bytes)
    if let old {
      writer.key("old")
      write(old)
    }
    if let new {
      writer.key("new")
      write(new)
    }
    writer.endObject()
  }

  private mutating func write(_ content: ChangeFinder<Self>.Content) {
    switch content {
    case .json(let value): writer.value(value)
    case .leafs(let branch, let step):
      writer.beginObject()
      index.leafs(of: branch, step) { name, value in
        writer.key(name)
        writer.value(value)
      }
      writer.endObject()
    }
  }
}

extension SchemaIndex {
  /// Gives the keys, leafs and leaf-lists of an entry or container as members of its object.
  fileprivate func leafs(of branch: Branch, _ step: Keypath.Step, _ body: (String, JSONValue) -> Void) {
    let node = self[step.node]
    for (key, value) in zip(node.keys, step.keys) { body(memberName(of: key, in: node.module), value.json) }
    for slot in branch.slots {
      switch slot.content {
      case .leaf(let value): body(memberName(of: slot.node, in: node.module), value.json)
      case .opaque(let json): body(memberName(of: slot.node, in: node.module), json)
      case .leafList(let items): body(memberName(of: slot.node, in: node.module), .array(items.map(\.value.json)))
      case .branch, .list: break
      }
    }
  }
}
