extension SeededGenerator {
  /// A number from a range.
  package mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  /// Whether something happens that happens once in so many times.
  package mutating func oneIn(_ times: Int) -> Bool { number(1...times) == 1 }

  /// One of the elements; there must be one.
  package mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(0...elements.count - 1)] }

  /// A text of up to so many pieces.
  package mutating func text(of pieces: [String], upTo count: Int) -> String {
    var text = ""
    for _ in 0..<number(0...count) { text += pick(pieces) }
    return text
  }

  /// Bytes with some damage: changed, lost, repeated, cut off, or with a piece of `spice` or a strange number in them.
  ///
  /// - Parameters:
  ///   - bytes: What is damaged; it is not changed.
  ///   - spice: Pieces that mean something to whoever reads the bytes.
  /// - Returns: The damaged bytes.
  package mutating func damaged(_ bytes: [UInt8], spice: [String]) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<number(1...4) where !bytes.isEmpty {
      let place = number(0...bytes.count - 1)
      let end = min(bytes.count, place + number(1...40))
      switch number(0...7) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &self)
      case 1: bytes.remove(at: place)
      case 2: bytes.removeSubrange(place..<end)
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: number(0...bytes.count))
      case 4: bytes.removeSubrange(place...)
      case 5: exchangeNumber(in: &bytes, from: place)
      default: bytes.insert(contentsOf: pick(spice).utf8, at: place)
      }
    }
    return bytes
  }

  /// Puts a strange number in the place of the first one behind a place.
  private mutating func exchangeNumber(in bytes: inout [UInt8], from place: Int) {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard let start = bytes[place...].firstIndex(where: digits.contains) else { return }
    let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.count
    bytes.replaceSubrange(start..<end, with: pick(Self.strangeNumbers).utf8)
  }

  /// Numbers at the edges of what fits somewhere, and beyond.
  package static let strangeNumbers = [
    "0", "-0", "-1", "007", "255", "256", "65536", "2147483647", "2147483648", "4294967295", "4294967296",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
    "18446744073709551615", "18446744073709551616", "170141183460469231731687303715884105728", "1e9", "1e400", "0.5",
    "-1e-400", "0x7fffffff", "1" + String(repeating: "0", count: 400),
  ]
}
