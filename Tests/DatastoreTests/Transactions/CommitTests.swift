import Datastore
import JSON
import Testing
import Yang

@Suite struct `Commits` {
  private static let start: JSONValue = [
    "store:svc": [["name": "a"], ["name": "b"]],
    "store:top": [
      "name": "n", "count": 1, "tags": [1, 2], "steps": ["b"], "inner": ["x": "y"], "udp-port": 1,
      "item": [["id": 1, "label": "l", "opts": ["a": "o"]], ["id": 2]], "rule": [["name": "x"], ["name": "y"]],
    ],
  ]
  private let store: Snapshot

  init() throws { store = try Fixture.store(Self.start) }

  /// The store after writes.
  private func store(after writes: JSONValue, as run: ServiceRun? = nil, on base: Snapshot? = nil) throws -> Snapshot {
    let transaction = Transaction(on: base ?? store)
    try transaction.apply(writes, as: run)
    return transaction.working
  }

  /// What the store has after `mine`, begun before and committed after `theirs`.
  private func both(_ theirs: JSONValue, _ mine: JSONValue) throws -> JSONValue? {
    let transaction = Transaction(on: store)
    try transaction.apply(mine)
    return try transaction.committed(onto: try store(after: theirs)).tree(at: try Fixture.path("/st:top"))
  }

  private func conflict(reading path: String, _ theirs: JSONValue) throws -> String? {
    let transaction = Transaction(on: store)
    transaction.recordReads([try Fixture.path(path)])
    return transaction.conflict(with: try store(after: theirs))?.text(in: Fixture.index)
  }

  @Test func `onto what they began with are what they made`() throws {
    let transaction = Transaction(on: store)
    try transaction.apply([["set", "/st:top/name", "m"]])
    #expect(try transaction.committed(onto: store).document() == transaction.working.document())
  }

  @Test func `of different nodes come together`() throws {
    let result = try both(
      [
        ["set", "/st:top/count", 2], ["create", "/st:top/item{3}"], ["delete", "/st:top/item{2}"],
        ["create", "/st:top/tags{7}"],
        ["create", "/st:top/rule{theirs}"], ["set", "/st:top/item{1}/opts/b", "t"],
      ],
      [
        ["set", "/st:top/name", "m"], ["create", "/st:top/item{4}"], ["create", "/st:top/tags{5}"],
        ["delete", "/st:top/tags{1}"],
        ["create", "/st:top/rule{mine}"], ["delete", "/st:top/item{1}/opts/a"], ["delete", "/st:top/inner"],
      ])
    #expect(
      result == [
        "name": "m", "count": 2, "tags": [2, 5, 7], "steps": ["b"], "udp-port": 1,
        "item": [["id": 1, "label": "l", "opts": ["b": "t"]], ["id": 3], ["id": 4]],
        "rule": [["name": "x"], ["name": "y"], ["name": "theirs"], ["name": "mine"]],
      ])
  }

  @Test func `of the same leaf leave the later one's value`() throws {
    #expect(try both([["set", "/st:top/name", "theirs"]], [["set", "/st:top/name", "mine"]])?["name"] == "mine")
    #expect(try both([["delete", "/st:top/name"]], [["set", "/st:top/name", "mine"]])?["name"] == "mine")
    #expect(try both([["set", "/st:top/name", "theirs"]], [["delete", "/st:top/name"]])?["name"] == nil)
    #expect(
      try both([["set", "/st:top/steps", ["t"]]], [["set", "/st:top/steps", ["m", "b"]]])?["steps"] == ["m", "t"])
  }

  @Test func `below an entry that went bring it back with what they wrote`() throws {
    let result = try both([["delete", "/st:top/item{1}"]], [["set", "/st:top/item{1}/opts/b", "m"]])
    #expect(result?["item"] == [["id": 1, "opts": ["b": "m"]], ["id": 2]])
  }

  @Test func `that delete an entry delete what came into it`() throws {
    let result = try both([["set", "/st:top/item{1}/opts/b", "t"]], [["delete", "/st:top/item{1}"]])
    #expect(result?["item"] == [["id": 2]])
  }

  @Test func `of two cases leave the later one's`() throws {
    let result = try both([["set", "/st:top/udp-port", 2]], [["set", "/st:top/tcp-port", 3]])
    #expect(result?["udp-port"] == nil)
    #expect(result?["tcp-port"] == 3)
  }

  @Test(arguments: ["udp-port", "tcp-port"]) func `of two cases leave one, though entries came into the other`(
    _ leaf: String
  ) throws {
    let base = try store(after: [["create", "/st:top/pipe{a}"]])
    let theirs = try store(after: [["create", "/st:top/pipe{b}"]], on: base)
    for other in ["slow", "fast", "tcp-opts/nodelay", leaf] {
      let mine = Transaction(on: base)
      let value: JSONValue = other == leaf ? 5 : other == "tcp-opts/nodelay" ? true : [nil]
      try mine.apply([["set", .string("/st:top/\(other)"), value]])
      let result = try mine.committed(onto: theirs).tree(at: try Fixture.path("/st:top"))
      #expect(result?["pipe"] == nil)
      #expect(try mine.committed(onto: theirs).exists(at: try Fixture.path("/st:top/\(other)")))
    }
  }

  @Test func `that together break a rule of the model conflict`() throws {
    let base = try store(after: [
      ["set", "/st:limits/host{a}/address/ip", "1"], ["set", "/st:limits/host{b}/address/ip", "1"],
      ["set", "/st:limits/pair", ["x"]],
    ])
    let cases: [(theirs: JSONValue, mine: JSONValue, path: String)] = [
      (
        [["delete", "/st:limits/host{a}"]], [["set", "/st:limits/host{b}/best", "a"]], "/st:limits/host{b}/best"
      ),
      (
        [["set", "/st:limits/host{b}/best", "a"]], [["delete", "/st:limits/host{a}"]], "/st:limits/host{b}/best"
      ),
      ([["create", "/st:limits/pair{y}"]], [["create", "/st:limits/pair{z}"]], "/st:limits/pair"),
      (
        [["set", "/st:limits/host{a}/address/port", 1]], [["set", "/st:limits/host{b}/address/port", 1]],
        "/st:limits/host{b}"
      ),
    ]
    for (theirs, mine, path) in cases {
      let transaction = Transaction(on: base)
      try transaction.apply(mine)
      #expect(transaction.validate().isEmpty)
      let current = try store(after: theirs, on: base)
      #expect(transaction.conflict(with: current)?.text(in: Fixture.index) == path)
      #expect(throws: DataError.self) { try transaction.committed(onto: current) }
    }
  }

  @Test func `keep what both sides' services wrote`() throws {
    let a = ServiceRun(try Fixture.path("/st:svc{a}"))
    let b = ServiceRun(try Fixture.path("/st:svc{b}"))
    let writes: JSONValue = [
      ["create", "/st:top/item{9}"], ["set", "/st:top/item{9}/label", "s"], ["create", "/st:top/tags{9}"],
    ]
    let mine = Transaction(on: store)
    try mine.apply(writes, as: a)
    let after = try mine.committed(onto: try store(after: writes, as: b))
    for (first, second) in [(a, b), (b, a)] {
      let transaction = Transaction(on: after)
      transaction.takeBack(first.instance)
      #expect(transaction.working.document() == after.document())
      transaction.takeBack(second.instance)
      #expect(transaction.working.document() == store.document())
    }
  }

  @Test func `keep the value of each side's service for when the other one goes`() throws {
    let a = ServiceRun(try Fixture.path("/st:svc{a}"))
    let b = ServiceRun(try Fixture.path("/st:svc{b}"))
    let mine = Transaction(on: store)
    try mine.apply([["set", "/st:top/name", "a's"]], as: a)
    let after = try mine.committed(onto: try store(after: [["set", "/st:top/name", "b's"]], as: b))
    let name = try Fixture.path("/st:top/name")
    #expect(after.value(at: name) == .string("a's"))
    let transaction = Transaction(on: after)
    transaction.takeBack(a.instance)
    #expect(transaction.working.value(at: name) == .string("b's"))
    transaction.takeBack(b.instance)
    #expect(transaction.working.value(at: name) == .string("n"))
  }

  @Test func `that take a service back leave what another one has joined`() throws {
    let a = ServiceRun(try Fixture.path("/st:svc{a}"))
    let b = ServiceRun(try Fixture.path("/st:svc{b}"))
    let writes: JSONValue = [
      ["create", "/st:top/item{9}"], ["set", "/st:top/item{9}/label", "s"], ["create", "/st:top/tags{9}"],
    ]
    let base = try store(after: writes, as: a)
    let mine = Transaction(on: base)
    mine.takeBack(a.instance)
    let after = try mine.committed(onto: try store(after: writes, as: b, on: base))
    #expect(after.document() == base.document())
    let last = Transaction(on: after)
    last.takeBack(b.instance)
    #expect(last.working.document() == store.document())
  }

  @Test func `that each take back one of two writers of a service conflict, as nobody took that service back`() throws {
    let stacked = try Fixture.path("/st:stacked{r}")
    let runs = [ServiceRun(try Fixture.path("/st:svc{a}")), ServiceRun(try Fixture.path("/st:svc{b}"))]
    var both = store
    for run in runs { both = try store(after: [["create", "/st:stacked{r}"]], as: run, on: both) }
    both = try store(after: [["set", "/st:top/count", 7]], as: ServiceRun(stacked), on: both)
    let transactions = runs.map { run in
      let transaction = Transaction(on: both)
      transaction.takeBack(run.instance)
      return transaction
    }
    let after = try transactions[0].committed(onto: both)
    #expect(after.exists(at: stacked))
    #expect(transactions[1].conflict(with: after) == stacked)
    #expect(throws: DataError.self) { try transactions[1].committed(onto: after) }
  }

  @Test func `that change one service instance conflict, as its service saw neither outcome`() throws {
    let mine = Transaction(on: store)
    try mine.apply([["set", "/st:svc{a}/input", "i"]])
    #expect(
      mine.conflict(with: try store(after: [["create", "/st:svc{a}/more/of{x}"]]))?.text(in: Fixture.index)
        == "/st:svc{a}")
    #expect(mine.conflict(with: try store(after: [["set", "/st:svc{b}/input", "i"]])) == nil)
  }

  @Test func `of one service instance that ran twice conflict`() throws {
    let a = ServiceRun(try Fixture.path("/st:svc{a}"))
    let mine = Transaction(on: store)
    try mine.apply([["set", "/st:top/count", 5]], as: a)
    #expect(mine.conflict(with: try store(after: [["set", "/st:top/big", 5]], as: a)) == a.instance)
    #expect(mine.conflict(with: try store(after: [["set", "/st:top/big", 5]])) == nil)
  }

  @Test(
    arguments: [
      ("/st:top/name", [["set", "/st:top/name", "m"]]), ("/st:top/name", [["delete", "/st:top/name"]]),
      ("/st:top/big", [["set", "/st:top/big", 1]]), ("/st:top/item", [["create", "/st:top/item{3}"]]),
      ("/st:top/item", [["delete", "/st:top/item{1}"]]), ("/st:top/item{1}", [["delete", "/st:top/item{1}"]]),
      ("/st:top/item{3}", [["create", "/st:top/item{3}"]]), ("/st:top/item", [["delete", "/st:top"]]),
      ("/st:top/box", [["create", "/st:top/box"]]), ("/st:top/tags", [["create", "/st:top/tags{3}"]]),
      ("/st:top/tags{3}", [["create", "/st:top/tags{3}"]]), ("/st:top/rule", [["move", "/st:top/rule{x}", "last"]]),
      ("/st:top/steps", [["set", "/st:top/steps", []]]), ("/st:top/item{1}/label", [["delete", "/st:top/item{1}"]]),
      ("/st:top/item{1}/sub", [["create", "/st:top/item{1}/sub{a 1}"]]),
      ("/st:top/blob", [["set", "/st:top/blob", 1]]),
    ] as [(String, JSONValue)]) func `conflict if what was read has changed`(_ path: String, _ theirs: JSONValue) throws
  {
    #expect(try conflict(reading: path, theirs) == path)
    let transaction = Transaction(on: store)
    transaction.recordReads([try Fixture.path(path)])
    #expect {
      _ = try transaction.committed(onto: try store(after: theirs))
    } throws: { "\($0)" == "\(path): was changed by another transaction after it was read" }
  }

  @Test(
    arguments: [
      ("/st:top/name", [["set", "/st:top/name", "n"], ["set", "/st:top/count", 9]]),
      ("/st:top/item", [["set", "/st:top/item{1}/label", "m"]]),
      ("/st:top/item{1}", [["set", "/st:top/item{1}/label", "m"]]),
      ("/st:top/item{1}", [["delete", "/st:top/item{2}"]]), ("/st:top/inner", [["delete", "/st:top/inner"]]),
      ("/st:top/item{1}/sub", [["delete", "/st:top/item{1}"]]),
      ("/st:top/item", [["delete", "/st:top/item{1}"], ["create", "/st:top/item{1}"]]),
      ("/st:top/rule", [["set", "/st:top/rule{x}/action", "drop"]]),
      ("/st:top/tags", [["set", "/st:top/tags", [2, 1]]]),
      ("/", [["set", "/st:top/name", "m"]]),
    ] as [(String, JSONValue)]) func `do not conflict if what was read is the same`(_ path: String, _ theirs: JSONValue)
    throws
  {
    #expect(try conflict(reading: path, theirs) == nil)
  }
}
