import Datastore
import JSON
import TestSupport
import Testing
import Yang

/// Random transactions against simpler statements of what they do.
@Suite struct `Random transactions` {
  /// A store with some content.
  private func start(_ writes: inout RandomWrites) throws -> Snapshot {
    let transaction = Transaction(on: Fixture.empty)
    try transaction.apply(writes.list(0...15) { $0.addition() })
    return transaction.working
  }

  /// What users wrote, with what the services wrote that have not been taken back on top, the later writes last.
  ///
  /// It knows of no counts and no originals.
  private struct Overlay {
    let base: Snapshot
    /// The writes of services, the latest last; one for each service and path.
    private var writes: [(service: Int, write: JSONValue)] = []

    init(base: Snapshot) { self.base = base }

    mutating func apply(_ list: JSONValue, as service: Int) {
      for write in list.array ?? [] {
        writes.removeAll { $0.service == service && $0.write[1] == write[1] }
        writes.append((service, write))
      }
    }

    mutating func takeBack(_ service: Int) { writes.removeAll { $0.service == service } }

    func document() throws -> JSONValue {
      let transaction = Transaction(on: base)
      try transaction.apply(.array(writes.map(\.write)))
      return transaction.working.document()
    }
  }

  @Test(arguments: Fuzz.seeds(15)) func `of services leave what an overlay of their writes shows`(_ seed: UInt64) throws
  {
    var writes = RandomWrites(seed: seed)
    var store = try start(&writes)
    let before = store.document()
    var model = Overlay(base: store)
    let services = try (0..<4).map { ServiceRun(try Fixture.path("/st:svc{s\($0)}")) }
    for _ in 0..<20 {
      let running = (0..<4).shuffled(using: &writes.random).prefix(Int.random(in: 1...3, using: &writes.random))
      let began = store
      for service in running {
        let transaction = Transaction(on: began)
        if Int.random(in: 0..<3, using: &writes.random) == 0 {
          transaction.takeBack(services[service].instance)
          model.takeBack(service)
        }
        let list = writes.list(0...8) { $0.addition() }
        try transaction.apply(list, as: services[service])
        model.apply(list, as: service)
        store = try transaction.committed(onto: store)
      }
      #expect(sorted(store.document()) == sorted(try model.document()))
    }
    let last = Transaction(on: store)
    for service in services.shuffled(using: &writes.random) { last.takeBack(service.instance) }
    #expect(last.working.document() == before)
  }

  @Test(arguments: Fuzz.seeds(15)) func `of one service are undone whatever it did`(_ seed: UInt64) throws {
    var writes = RandomWrites(seed: seed)
    let store = try start(&writes)
    let transaction = Transaction(on: store)
    let service = ServiceRun(try Fixture.path("/st:svc{s}"))
    for _ in 0..<5 { try transaction.apply(writes.list(0...12) { $0.any() }, as: service) }
    transaction.takeBack(service.instance)
    #expect(sorted(transaction.working.document()) == sorted(store.document()))
  }

  @Test(arguments: Fuzz.seeds(15)) func `have the same effect in one list as one by one`(_ seed: UInt64) throws {
    var writes = RandomWrites(seed: seed)
    let store = try start(&writes)
    let services = try (0..<2).map { ServiceRun(try Fixture.path("/st:svc{s\($0)}")) }
    for _ in 0..<5 {
      let before = Transaction(on: store)
      try before.apply(writes.list(0...15) { $0.any() }, as: services[0])
      let (together, single) = (Transaction(on: before.working), Transaction(on: before.working))
      let list = writes.list(0...30) { $0.any() }
      let run = writes.random.next() % 3 == 0 ? nil : services[1]
      try together.apply(list, as: run)
      for write in list.array ?? [] { try single.apply([write], as: run) }
      #expect(together.working.document() == single.working.document())
      for service in services.shuffled(using: &writes.random) {
        let instance = service.instance
        #expect(together.working.record(of: instance)?.written == single.working.record(of: instance)?.written)
        together.takeBack(instance)
        single.takeBack(instance)
        #expect(together.working.document() == single.working.document())
      }
    }
  }

  @Test(arguments: Fuzz.seeds(15)) func `are described by their changes`(_ seed: UInt64) throws {
    var writes = RandomWrites(seed: seed)
    let transaction = Transaction(on: try start(&writes))
    try transaction.apply(writes.list(0...20) { $0.any() })
    for _ in 0..<3 {
      let rules = transaction.working.keys(at: try Fixture.path("/st:top/rule")).map { $0[0].text }
      guard let rule = rules.randomElement(using: &writes.random),
        let other = rules.randomElement(using: &writes.random)
      else { break }
      try transaction.apply([["move", .string("/st:top/rule{\(rule)}"), "after", .string("/st:top/rule{\(other)}")]])
    }
    let replay = Transaction(on: transaction.base)
    for change in transaction.changes { try apply(change, to: replay) }
    #expect(replay.working.document() == transaction.working.document())
    #expect(replay.working.changes(since: transaction.working).isEmpty)
  }

  @Test(arguments: Fuzz.seeds(15)) func `that began together have the effect of one after the other`(_ seed: UInt64)
    throws
  {
    var writes = RandomWrites(seed: seed)
    let store = try start(&writes)
    let mine = Transaction(on: store)
    let theirs = Transaction(on: store)
    try mine.apply(writes.list(0...15) { $0.any() })
    try theirs.apply(writes.list(0...15) { $0.any() })
    let after = Transaction(on: theirs.working)
    for change in mine.changes { try apply(change, to: after) }
    let merged = try mine.committed(onto: theirs.working)
    #expect(sorted(merged.document()) == sorted(after.working.document()))
  }

  @Test(arguments: Fuzz.seeds(15)) func `conflict exactly if something that was read is different`(_ seed: UInt64)
    throws
  {
    var writes = RandomWrites(seed: seed)
    let store = try start(&writes)
    let theirs = Transaction(on: store)
    try theirs.apply(writes.list(0...6) { $0.any() })
    for _ in 0..<40 {
      let mine = Transaction(on: store)
      let path = try Fixture.path(writes.readable())
      mine.recordReads([path])
      let isDifferent = seen(path, in: store) != seen(path, in: theirs.working)
      #expect((mine.conflict(with: theirs.working) != nil) == isDifferent, "\(path.text(in: Fixture.index))")
    }
  }

  /// What a reader of a path sees.
  private func seen(_ path: Keypath, in store: Snapshot) -> JSONValue {
    let node = Fixture.index[path.node]
    let tree = store.tree(at: path, limit: nil)
    switch node.kind {
    case .leaf, .anydata: return tree ?? .null
    case .leafList: return path.keys.isEmpty ? tree ?? [] : .bool(tree != nil)
    case .list where path.keys.isEmpty:
      let key = Fixture.index[node.keys[0]].name
      return .array(
        (tree?.array ?? []).compactMap { entry in entry["k2"].map { [entry[key] ?? .null, $0] } ?? entry[key] })
    default: return .bool(tree != nil)
    }
  }

  private func apply(_ change: Change, to transaction: Transaction) throws {
    switch change.operation {
    case .create:
      try transaction.create(change.path)
      if let new = change.new { try transaction.merge(new, at: change.path) }
    case .set: try transaction.set(change.path, to: try #require(change.new))
    case .delete: try transaction.delete(change.path)
    case .move:
      let list = change.path.parent.text(in: Fixture.index) + "/rule"
      let position: Transaction.Position =
        try change.new?.string.map { .after(try Fixture.path(list + $0).keys) } ?? .first
      try transaction.move(change.path, to: position)
    }
  }

  /// A document whose rules stand in the order of their names: when several write them, their order is nobody's promise.
  private func sorted(_ document: JSONValue) -> JSONValue {
    guard var root = document.object, var top = root["store:top"]?.object, let rules = top["rule"]?.array else {
      return document
    }
    top["rule"] = .array(rules.sorted { ($0["name"]?.string ?? "") < ($1["name"]?.string ?? "") })
    root["store:top"] = .object(top)
    return .object(root)
  }
}
