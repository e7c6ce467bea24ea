import Datastore
import Testing

@testable import Host

@Suite struct `Service instances in hand` {
  private let store: Store
  private let a: Keypath
  private let b: Keypath

  init() throws {
    store = try Store(schema: Model.schema, loading: nil)
    a = try Keypath("/ht:svc{a}", in: store.snapshot.index)
    b = try Keypath("/ht:svc{b}", in: store.snapshot.index)
  }

  @Test func `commits of one instance run one after the other, others at once`() {
    var log: [String] = []
    store.acquire([a]) { log.append("first") }
    store.acquire([a, b]) { log.append("second") }
    store.acquire([b]) { log.append("third") }
    #expect(log == ["first"], "the third waits behind the second, or the second might wait for ever")
    store.release([a])
    #expect(log == ["first", "second"])
    store.release([a, b])
    #expect(log == ["first", "second", "third"])
  }

  @Test func `a document that does not fit the model is refused with its path`() {
    let error = #expect(throws: Store.LoadError.self) {
      try Store(schema: Model.schema, loading: "/nonexistent/document.json")
    }
    #expect(error?.description == "/nonexistent/document.json cannot be read")
  }
}
