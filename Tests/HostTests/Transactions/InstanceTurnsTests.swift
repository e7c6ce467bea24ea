import Datastore
import Testing

@testable import Host

@Suite struct `Service instances in hand` {
  private let turns = InstanceTurns()
  private let a: Keypath
  private let b: Keypath

  init() throws {
    let store = try Store(schema: Model.schema, loading: nil)
    a = try Keypath("/ht:svc{a}", in: store.snapshot.index)
    b = try Keypath("/ht:svc{b}", in: store.snapshot.index)
  }

  @Test func `commits of one instance run one after the other, others at once`() {
    var log: [String] = []
    turns.acquire([a]) { log.append("first") }
    turns.acquire([a, b]) { log.append("second") }
    turns.acquire([b]) { log.append("third") }
    #expect(log == ["first"], "the third waits behind the second, or the second might wait for ever")
    turns.release([a])
    #expect(log == ["first", "second"])
    turns.release([a, b])
    #expect(log == ["first", "second", "third"])
  }

  @Test func `a commit may wait while any number of others come and go`() {
    var log: [String] = []
    turns.acquire([a]) { log.append("first") }
    turns.acquire([a]) { log.append("second") }
    for _ in 0..<200_000 {
      turns.acquire([b]) {}
      turns.release([b])
    }
    turns.release([a])
    #expect(log == ["first", "second"])
  }

  @Test func `any number of commits that wait for one instance may end at once`() {
    var ended = 0
    turns.acquire([a]) {}
    for _ in 0..<200_000 {
      turns.acquire([a]) { [turns, a] in
        ended += 1
        turns.release([a])
      }
    }
    turns.release([a])
    #expect(ended == 200_000)
  }

  @Test func `a commit that has withdrawn lets those behind it go on, wherever it stood`() {
    var log: [String] = []
    turns.acquire([a]) { log.append("holds a") }
    let both = turns.acquire([a, b]) { log.append("never") }
    let behind = turns.acquire([a]) { log.append("never") }
    turns.acquire([b]) { log.append("has b") }
    turns.acquire([a]) { log.append("has a") }
    #expect(turns.withdraw(both) && !turns.withdraw(both))
    #expect(log == ["holds a", "has b"])
    #expect(turns.withdraw(behind))
    turns.release([a])
    #expect(log == ["holds a", "has b", "has a"])
  }

  @Test func `a commit that has its instances does not withdraw`() {
    let turn = turns.acquire([a]) {}
    #expect(!turns.withdraw(turn))
    turns.release([a])
    #expect(!turns.withdraw(turn))
  }
}
