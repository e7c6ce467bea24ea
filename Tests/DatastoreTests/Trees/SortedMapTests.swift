import TestSupport
import Testing

@testable import Datastore

@Suite struct `Sorted map` {
  @Test(arguments: Fuzz.seeds(8)) func `does what a dictionary does, in order, and tells what changed`(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var map = SortedMap<Int64, Int>()
    var model: [Int64: Int] = [:]
    var versions: [(SortedMap<Int64, Int>, [Int64: Int])] = []
    for step in 0..<4_000 {
      let key = Int64.random(in: 0..<700, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0, 1:
        map.insert(step, for: key)
        model[key] = step
      case 2, 3: #expect(map.remove(key) == model.removeValue(forKey: key))
      default:
        let changed: Void? = map.modify(key) { $0 += 1 }
        #expect((changed == nil) == (model[key] == nil))
        model[key]? += 1
      }
      if step.isMultiple(of: 400) { versions.append((map, model)) }
    }
    versions.append((map, model))
    for (map, model) in versions { expectEqual(map, model) }
    for (old, oldModel) in versions {
      for (new, newModel) in versions { expectDifference(old, new, oldModel, newModel) }
    }
  }

  private func expectEqual(_ map: SortedMap<Int64, Int>, _ model: [Int64: Int]) {
    #expect(map.count == model.count)
    #expect(map.map(\.key) == model.keys.sorted())
    #expect(map.map(\.value) == model.sorted { $0.key < $1.key }.map(\.value))
    #expect(map.last?.key == model.keys.max())
    for key in Int64(-1)...700 {
      #expect(map[key] == model[key])
      if key.isMultiple(of: 50) {
        #expect(map.elements(after: key).map(\.key) == model.keys.sorted().filter { $0 > key })
      }
    }
  }

  private func expectDifference(
    _ old: SortedMap<Int64, Int>, _ new: SortedMap<Int64, Int>, _ oldModel: [Int64: Int], _ newModel: [Int64: Int]
  ) {
    var found: [Int64] = []
    new.difference(from: old) { key, before, after in
      #expect(before == oldModel[key])
      #expect(after == newModel[key])
      if before != after { found.append(key) }
    }
    #expect(found == Set(oldModel.keys).union(newModel.keys).filter { oldModel[$0] != newModel[$0] }.sorted())
  }

  @Test func `a change in many entries copies only the nodes on its way`() {
    var map = SortedMap<Int64, Int>()
    for key in Int64(0)..<20_000 { map.insert(0, for: key) }
    let before = map
    func copied(_ old: SortedMap<Int64, Int>.Node, _ new: SortedMap<Int64, Int>.Node) -> Int {
      if old.isIdentical(to: new) { return 0 }
      return zip(old.children, new.children).reduce(1) { $0 + copied($1.0, $1.1) }
    }
    let changed: Void? = map.modify(777) { $0 = 1 }
    #expect(changed != nil && (1...5).contains(copied(before.root, map.root)))
  }

  @Test func `one change in many entries is found without visiting them`() {
    var map = SortedMap<Int64, Int>()
    for key in Int64(0)..<20_000 { map.insert(0, for: key) }
    let before = map
    map.insert(1, for: 10_000)
    map.remove(500)
    map.insert(1, for: 30_000)
    var visited = 0
    map.difference(from: before) { _, _, _ in visited += 1 }
    #expect(visited < 1_000)
  }
}
