import JSON
import TestSupport
import Testing

@Suite struct `JSON fuzz` {
  // Invariant: any bytes parse or throw JSONError, nothing else; skipping agrees with parsing; parse(write(v)) == v.

  private static func text(using generator: inout SeededGenerator) -> String {
    let alphabet: [Unicode.Scalar] = [
      "a", "b", "\"", "\\", "/", "\n", "\0", "\u{1F}", "\u{E9}", "\u{FFFF}", "\u{1F600}",
    ]
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...8, using: &generator) {
      text.append(alphabet.randomElement(using: &generator) ?? "a")
    }
    return String(text)
  }

  private static func value(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0...(depth > 0 ? 8 : 6), using: &generator) {
    case 0: return nil
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .integer(Int64(truncatingIfNeeded: generator.next() >> UInt64.random(in: 0...63, using: &generator)))
    case 3: return JSONValue(generator.next())
    case 4:
      let number = Double(bitPattern: generator.next())
      return .double(number.isFinite ? number : 0)
    case 5, 6: return .string(text(using: &generator))
    case 7:
      return .array(
        (0..<Int.random(in: 0...5, using: &generator)).map { _ in value(depth: depth - 1, using: &generator) })
    default:
      var object = JSONObject()
      for _ in 0..<Int.random(in: 0...20, using: &generator) {
        object[text(using: &generator)] = value(depth: depth - 1, using: &generator)
      }
      return .object(object)
    }
  }

  @Test(arguments: 1...20) func `what is written is read again as it was`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<25 {
      let value = Self.value(depth: 4, using: &generator)
      #expect(try JSONValue(parsing: value.text) == value)
      #expect(try JSONValue(parsing: value.pretty()) == value)
    }
  }

  @Test(arguments: 1...20) func `damaged text parses or throws, and skipping agrees`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let spice = Array(#"{}[]",:\ue0-+.1tfn "#.utf8) + [0, 9, 10, 0x80, 0xC3, 0xE2, 0xED, 0xF0, 0xFF]
    for _ in 0..<100 {
      var bytes = Array(Self.value(depth: 3, using: &generator).text.utf8)
      for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0...2, using: &generator) {
        case 0: bytes[place] = spice.randomElement(using: &generator) ?? 0
        case 1: bytes.remove(at: place)
        default: bytes.insert(spice.randomElement(using: &generator) ?? 0, at: place)
        }
      }
      try Self.check(bytes)
    }
  }

  private static func check(_ bytes: [UInt8]) throws {
    var isParsed = true
    var isRefusedByReaderOnly = false
    do throws(JSONError) {
      _ = try JSONValue(parsing: bytes)
    } catch {
      isParsed = false
      isRefusedByReaderOnly = error.message.contains("two members") || error.message.contains("too large")
      #expect((0...bytes.count).contains(error.offset))
    }
    let isSkipped = bytes.withUnsafeBytes { buffer in
      var scanner = JSONScanner(buffer)
      do throws(JSONError) {
        try scanner.skip()
        try scanner.finish()
        return true
      } catch {
        return false
      }
    }
    #expect(isSkipped == isParsed || isRefusedByReaderOnly)
  }

  /// Linear work takes a fraction of a second; work that grows with the square would take hours.
  @Test(.timeLimit(.minutes(5))) func `a long object is read in step with its length`() throws {
    let text = "{" + (0..<100_000).map { "\"m\($0)\":\"\\u00e9\($0)\"" }.joined(separator: ",") + "}"
    #expect(try JSONValue(parsing: text).object?.count == 100_000)
  }
}
