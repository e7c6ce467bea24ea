import TestSupport
import Testing

@testable import Callpoints

@Suite struct `Waiting line` {
  @Test(arguments: Fuzz.seeds(20)) func `is an array with two ends`(seed: UInt64) throws {
    // Invariant: whatever is put, taken and withdrawn, what waits is what an array of it would hold.
    try Fuzz.round(seed) { round in
      var line = WaitingLine<Int>()
      var model: [Int] = []
      for number in 0..<1000 {
        switch round.random.number(0...9) {
        case 0...3:
          line.append(number)
          model.append(number)
        case 4:
          line.prepend(number)
          model.insert(number, at: 0)
        case 5:
          let one = model.isEmpty || round.random.oneIn(9) ? -1 : round.random.pick(model)
          line.remove(one)
          model.removeAll { $0 == one }
        default:
          #expect(line.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
        }
        #expect(line.count == model.count)
        if number.isMultiple(of: 10) { #expect(line.elements == model) }
      }
    }
  }
}
