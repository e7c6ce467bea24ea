/// Finds the bytes in a string that are more than themselves, eight at a time.
enum PlainText {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  /// How many bytes from a place on are ASCII and neither control characters, quotes nor backslashes.
  ///
  /// - Parameters:
  ///   - bytes: The text.
  ///   - start: Where to begin.
  ///   - end: Where to stop.
  /// - Returns: The number of plain bytes before the first other one, or up to `end`.
  static func count(in bytes: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Int {
    precondition(start >= 0 && start <= end && end <= bytes.count, "\(start)..<\(end) is not within the text")
    guard let base = bytes.baseAddress else { return 0 }
    var place = start
    while end &- place >= 8 {
      let others = others(at: base + place)
      guard others == 0 else { return place &- start &+ others.trailingZeroBitCount / 8 }
      place &+= 8
    }
    while place < end, isPlain(bytes[place]) { place += 1 }
    return place - start
  }

  /// The high bit of each of eight bytes that is not plain; what lies above the first one means nothing.
  private static func others(at place: UnsafeRawPointer) -> UInt64 {
    let word = UInt64(littleEndian: place.loadUnaligned(as: UInt64.self))
    // A byte less than what is taken from it borrows: it is the lowest one that does, as all below were large enough.
    let control = word &- 0x20 &* ones
    let quote = (word ^ 0x22 &* ones) &- ones
    let backslash = (word ^ 0x5C &* ones) &- ones
    return (word | control | quote | backslash) & highBits
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x20..<0x80).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }
}
