import Datastore
import JSON
import Testing
import Yang

@Suite struct `Changes` {
  private func changes(_ writes: JSONValue) throws -> [String] {
    let store = try Fixture.store([
      "store:top": [
        "name": "n", "tags": [1, 2], "steps": ["b", "a"], "item": [["id": 1, "label": "l", "opts": ["a": "o"]]],
        "rule": [["name": "x"], ["name": "y"], ["name": "z"]], "box": ["size": 1], "inner": ["deep": ["y": "z"]],
      ]
    ])
    let transaction = Transaction(on: store)
    try transaction.apply(writes)
    return transaction.changes.map { change in
      "\(change.operation) \(change.path.text(in: Fixture.index))"
        + (change.old.map { " -\($0.text)" } ?? "") + (change.new.map { " +\($0.text)" } ?? "")
    }
  }

  @Test func `tell what leafs were and are`() throws {
    #expect(
      try changes([["set", "/st:top/name", "m"], ["set", "/st:top/count", 1], ["set", "/st:top/item{1}/label", "l"]])
        == [#"set /st:top/name -"n" +"m""#, "set /st:top/count +1"])
    #expect(try changes([["delete", "/st:top/name"]]) == [#"delete /st:top/name -"n""#])
    #expect(try changes([["delete", "/st:top/inner"]]) == [#"delete /st:top/inner/deep/y -"z""#])
  }

  @Test func `show a new entry with its leafs, and what is below it after it`() throws {
    #expect(
      try changes([
        ["set", "/st:top/item{2}/label", "x"], ["set", "/st:top/item{2}/sub{a 1}/v", "w"],
        ["set", "/st:top/item{2}/opts/a", "o"],
      ])
        == [
          #"create /st:top/item{2} +{"id":2,"label":"x"}"#, #"set /st:top/item{2}/opts/a +"o""#,
          #"create /st:top/item{2}/sub{a 1} +{"k1":"a","k2":1,"v":"w"}"#,
        ])
  }

  @Test func `show what went as a whole`() throws {
    #expect(
      try changes([["delete", "/st:top/item"], ["delete", "/st:top/box"]])
        == [#"delete /st:top/box -{"size":1}"#, #"delete /st:top/item{1} -{"id":1,"label":"l","opts":{"a":"o"}}"#])
  }

  @Test func `name the values that came to and went from a leaf-list`() throws {
    #expect(
      try changes([["set", "/st:top/tags", [2, 3]], ["set", "/st:top/steps", ["a", "b"]]])
        == ["delete /st:top/tags{1}", "create /st:top/tags{3}", #"set /st:top/steps -["b","a"] +["a","b"]"#])
  }

  @Test func `name the entries that moved, and no more`() throws {
    #expect(try changes([["move", "/st:top/rule{x}", "last"]]) == [#"move /st:top/rule{x} +"{z}""#])
    #expect(try changes([["move", "/st:top/rule{z}", "first"]]) == ["move /st:top/rule{z}"])
    #expect(try changes([["move", "/st:top/rule{z}", "first"], ["move", "/st:top/rule{z}", "last"]]) == [])
  }

  @Test func `that were taken back in the same transaction are none`() throws {
    #expect(
      try changes([
        ["set", "/st:top/name", "m"], ["create", "/st:top/item{5}"], ["delete", "/st:top/rule{z}"],
        ["set", "/st:top/name", "n"],
        ["delete", "/st:top/item{5}"], ["create", "/st:top/rule{z}"],
      ]) == [])
  }
}
