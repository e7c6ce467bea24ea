import JSON
import Yang

/// Writes a tree level by level, and marks with `"@"` where it was cut.
struct TreeDraft {
  /// An object or array that is filled later.
  final class Holder {
    fileprivate enum Member {
      case value(JSONValue)
      case holder(Holder)
    }

    fileprivate enum Source {
      case branch(Branch, Keypath.Step, ModuleID?)
      case list(EntryList, StoreNode, after: [Value]?)
    }

    fileprivate let source: Source
    fileprivate let depth: Int
    fileprivate var members: [(name: String, member: Member)] = []
    fileprivate var isCut = false

    fileprivate init(_ source: Source, depth: Int) {
      self.source = source
      self.depth = depth
    }

    /// The JSON of what was filled in.
    var json: JSONValue {
      let mark = JSONValue.object(["@": 1])
      switch source {
      case .branch:
        var object = JSONObject()
        for (name, member) in members {
          switch member {
          case .value(let value): object[name] = value
          case .holder(let holder): object[name] = holder.json
          }
        }
        if isCut { object["@"] = 1 }
        return .object(object)
      case .list:
        var elements = members.map { member in
          switch member.member {
          case .value(let value): value
          case .holder(let holder): holder.json
          }
        }
        if isCut { elements.append(mark) }
        return .array(elements)
      }
    }
  }

  private let index: SchemaIndex
  private let limit: Int
  private let maximumDepth: Int
  private var size = 0
  private var pending: [Holder] = []

  /// Starts a tree.
  ///
  /// - Parameters:
  ///   - index: The schema.
  ///   - limit: How many bytes of JSON the tree has before it is cut, roughly.
  ///   - depth: How many levels there are at most.
  init(_ index: SchemaIndex, limit: Int, depth: Int = .max) {
    self.index = index
    self.limit = limit
    maximumDepth = depth
  }

  /// Adds the object of a container, entry or the root, to be filled later.
  mutating func object(_ branch: Branch, _ step: Keypath.Step, _ module: ModuleID?, depth: Int = 0) -> Holder {
    add(Holder(.branch(branch, step, module), depth: depth))
  }

  /// Adds the array of a list, to be filled later.
  mutating func array(_ list: EntryList, _ node: StoreNode, after keys: [Value]? = nil, depth: Int = 0) -> Holder {
    add(Holder(.list(list, node, after: keys), depth: depth))
  }

  private mutating func add(_ holder: Holder) -> Holder {
    pending.append(holder)
    return holder
  }

  /// Fills what was added, and what is below it, level by level until the limit is reached.
  mutating func fill() {
    var place = 0
    while place < pending.count {
      let holder = pending[place]
      place += 1
      if size > limit {
        holder.isCut = true
        continue
      }
      switch holder.source {
      case .branch(let branch, let step, let module): fill(holder, branch, step, module)
      case .list(let list, let node, let keys): fill(holder, list, node, after: keys)
      }
    }
    pending = []
  }

  private mutating func fill(_ holder: Holder, _ branch: Branch, _ step: Keypath.Step, _ module: ModuleID?) {
    for (key, value) in zip(index[step.node].keys, step.keys) {
      append(.value(value.json), index.memberName(of: key, in: module), to: holder, size: 16)
    }
    for slot in branch.slots {
      let name = index.memberName(of: slot.node, in: module)
      switch slot.content {
      case .leaf(let value): append(.value(value.json), name, to: holder, size: value.approximateSize)
      case .opaque(let content): append(.value(content), name, to: holder, size: content.text.utf8.count)
      case .leafList(let items):
        let values = JSONValue.array(items.map(\.value.json))
        append(.value(values), name, to: holder, size: items.reduce(0) { $0 + $1.value.approximateSize })
      case .branch(let below):
        guard holder.depth + 1 < maximumDepth else { continue }
        let child = Keypath.Step(slot.node)
        append(
          .holder(object(below, child, index[slot.node].module, depth: holder.depth + 1)), name, to: holder, size: 8)
      case .list(let list):
        guard holder.depth + 1 < maximumDepth else { continue }
        append(.holder(array(list, index[slot.node], depth: holder.depth + 1)), name, to: holder, size: 8)
      }
    }
  }

  /// Fills in entries with their leafs at least; a list shows one entry even beyond the limit, so that reading on gets on.
  private mutating func fill(_ holder: Holder, _ list: EntryList, _ node: StoreNode, after keys: [Value]?) {
    for (keys, entry) in list.elements(after: keys) {
      if size > limit, !holder.members.isEmpty {
        holder.isCut = true
        return
      }
      let object = Holder(
        .branch(entry.branch, Keypath.Step(node.id, keys: node.keys.isEmpty ? [] : keys), node.module),
        depth: holder.depth)
      fill(object, entry.branch, Keypath.Step(node.id, keys: node.keys.isEmpty ? [] : keys), node.module)
      append(.holder(object), "", to: holder, size: 4)
    }
  }

  private mutating func append(_ member: Holder.Member, _ name: String, to holder: Holder, size: Int) {
    holder.members.append((name, member))
    self.size += name.utf8.count + size + 4
  }
}

extension Value {
  /// About how many bytes the value has in JSON.
  var approximateSize: Int {
    switch self {
    case .string(let text), .instanceIdentifier(let text): text.utf8.count + 2
    case .binary(let octets): octets.count * 4 / 3 + 4
    case .enumeration(let label): label.name.utf8.count + 2
    case .identity(let identity): identity.module.utf8.count + identity.name.utf8.count + 3
    case .bits(let names): names.reduce(2) { $0 + $1.name.utf8.count + 1 }
    case .integer, .int64, .uint64, .decimal64, .boolean, .empty: 8
    }
  }
}
