import Callpoints
import Datastore
import Testing

@testable import Host

@Suite struct `Action cache` {
  private let index = SchemaIndex(Model.schema)

  private func find(_ path: String, in cache: ActionCache, under index: SchemaIndex) -> String? {
    Array(path.utf8).withUnsafeBytes { cache.find($0, under: index)?.path }
  }

  @Test func `an action is found by the bytes of its path and under its schema alone`() throws {
    var cache = ActionCache()
    // The Kelvin sign looks like a K, and Swift takes both for equal.
    let path = "/ht:svc{K}/measure"
    cache.insert(try ActionTarget(path, in: index), under: index)
    #expect(find(path, in: cache, under: index) == path)
    #expect(find("/ht:svc{\u{212A}}/measure", in: cache, under: index) == nil)
    #expect(find("/ht:svc{K}/measur", in: cache, under: index) == nil)
    #expect(find(path, in: cache, under: SchemaIndex(Model.schema)) == nil)
  }

  @Test func `another schema empties it, and so does one path too many`() throws {
    var cache = ActionCache()
    let target = try ActionTarget("/ht:svc{a}/measure", in: index)
    cache.insert(target, under: index)
    let other = SchemaIndex(Model.schema)
    cache.insert(try ActionTarget("/ht:svc{b}/measure", in: other), under: other)
    #expect(find(target.path, in: cache, under: index) == nil && find(target.path, in: cache, under: other) == nil)
    for number in 0..<ActionCache.capacity {
      cache.insert(try ActionTarget("/ht:svc{\(number)}/measure", in: other), under: other)
    }
    #expect(find("/ht:svc{b}/measure", in: cache, under: other) == nil)
    #expect(find("/ht:svc{\(ActionCache.capacity - 1)}/measure", in: cache, under: other) != nil)
  }

  @Test func `a long path is not kept, and only actions have targets`() throws {
    var cache = ActionCache()
    let path = "/ht:svc{\(String(repeating: "a", count: ActionCache.longestPath))}/measure"
    cache.insert(try ActionTarget(path, in: index), under: index)
    #expect(find(path, in: cache, under: index) == nil)
    #expect(throws: CallError.self) { try ActionTarget("/ht:svc{a}", in: index) }
    #expect(throws: CallError.self) { try ActionTarget("/ht:nothing", in: index) }
  }
}
