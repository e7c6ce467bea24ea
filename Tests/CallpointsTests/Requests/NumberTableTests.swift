import TestSupport
import Testing

@testable import Callpoints

@Suite struct `Number table` {
  @Test(arguments: Fuzz.seeds(20)) func `a table is what a dictionary is`(seed: UInt64) throws {
    // Invariant: after any changes it has the same keys and values as a dictionary that was changed in the same way.
    try Fuzz.round(seed) { round in
      var table = NumberTable<RequestID, Int>()
      var dictionary: [RequestID: Int] = [:]
      var last: UInt64 = 0
      for step in 0..<round.random.number(1...400) {
        // Numbers in a row as the host gives them out, and now and then any, which meet at the same place more often.
        last += 1
        let isOld = round.random.oneIn(2)
        let number =
          isOld ? UInt64(round.random.number(0...Int(last))) : round.random.oneIn(4) ? round.random.next() : last
        let key = RequestID(number)
        switch round.random.number(0...4) {
        case 0...1: #expect(table.updateValue(step, forKey: key) == dictionary.updateValue(step, forKey: key))
        case 2: (table[key], dictionary[key]) = (step, step)
        case 3: #expect(table.removeValue(forKey: key) == dictionary.removeValue(forKey: key))
        default: (table[key], dictionary[key]) = (nil, nil)
        }
        #expect(table.count == dictionary.count && table.isEmpty == dictionary.isEmpty)
      }
      #expect(Set(table.keys) == Set(dictionary.keys))
      for (key, value) in dictionary { #expect(table[key] == value) }
      for number in 0...last where dictionary[RequestID(number)] == nil { #expect(table[RequestID(number)] == nil) }
    }
  }
}
