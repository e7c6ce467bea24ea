import Glibc

/// Bytes in, lines out, however the bytes are cut.
///
/// Bytes are read straight into the buffer, and lines are slices of it: nothing is copied on the way. A byte is looked at
/// once. After a violation the decoder fails for good; one that cuts lines knows no violation.
package struct FrameDecoder {
  /// The longest line allowed, without its newline.
  package let maximumLineLength: Int
  /// Whether a line that is too long comes in pieces instead of being a violation, as suits what people read.
  package let cutsLongLines: Bool

  private var buffer: [UInt8] = []
  /// Where the next line begins, how far newlines have been searched for, and where the bytes end.
  private var start = 0
  private var searched = 0
  private var end = 0
  private var violation: PeerViolation?

  private static let firstCapacity = 16 << 10
  /// What an empty buffer may keep.
  private static let idleCapacity = 256 << 10

  /// A decoder that has seen nothing; by default with the limit of every link.
  package init(maximumLineLength: Int = 16 << 20, cutsLongLines: Bool = false) {
    self.maximumLineLength = maximumLineLength
    self.cutsLongLines = cutsLongLines
  }

  /// Bytes of a line that has no end yet.
  package var pendingByteCount: Int { end - start }

  /// Offers room for bytes that come next; `fill` says how many it put there, from the beginning.
  package mutating func fill<Failure: Error>(
    _ fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) {
    makeRoom()
    let result = buffer.withUnsafeMutableBytes { bytes in
      Result { () throws(Failure) in try fill(UnsafeMutableRawBufferPointer(rebasing: bytes[end...])) }
    }
    end += try result.get()
  }

  /// Takes bytes that are somewhere else already.
  package mutating func append(_ bytes: some Collection<UInt8>) {
    var rest = bytes[...]
    while !rest.isEmpty {
      fill { room in
        let count = min(room.count, rest.count)
        room.copyBytes(from: rest.prefix(count))
        rest = rest.dropFirst(count)
        return count
      }
    }
  }

  /// The next whole line, without its newline; nil when more bytes are needed.
  ///
  /// Let the slice go before the next `fill`, or the buffer is copied.
  package mutating func nextLine() throws(PeerViolation) -> ArraySlice<UInt8>? {
    if let violation { throw violation }
    let found = findNewline()
    if cutsLongLines, (found ?? end) - start > maximumLineLength {
      start += maximumLineLength
      searched = found ?? end
      return buffer[(start - maximumLineLength)..<start]
    }
    guard let newline = found else {
      searched = end
      if end - start > maximumLineLength { throw fail(.lineTooLong(limit: maximumLineLength)) }
      return nil
    }
    if newline - start > maximumLineLength { throw fail(.lineTooLong(limit: maximumLineLength)) }
    let line = buffer[start..<newline]
    start = newline + 1
    searched = start
    return line
  }

  /// Takes the bytes of a line that will have no end.
  package mutating func takeRest() -> ArraySlice<UInt8> {
    defer { (start, searched) = (end, end) }
    return buffer[start..<end]
  }

  /// Says that no more bytes come.
  package mutating func finish() throws(PeerViolation) {
    if let violation { throw violation }
    if end > start { throw fail(.unterminatedLine(byteCount: end - start)) }
  }

  private func findNewline() -> Int? {
    guard searched < end else { return nil }
    return buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, let hit = memchr(base + searched, 0x0A, end - searched) else { return nil }
      return base.distance(to: UnsafeRawPointer(hit))
    }
  }

  private mutating func fail(_ violation: PeerViolation) -> PeerViolation {
    self.violation = violation
    buffer = []
    (start, searched, end) = (0, 0, 0)
    return violation
  }

  /// Leaves at least one free byte at the end of the buffer.
  private mutating func makeRoom() {
    if start == end {
      (start, searched, end) = (0, 0, 0)
      if buffer.count > Self.idleCapacity { buffer = [] }
    }
    guard end == buffer.count else { return }
    if start > 0, start >= buffer.count / 2 {
      // At least half is free: what is moved has been paid for by as many bytes that were handed out.
      buffer.withUnsafeMutableBytes { bytes in
        UnsafeMutableRawBufferPointer(rebasing: bytes[..<(end - start)])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
      }
    } else {
      var larger = [UInt8](repeating: 0, count: max(Self.firstCapacity, 2 * buffer.count))
      larger.withUnsafeMutableBytes { new in
        buffer.withUnsafeBytes { old in new.copyMemory(from: UnsafeRawBufferPointer(rebasing: old[start..<end])) }
      }
      buffer = larger
    }
    (start, searched, end) = (0, searched - start, end - start)
  }
}
