import Glibc

/// Bytes in, lines out, however the bytes are cut.
///
/// Bytes are read straight into the buffer, and lines are slices of it: nothing is copied on the way. A byte is looked at
/// once. A line that is too long is told of as soon as that is known; the rest of it is not kept.
package struct FrameDecoder {
  /// What the bytes hold.
  package enum Frame: Hashable, Sendable {
    /// A line, without its newline.
    case line(ArraySlice<UInt8>)
    /// A line that is too long was left out; this is its beginning.
    case tooLong(beginning: [UInt8])
  }

  /// The longest line allowed, without its newline.
  package let maximumLineLength: Int
  /// Whether a line that is too long comes in pieces instead of being left out, as suits what people read.
  package let cutsLongLines: Bool
  /// How much of a line that was left out is told.
  package static let beginningLength = 16 << 10

  private var buffer: [UInt8] = []
  /// Where the next line begins, how far newlines have been searched for, and where the bytes end.
  private var start = 0
  private var searched = 0
  private var end = 0
  /// Whether the next bytes belong to a line that is left out.
  private var isSkipping = false

  private static let firstCapacity = 16 << 10
  /// What the buffer keeps, however little is in it.
  private static let idleCapacity = 64 << 10

  /// A decoder that has seen nothing; by default with the default limit of every link.
  package init(maximumLineLength: Int = 16 << 20, cutsLongLines: Bool = false) {
    self.maximumLineLength = maximumLineLength
    self.cutsLongLines = cutsLongLines
  }

  /// How many bytes of memory it holds.
  package var heldByteCount: Int { buffer.count }

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

  /// The next whole line, or word of one that is too long; nil when more bytes are needed.
  ///
  /// Let the slice go before the next `fill`, or the buffer is copied.
  package mutating func next() -> Frame? {
    if isSkipping {
      guard let newline = findNewline() else {
        start = end
        shrink()
        return nil
      }
      begin(after: newline)
      isSkipping = false
    }
    let newline = findNewline()
    let length = (newline ?? end) - start
    if length > maximumLineLength {
      guard cutsLongLines else { return leaveOut(upTo: newline) }
      start += maximumLineLength
      searched = newline ?? end
      return .line(buffer[(start - maximumLineLength)..<start])
    }
    guard let newline else {
      searched = end
      shrink()
      return nil
    }
    let line = buffer[start..<newline]
    begin(after: newline)
    return .line(line)
  }

  /// Leaves out the line that has no end yet, as if it were too long.
  ///
  /// - Returns: The line's beginning; nil if no line has begun, or if it is left out already.
  package mutating func skipLine() -> [UInt8]? {
    guard end > start, !isSkipping, case .tooLong(let beginning) = leaveOut(upTo: nil) else { return nil }
    return beginning
  }

  /// Takes the bytes of a line that will have no end.
  package mutating func takeRest() -> ArraySlice<UInt8> {
    defer { (start, searched) = (end, end) }
    return isSkipping ? [] : buffer[start..<end]
  }

  private func findNewline() -> Int? {
    guard searched < end else { return nil }
    return buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, let hit = memchr(base + searched, 0x0A, end - searched) else { return nil }
      return base.distance(to: UnsafeRawPointer(hit))
    }
  }

  private mutating func begin(after newline: Int) {
    start = newline + 1
    searched = start
  }

  private mutating func leaveOut(upTo newline: Int?) -> Frame {
    let beginning = Array(buffer[start..<(newline ?? end)].prefix(Self.beginningLength))
    if let newline {
      begin(after: newline)
    } else {
      (start, searched) = (end, end)
      isSkipping = true
      shrink()
    }
    return .tooLong(beginning: beginning)
  }

  /// Gives memory back that a long line needed and what is left of the bytes does not.
  private mutating func shrink() {
    if start == end { (start, searched, end) = (0, 0, 0) }
    guard buffer.count > Self.idleCapacity, end - start < buffer.count / 4 else { return }
    move(toCapacity: start == end ? 0 : max(Self.firstCapacity, 2 * (end - start)))
  }

  /// Takes what is left of the bytes to a buffer of another size.
  private mutating func move(toCapacity capacity: Int) {
    var other = [UInt8](repeating: 0, count: capacity)
    other.withUnsafeMutableBytes { new in
      buffer.withUnsafeBytes { old in new.copyMemory(from: UnsafeRawBufferPointer(rebasing: old[start..<end])) }
    }
    buffer = other
    (start, searched, end) = (0, searched - start, end - start)
  }

  /// Leaves at least one free byte at the end of the buffer.
  private mutating func makeRoom() {
    if start == end { (start, searched, end) = (0, 0, 0) }
    guard end == buffer.count else { return }
    guard start > 0, start >= buffer.count / 2 else {
      // Beyond the limit there is no use for more than one read's worth.
      let largest = max(maximumLineLength, end - start) + Self.firstCapacity
      return move(toCapacity: min(max(Self.firstCapacity, 2 * buffer.count), largest))
    }
    // At least half is free: what is moved has been paid for by as many bytes that were handed out.
    buffer.withUnsafeMutableBytes { bytes in
      UnsafeMutableRawBufferPointer(rebasing: bytes[..<(end - start)])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
    }
    (start, searched, end) = (0, searched - start, end - start)
  }
}
