import Kernel
import TestSupport
import Testing

@Suite struct `Output queue` {
  func append(_ text: String, to queue: inout OutputQueue, passing bundle: DescriptorBundle? = nil) -> Bool {
    Array(text.utf8).withUnsafeBytes { queue.append($0, passing: bundle) }
  }

  @Test func `takes messages up to its limit, whole or not at all`() {
    var queue = OutputQueue(limit: 10)
    let accepted = ["12345\n", "789\n", "1"].map { append($0, to: &queue) }
    #expect(accepted == [true, true, false])
    #expect(queue.byteCount == 10)
  }

  @Test func `takes one message of any size when it is empty`() {
    var queue = OutputQueue(limit: 3)
    let accepted = ["123456789", "1"].map { append($0, to: &queue) }
    #expect(accepted == [true, false])
  }

  @Test func `keeps what was not written, in order`() {
    var queue = OutputQueue(limit: 1000)
    var written: [UInt8] = []
    for number in 0..<50 {
      #expect(append("message \(number)\n", to: &queue))
      var room = 7
      queue.drain { bytes, _ in
        let count = min(room, bytes.count)
        room -= count
        written.append(contentsOf: bytes.prefix(count))
        return count == 0 ? .wouldBlock : .bytes(count)
      }
    }
    queue.drain { bytes, _ in
      written.append(contentsOf: bytes)
      return .bytes(bytes.count)
    }
    #expect(queue.isEmpty)
    #expect(String(decoding: written, as: UTF8.self) == (0..<50).map { "message \($0)\n" }.joined())
  }

  @Test func `sends descriptors with the first byte of their message and once`() {
    var queue = OutputQueue(limit: 1000)
    let first = DescriptorBundle()
    let second = DescriptorBundle()
    for (text, bundle) in [("a", nil), ("bb", first), ("cc", second), ("d", nil)] {
      #expect(append(text, to: &queue, passing: bundle))
    }
    var calls: [String] = []
    queue.drain { bytes, bundle in
      let name = bundle === first ? "first:" : bundle === second ? "second:" : ""
      calls.append(name + String(decoding: bytes.prefix(1), as: UTF8.self))
      return .bytes(1)
    }
    #expect(calls == ["a", "first:b", "b", "second:c", "c", "d"])
  }

  @Test(arguments: Fuzz.seeds(20)) func `is a line of bytes, however it is filled and drained`(seed: UInt64) throws {
    // Invariant: bytes leave in order and once, each bundle with its message's first byte, and no more wait than allowed.
    try Fuzz.round(seed) { round in
      let limit = round.random.number(0...400)
      var queue = OutputQueue(limit: limit)
      var waiting: [(byte: UInt8, bundle: DescriptorBundle?)] = []
      for _ in 0..<200 {
        if round.random.oneIn(2) {
          let message = (0..<round.random.number(0...60)).map { _ in UInt8.random(in: 0...255, using: &round.random) }
          let bundle = round.random.oneIn(4) && !message.isEmpty ? DescriptorBundle() : nil
          let fits = message.isEmpty || waiting.isEmpty || waiting.count + message.count <= limit
          if round.random.oneIn(2) {
            #expect(message.withUnsafeBytes { queue.append($0, passing: bundle) } == fits)
          } else {
            #expect(queue.append(passing: bundle) { $0 += message } == (fits ? nil : message))
          }
          if fits { waiting += message.enumerated().map { ($1, $0 == 0 ? bundle : nil) } }
        } else {
          var room = round.random.number(0...100)
          let step = round.random.number(1...50)
          queue.drain { bytes, bundle in
            let count = min(room, step, bytes.count)
            if count == 0 { return .wouldBlock }
            room -= count
            #expect(waiting.first?.bundle === bundle)
            #expect(waiting.prefix(bytes.count).dropFirst().allSatisfy { $0.bundle == nil })
            #expect(waiting.prefix(bytes.count).map(\.byte) == Array(bytes))
            waiting.removeFirst(count)
            return .bytes(count)
          }
        }
        #expect(queue.byteCount == waiting.count && queue.isEmpty == waiting.isEmpty)
      }
    }
  }
}
