import TestSupport
import Testing

@testable import Callpoints

@Suite struct `Number table` {
  @Test func `a value is put, changed in place and taken out`() {
    var table = NumberTable<RequestID, [Int]>()
    #expect(table[RequestID(7)] == nil && table.removeValue(forKey: RequestID(7)) == nil && table.isEmpty)
    table[RequestID(7)]?.append(1)
    #expect(table.isEmpty)
    table[RequestID(7)] = [1]
    table[RequestID(7)]?.append(2)
    #expect(table[RequestID(7)] == [1, 2] && table.count == 1 && table.keys == [RequestID(7)])
    #expect(table.removeValue(forKey: RequestID(7)) == [1, 2] && table.isEmpty)
  }

  @Test func `any number may be asked for`() {
    var table = NumberTable<RequestID, Int>()
    for number in 1...20 { table[RequestID(UInt64(number))] = number }
    for number in [0, .max, .max - 1, 1 << 63] as [UInt64] {
      #expect(table[RequestID(number)] == nil && table.removeValue(forKey: RequestID(number)) == nil)
      table[RequestID(number)]? += 1
    }
    #expect(table.count == 20 && (1...20).allSatisfy { table[RequestID(UInt64($0))] == $0 })
  }

  @Test func `many values come and go`() {
    var table = NumberTable<RequestID, UInt64>()
    for number in 1...5000 as ClosedRange<UInt64> { table[RequestID(number)] = number }
    for number in 1...4990 as ClosedRange<UInt64> { #expect(table.removeValue(forKey: RequestID(number)) == number) }
    #expect(table.keys.sorted().map(\.number) == Array(4991...5000))
    #expect((4991...5000).allSatisfy { table[RequestID($0)] == $0 })
  }

  @Test(arguments: Fuzz.seeds(20)) func `is a dictionary`(seed: UInt64) throws {
    // Invariant: after any changes it has the values that a dictionary has, whether numbers meet or not.
    try Fuzz.round(seed) { round in
      var table = NumberTable<EndpointID, Int>()
      var dictionary: [EndpointID: Int] = [:]
      let step = round.random.pick([1, 8, 64])
      var next = 0
      for _ in 0..<2000 {
        let key = EndpointID(step * round.random.number(max(0, next - 40)...next))
        switch round.random.number(0...5) {
        case 0, 1:
          next += 1
          table[EndpointID(step * next)] = next
          dictionary[EndpointID(step * next)] = next
        case 2:
          table[key]? += 1
          dictionary[key]? += 1
        case 3:
          table[key] = nil
          dictionary[key] = nil
        default: #expect(table.removeValue(forKey: key) == dictionary.removeValue(forKey: key))
        }
        #expect(table.count == dictionary.count && table[key] == dictionary[key])
      }
      #expect(Set(table.keys) == Set(dictionary.keys))
      #expect(dictionary.allSatisfy { table[$0.key] == $0.value })
    }
  }
}
