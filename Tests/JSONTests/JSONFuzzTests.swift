import Foundation
import JSON
import TestSupport
import Testing

@Suite struct `JSON fuzz` {
  @Test(arguments: Fuzz.seeds(20)) func `what is written is read again as it was`(seed: UInt64) throws {
    // Invariant: parse(write(v)) == v and parse(pretty(v)) == v, and both texts are JSON to Foundation too.
    try Fuzz.round(seed) { round in
      for _ in 0..<25 {
        let value = RandomJSON.value(depth: 4, using: &round.random)
        round.tries(value.text)
        let again = (try JSONValue(parsing: value.text), try JSONValue(parsing: value.pretty()))
        #expect(again == (value, value))
        #expect(RandomJSON.isAcceptedByFoundation(Array(value.text.utf8)))
        #expect(RandomJSON.isAcceptedByFoundation(Array(value.pretty().utf8)))
      }
    }
  }

  @Test(arguments: Fuzz.seeds(20)) func `damaged text parses or throws, and all ways of reading agree`(
    seed: UInt64
  ) throws {
    // Invariant: any bytes parse or throw JSONError with a place within them; skipping, walking and Foundation agree.
    try Fuzz.round(seed) { round in
      for _ in 0..<100 {
        let text = Array(RandomJSON.value(depth: 3, using: &round.random).text.utf8)
        let bytes = round.random.damaged(text, spice: RandomJSON.spice)
        round.tries(bytes)
        try check(bytes)
      }
    }
  }

  @Test(arguments: Fuzz.seeds(20)) func `any mixture of tokens parses or throws`(seed: UInt64) throws {
    // Invariant: any bytes parse or throw JSONError with a place within them; skipping, walking and Foundation agree.
    try Fuzz.round(seed) { round in
      for _ in 0..<100 {
        let bytes = Array(round.random.text(of: RandomJSON.spice, upTo: 12).utf8)
        round.tries(bytes)
        try check(bytes)
      }
    }
  }

  @Test(arguments: Fuzz.seeds(20)) func `each number is exact or refused`(seed: UInt64) throws {
    // Invariant: an integer of 64 bits is exact, any other number is the nearest double, and none is written as infinite.
    try Fuzz.round(seed) { round in
      for _ in 0..<50 {
        let digits = round.random.text(of: ["0", "1", "9", "18446744073709551615", "9223372036854775808"], upTo: 3)
        let text =
          round.random.pick(["", "-"]) + (digits.isEmpty ? round.random.pick(SeededGenerator.strangeNumbers) : digits)
          + round.random.pick(["", "", ".0", ".5e3", "e400", "E-400"])
        round.tries(text)
        guard let value = try? JSONValue(parsing: text) else { continue }
        switch value {
        case .integer(let number): #expect(Int64(text) == number)
        case .unsigned(let number): #expect(UInt64(text) == number && number > UInt64(Int64.max))
        case .double(let number): #expect(Double(text) == number && number.isFinite && Int64(text) == nil)
        default: Issue.record("\(text) is read as \(value)")
        }
        let again = try JSONValue(parsing: value.text)
        #expect(again == value)
      }
    }
  }

  private func check(_ bytes: [UInt8]) throws {
    var isParsed = true
    var isRefusedByReaderOnly = false
    do throws(JSONError) {
      _ = try JSONValue(parsing: bytes)
    } catch {
      isParsed = false
      isRefusedByReaderOnly = error.message.contains("two members") || error.message.contains("too large")
      #expect((0...bytes.count).contains(error.offset))
      #expect((1...bytes.count { $0 == UInt8(ascii: "\n") } + 1).contains(error.line))
      #expect((1...bytes.count + 1).contains(error.column))
    }
    let (isSkipped, isWalked) = bytes.withUnsafeBytes { buffer in
      (RandomJSON.reads(buffer) { scanner throws(JSONError) in try scanner.skip() }, RandomJSON.reads(buffer, walk))
    }
    #expect(isSkipped == isParsed || isRefusedByReaderOnly)
    #expect(isWalked == isSkipped)
    if !isRefusedByReaderOnly { #expect(isParsed == RandomJSON.isAcceptedByFoundation(bytes)) }
  }

  /// Reads a value as a caller of the scanner does, who looks at every member and element.
  private func walk(_ scanner: inout JSONScanner) throws(JSONError) {
    switch try scanner.peek() {
    case .object:
      try scanner.beginObject()
      while try scanner.nextKey() != nil { try walk(&scanner) }
    case .array:
      try scanner.beginArray()
      while try scanner.nextElement() { try walk(&scanner) }
    case .string: _ = try scanner.string()
    case .bool: _ = try scanner.bool()
    case .null: #expect(try scanner.null())
    case .number: try scanner.skip()
    }
  }

  /// Linear work takes a fraction of a second; work that grows with the square would take hours.
  @Test(.timeLimit(.minutes(30))) func `a long object is read in step with its length`() throws {
    let text = "{" + (0..<100_000).map { "\"m\($0)\":\"\\u00e9\($0)\"" }.joined(separator: ",") + "}"
    #expect(try JSONValue(parsing: text).object?.count == 100_000)
  }

  @Test(arguments: [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":[", "]}]")])
  func `what is nested too deeply is refused, and all else is read`(opening: String, closing: String) throws {
    let width = opening.count { $0 == "[" || $0 == "{" }
    for levels in [JSONScanner.maximumDepth / width, JSONScanner.maximumDepth / width + 1, 1_000_000] {
      let text = String(repeating: opening, count: levels) + "1" + String(repeating: closing, count: levels)
      if levels * width <= JSONScanner.maximumDepth {
        #expect(try JSONValue(parsing: text).text == text)
      } else {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: opening, count: levels)) }
      }
    }
  }
}
