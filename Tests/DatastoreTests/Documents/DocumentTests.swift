import Datastore
import JSON
import Testing
import Yang

@Suite struct `Documents and trees` {
  private static let full: JSONValue = [
    "store:top": [
      "name": "n", "count": 1, "big": "2", "ratio": "1.5", "flag": [nil], "colour": "store:red",
      "inner": ["x": "y", "deep": ["y": "z"]], "box": [:], "tags": [1, 2], "steps": ["b", "a"],
      "item": [
        ["id": 1, "label": "one", "sub": [["k1": "a", "k2": -1, "v": "w"]]],
        ["id": 2, "colours": ["store:blue", "store:red"], "opts": ["a": "o"]],
      ],
      "rule": [["name": "z", "action": "drop"], ["name": "a"]], "udp-port": 9, "blob": ["any": [1, nil]],
      "other:name": "m", "other:extra": ["z": "q"],
    ],
    "store:svc": [["name": "s", "input": "i"]],
    "other:top": ["q": "r"],
  ]

  @Test func `what is merged is what is got`() throws {
    #expect(try Fixture.store(Self.full).document() == Self.full)
  }

  @Test func `a document for a path begins at the root and can be merged there`() throws {
    let store = try Fixture.store(Self.full)
    func document(_ path: String) throws -> JSONValue { store.document(at: try Fixture.path(path)) }
    #expect(try document("/st:top/inner/deep") == ["store:top": ["inner": ["deep": ["y": "z"]]]])
    #expect(
      try document("/st:top/item{1}/sub{a -1}/v") == [
        "store:top": ["item": [["id": 1, "sub": [["k1": "a", "k2": -1, "v": "w"]]]]]
      ])
    #expect(try document("/st:top/rule") == ["store:top": ["rule": [["name": "z", "action": "drop"], ["name": "a"]]]])
    #expect(try document("/st:top/item{1}/id") == ["store:top": ["item": [["id": 1]]]])
    #expect(try document("/st:top/tags{2}") == ["store:top": ["tags": [2]]])
    #expect(try document("/st:top/tags") == ["store:top": ["tags": [1, 2]]])
    #expect(try document("/st:top/ot:extra") == ["store:top": ["other:extra": ["z": "q"]]])
    #expect(try document("/st:top/item{7}") == [:])
    #expect(try document("/st:top/tcp-port") == [:])
    for node in store.children(of: try Fixture.path("/st:top")) {
      let path = try Fixture.path("/st:top").appending(node)
      #expect(try Fixture.store(store.document(at: path)).document(at: path) == store.document(at: path))
    }
  }

  @Test func `depth leaves out what lies deeper`() throws {
    let store = try Fixture.store(["store:top": ["inner": ["x": "y", "deep": ["y": "z"]], "item": [["id": 1]]]])
    let top = try Fixture.path("/st:top")
    #expect(store.document(at: top, depth: 1) == ["store:top": [:]])
    #expect(store.document(at: top, depth: 2) == ["store:top": ["inner": ["x": "y"], "item": [["id": 1]]]])
    #expect(store.document(at: top, depth: 3) == store.document(at: top))
  }

  @Test(arguments: [Int.min, -1, 0]) func `a depth that leaves nothing shows nothing below`(_ depth: Int) throws {
    let store = try Fixture.store(["store:top": ["inner": ["x": "y"]]])
    #expect(store.document(depth: depth) == [:])
  }

  @Test(.timeLimit(.minutes(30))) func `a leaf-list merges in step with its length`() throws {
    let values = (0..<100_000).map { JSONValue.string("v\($0)") }
    let transaction = Transaction(on: try Fixture.store(["store:top": ["steps": ["first", "v7"]]]))
    try transaction.merge(["store:top": ["steps": .array(values)]], at: .root)
    let merged = transaction.working.values(at: try Fixture.path("/st:top/steps")).map(\.text)
    #expect(merged.count == 100_001)
    #expect(merged.prefix(4) == ["first", "v7", "v0", "v1"])
  }

  @Test(
    arguments: [
      ["item": [["id": 9, "stats": ["hits": 1]]]], ["item": [["id": 9, "seen": ["a"]]]],
      ["item": [["id": 9, "up": [:]]]],
    ] as [JSONValue]) func `state data of what is not configured is refused`(_ top: JSONValue) throws
  {
    let transaction = Transaction(on: Fixture.empty, isOperational: true)
    let error = #expect(throws: DataError.self) { try transaction.merge(["store:top": top], at: .root) }
    #expect(error?.code == .doesNotExist)
    #expect(transaction.working.document() == [:])
  }

  @Test func `the content of a node merges at its path`() throws {
    let transaction = Transaction(on: Fixture.empty)
    try transaction.merge(["label": "one"], at: try Fixture.path("/st:top/item{1}"))
    try transaction.merge([["id": 1, "store:opts": ["a": "x"]], ["id": "2"]], at: try Fixture.path("/st:top/item"))
    try transaction.merge(["store:x": "y"], at: try Fixture.path("/st:top/inner"))
    try transaction.merge([3], at: try Fixture.path("/st:top/tags"))
    try transaction.merge([1], at: try Fixture.path("/st:top/tags"))
    try transaction.merge(7, at: try Fixture.path("/st:top/count"))
    #expect(
      transaction.working.document() == [
        "store:top": [
          "item": [["id": 1, "label": "one", "opts": ["a": "x"]], ["id": 2]], "inner": ["x": "y"], "tags": [1, 3],
          "count": 7,
        ]
      ])
  }

  @Test(
    arguments: [
      (["store:top": ["count": 300]], #"/st:top/count: "300" is not a valid uint8: out of range 0..255"#),
      (["store:top": ["item": [["label": "x"]]]], "/st:top/item: entry 1 lacks its key id"),
      (["store:top": ["item": ["id": 1]]], "/st:top/item: the entries of a list are an array"),
      (["store:top": ["item": [1]]], "/st:top/item: an entry of a list is an object"),
      (["store:top": ["nothing": 1]], "/st:top: there is no nothing in it"),
      (["store:top": 1], "/st:top: the content of a container is an object"),
      (["top": [:]], "/: top may be store:top or other:top"),
      ([1], "/: the content of a root is an object"),
    ] as [(JSONValue, String)]) func `a document that does not fit is refused with the path`(
      _ document: JSONValue, _ message: String
    )
  {
    #expect {
      _ = try Fixture.store(document)
    } throws: { "\($0)" == message }
  }

  @Test func `state data in a document is passed over, so that what get prints can be committed`() throws {
    let state: JSONValue = ["store:top": ["name": "n", "uptime": 3, "item": [["id": 1, "stats": ["hits": 2]]]]]
    #expect(try Fixture.store(state).document() == ["store:top": ["name": "n", "item": [["id": 1]]]])
    let operational = Transaction(on: try Fixture.store(state), isOperational: true)
    try operational.merge(state, at: .root)
    #expect(operational.working.document() == state)
  }

  @Test func `a tree is the content of a node`() throws {
    let store = try Fixture.store(Self.full)
    func tree(_ path: String) throws -> JSONValue? { store.tree(at: try Fixture.path(path)) }
    #expect(store.tree(at: .root) == Self.full)
    #expect(try tree("/st:top/ot:extra") == ["z": "q"])
    #expect(try tree("/st:top/item{2}/opts") == ["a": "o"])
    #expect(try tree("/st:top/item{1}/sub{a -1}") == ["k1": "a", "k2": -1, "v": "w"])
    #expect(try tree("/st:top/rule") == [["name": "z", "action": "drop"], ["name": "a"]])
    #expect(try tree("/st:top/steps") == ["b", "a"])
    #expect(try tree("/st:top/ratio") == "1.5")
    #expect(try tree("/st:top/item{1}/id") == 1)
    #expect(try tree("/st:top/item{1}/opts") == [:])
    #expect(try tree("/st:top/pipe") == [])
    #expect(try tree("/st:top/tcp-port") == nil)
    #expect(try tree("/st:top/item{3}") == nil)
    #expect(try tree("/st:top/item{3}/opts") == nil)
    #expect(try tree("/st:single") == nil)
  }

  @Test func `a long list comes in pages`() throws {
    let transaction = Transaction(on: Fixture.empty)
    for id in 1...2_000 {
      try transaction.merge(
        ["label": .string("label \(id)"), "opts": ["a": "x"]], at: try Fixture.path("/st:top/item{\(id)}"))
    }
    let store = transaction.working
    let list = try Fixture.path("/st:top/item")
    var entries: [JSONValue] = []
    var pages = 0
    var after: Keypath?
    repeat {
      let page = try #require(store.tree(at: list, limit: 4_000, after: after)?.array)
      #expect(JSONValue.array(page).text.utf8.count < 8_000)
      pages += 1
      guard page.last == ["@": 1] else {
        entries += page
        break
      }
      entries += page.dropLast()
      let id = try #require(entries.last?["id"]?.int)
      after = try Fixture.path("/st:top/item{\(id)}")
    } while pages < 1_000
    #expect(entries.count == 2_000)
    #expect(pages > 10)
    #expect(entries.compactMap { $0["id"]?.int } == Array(1...2_000))
  }

  @Test func `a tree is cut breadth first, and what is cut says so`() throws {
    let store = try Fixture.store(Self.full)
    let all = try #require(store.tree(at: .root, limit: nil))
    for limit in 0...800 {
      let cut = try #require(store.tree(at: .root, limit: limit))
      #expect(try completed(cut, .root, in: store) == all)
    }
    let small = try #require(store.tree(at: try Fixture.path("/st:top"), limit: 0))
    #expect(small["name"] == "n")
    #expect(small["item"] == [["@": 1]])
    #expect(small["inner"] == ["@": 1])
  }

  /// Reads what a tree was cut by, as Python does.
  private func completed(_ tree: JSONValue, _ path: Keypath, in store: Snapshot) throws -> JSONValue {
    guard case .object(let members) = tree, Fixture.index[path.node].kind != .anydata else { return tree }
    if members["@"] != nil {
      let whole = try #require(store.tree(at: path, limit: nil))
      for (name, value) in members where name != "@" { #expect(whole[name] == value) }
      return whole
    }
    var result = JSONObject()
    for (name, value) in members {
      let child = try self.child(name, of: path)
      result[name] =
        Fixture.index[child].kind == .list
        ? .array(try entries(value, path.appending(child), in: store))
        : try completed(value, path.appending(child), in: store)
    }
    return .object(result)
  }

  private func entries(_ value: JSONValue, _ list: Keypath, in store: Snapshot) throws -> [JSONValue] {
    var elements = try #require(value.array)
    let isCut = elements.last == ["@": 1]
    if isCut { elements.removeLast() }
    let keys = store.keys(at: list)
    var result: [JSONValue] = []
    for (place, element) in elements.enumerated() {
      result.append(try completed(element, list.parent.appending(list.node, keys: keys[place]), in: store))
    }
    if isCut {
      let last = result.isEmpty ? nil : list.parent.appending(list.node, keys: keys[result.count - 1])
      result += try #require(store.tree(at: list, limit: nil, after: last)?.array)
    }
    return result
  }

  private func child(_ name: String, of path: Keypath) throws -> NodeID {
    let parts = name.split(separator: ":").map(String.init)
    let module = parts.count == 2 ? parts[0] : Fixture.index.schema[Fixture.index[path.node].module].name
    guard
      case .found(let child) = Fixture.index.schema.child(
        of: path.node, named: parts[parts.count - 1], qualifier: module)
    else { throw Fixture.Unusable(description: "no \(name)") }
    return child
  }
}
