import JSON
import TestSupport
import Testing

@testable import Datastore

@Suite struct `Documents and writes fuzz` {
  @Test(arguments: Fuzz.seeds(10)) func `any document is merged whole or not at all`(seed: UInt64) throws {
    // Invariant: a refused document changes nothing; an accepted one gives a store whose document gives it again.
    try Fuzz.round(seed) { round in
      let transaction = Transaction(on: Fixture.empty)
      for _ in 0..<30 {
        let document = RandomDocument.damaged(RandomDocument.full, using: &round.random)
        round.tries(document.text)
        let before = transaction.working.document()
        switch Result(catching: { () throws(DataError) in try transaction.merge(document, at: .root) }) {
        case .success:
          try checkReading(transaction.working, using: &round.random)
        case .failure(let error):
          #expect(transaction.working.document() == before)
          #expect(error.path.hasPrefix("/") && !error.reason.isEmpty && error.description.utf8.count < 8000)
        }
      }
    }
  }

  @Test(arguments: Fuzz.seeds(10)) func `any list of writes is applied whole or not at all`(seed: UInt64) throws {
    // Invariant: a refused list of writes changes nothing; after an accepted one the document still gives the store again,
    // and the text of the changes says what they are.
    try Fuzz.round(seed) { round in
      let transaction = Transaction(on: try Fixture.store(RandomDocument.full))
      for _ in 0..<60 {
        let writes = JSONValue.array(
          (0..<round.random.number(1...4)).map { _ in RandomDocument.write(using: &round.random) })
        round.tries(writes.text)
        let (old, before) = (transaction.working, transaction.working.document())
        switch Result(catching: { () throws(DataError) in try transaction.apply(writes) }) {
        case .success:
          try checkChanges(transaction.working, since: old)
          try checkReading(transaction.working, using: &round.random)
          _ = transaction.validate()
        case .failure(let error):
          #expect(transaction.working.document() == before)
          #expect(!error.path.isEmpty && !error.reason.isEmpty && error.description.utf8.count < 8000)
        }
      }
    }
  }

  @Test(arguments: Fuzz.seeds(10)) func `a create with leafs does what sets behind it do`(seed: UInt64) throws {
    // Invariant: a list whose creates have leafs is applied, or refused with the same error, as one in which a set for
    // each leaf stands behind the create instead.
    try Fuzz.round(seed) { round in
      for _ in 0..<60 {
        let writes = (0..<round.random.number(1...4)).map { _ in RandomDocument.write(using: &round.random) }
        round.tries(JSONValue.array(writes).text)
        let (short, long) = (Transaction(on: Fixture.empty), Transaction(on: Fixture.empty))
        let results = [(short, writes), (long, writes.flatMap(Self.spelledOut))].map { transaction, writes in
          Result { () throws(DataError) in try transaction.apply(.array(writes)) }
        }
        if case .failure(let first) = results[0], case .failure(let second) = results[1] {
          #expect(first.kind == second.kind)
        } else {
          #expect(short.working.document() == long.working.document())
          #expect(results.allSatisfy { if case .success = $0 { true } else { false } })
        }
      }
    }
  }

  private static func spelledOut(_ write: JSONValue) -> [JSONValue] {
    guard let parts = write.array, parts.count > 2, parts.count.isMultiple(of: 2), parts[0] == "create",
      let path = parts[1].string
    else { return [write] }
    let sets = stride(from: 2, to: parts.count, by: 2).map { place -> JSONValue in
      ["set", .string("\(path)/\(parts[place].string ?? "")"), parts[place + 1]]
    }
    return [["create", parts[1]]] + sets
  }

  private func checkChanges(_ snapshot: Snapshot, since old: Snapshot) throws {
    let changes = snapshot.changes(since: old).map { change in
      var members: JSONObject = ["op": .string(change.operation.rawValue)]
      members["path"] = .string(change.path.text(in: snapshot.index))
      members["old"] = change.old
      members["new"] = change.new
      return JSONValue.object(members)
    }
    var writer = JSONWriter()
    writer.beginArray()
    writer.string("before")
    snapshot.writeChanges(since: old, to: &writer)
    writer.string("behind")
    writer.endArray()
    let text = String(decoding: writer.bytes, as: UTF8.self)
    #expect(try JSONValue(parsing: text) == ["before", .array(changes), "behind"])
  }

  /// A document of all configuration and state builds the same store, and its tree is the same however it is cut.
  private func checkReading(_ snapshot: Snapshot, using random: inout SeededGenerator) throws {
    let document = snapshot.document()
    let configuration = Transaction(on: Fixture.empty)
    do { try configuration.merge(document, at: .root) } catch { Issue.record("\(document.text) is refused: \(error)") }
    let state = Transaction(on: configuration.working, isOperational: true)
    do { try state.merge(document, at: .root) } catch { Issue.record("\(document.text) is refused: \(error)") }
    #expect(state.working.document() == document)
    #expect(try JSONValue(parsing: document.text) == document)
    let path = Keypath(try Fixture.path("/st:top/item").steps)
    #expect(
      try pages(of: path, in: snapshot, limit: random.number(0...300)) == snapshot.tree(at: path, limit: nil) ?? [])
  }

  /// The entries of a list, read page by page; what is cut within an entry is read for itself.
  private func pages(of list: Keypath, in snapshot: Snapshot, limit: Int) throws -> JSONValue {
    var entries: [JSONValue] = []
    var last: Keypath?
    while true {
      let page = snapshot.tree(at: list, limit: limit, after: last)?.array ?? []
      let isCut = page.last == ["@": 1]
      for entry in isCut ? page.dropLast() : page[...] {
        let path = try #require(entry["id"]?.int.map { list.parent.appending(list.node, keys: [.integer(Int64($0))]) })
        entries.append(snapshot.tree(at: path, limit: nil) ?? nil)
        last = path
      }
      if !isCut { return .array(entries) }
      try #require(page.count > 1, "a page must bring an entry")
    }
  }
}

@Suite struct `Entries ordered by user` {
  @Test(arguments: Fuzz.seeds(10)) func `stand where they were put`(seed: UInt64) throws {
    // Invariant: a list ordered by user is an array in which entries are inserted, moved and removed.
    try Fuzz.round(seed) { round in
      var list = EntryList(isOrderedByUser: true)
      var model: [Int] = []
      func keys(_ number: Int) -> [Value] { [.integer(Int64(number))] }
      for _ in 0..<400 {
        let number = round.random.number(0...9)
        switch round.random.number(0...4) {
        case 0:
          if !model.contains(number) {
            // A rank at the end of what a rank can be is what millions of moves lead to.
            let rank = round.random.pick([0, 0, 1, Int64.max, Int64.max - 1])
            let isTaken = model.contains { list[keys($0)]?.rank == rank }
            list.insert(EntryList.Entry(rank: rank), for: keys(number))
            let place = rank == 0 || isTaken ? model.count : model.firstIndex { (list[keys($0)]?.rank ?? 0) > rank }
            model.insert(number, at: place ?? model.count)
          }
        case 1:
          #expect((list.remove(keys(number)) != nil) == model.contains(number))
          model.removeAll { $0 == number }
        default:
          let other = round.random.oneIn(3) ? nil : round.random.number(0...9)
          guard model.contains(number), number != other, other.map(model.contains) ?? true else { continue }
          list.move(keys(number), behind: other.map(keys))
          model.removeAll { $0 == number }
          model.insert(number, at: other.flatMap { model.firstIndex(of: $0) }.map { $0 + 1 } ?? 0)
        }
        #expect(list.elements().map(\.keys) == model.map(keys))
        for (place, number) in model.enumerated() {
          #expect(list.predecessor(of: keys(number)) == (place > 0 ? keys(model[place - 1]) : nil))
        }
      }
    }
  }
}
