import Glibc

/// Reads lines from a descriptor as they come.
///
/// Dropping the reader ends the watch and closes the descriptor.
package final class LineReader {
  /// Why no more lines come.
  package enum End: Error, Hashable, Sendable, CustomStringConvertible {
    /// The other side closed, after a whole line.
    case closed
    /// The other side closed within a line.
    case cutOff(byteCount: Int)
    /// Reading failed.
    case failed(KernelFailure)

    package var description: String {
      switch self {
      case .closed: "the other side has closed the connection"
      case .cutOff(let count): "the connection ended within a line, after \(count) bytes of it"
      case .failed(let failure): failure.description
      }
    }
  }

  /// What becomes of lines that are too long.
  package enum LongLines {
    /// They come in pieces, and a last line without its end comes too, as suits what people read.
    case cut
    /// They are left out; the closure gets the beginning of each as soon as it is too long.
    case skip((_ beginning: [UInt8]) -> Void)
  }

  /// Called with the bytes of memory that wait for the end of a line, after each read.
  package var onHeld: (Int) -> Void = { _ in }

  private let reactor: Reactor
  private var descriptor: Descriptor?
  private var registration: Registration?
  private var decoder: FrameDecoder
  private let longLines: LongLines
  private let onLine: (ArraySlice<UInt8>) -> Void
  private let onEnd: (End) -> Void

  /// How many bytes one peer may bring before others have their turn.
  private static let turn = 256 << 10

  /// Starts to read, unless it is to wait for ``resume()``.
  ///
  /// `onLine` is called for every line, without its newline; `onEnd` once, after the last line, unless the reader is
  /// closed or dropped before.
  package init(
    _ descriptor: consuming Descriptor, reactor: Reactor, maximumLineLength: Int = 16 << 20,
    longLines: LongLines = .cut, isPaused: Bool = false, onLine: @escaping (ArraySlice<UInt8>) -> Void,
    onEnd: @escaping (End) -> Void
  ) throws(KernelFailure) {
    try descriptor.setNonBlocking()
    let number = descriptor.number
    self.reactor = reactor
    self.descriptor = consume descriptor
    self.longLines = longLines
    self.onLine = onLine
    self.onEnd = onEnd
    let cuts = if case .cut = longLines { true } else { false }
    decoder = FrameDecoder(maximumLineLength: maximumLineLength, cutsLongLines: cuts)
    registration = try reactor.watch(number, isPaused ? [] : .readable) { [unowned self] _ in
      read(atMost: Self.turn, stopsWhenShort: true)
    }
  }

  deinit {
    close()
  }

  /// Begins to read what a reader that was made to wait has not read.
  package func resume() {
    if let registration { reactor.change(registration, to: .readable) }
  }

  /// Whether lines may still come.
  package var isOpen: Bool { registration != nil }

  /// Delivers now what the other side has written so far, of a process that has died for example.
  ///
  /// What others write in the meantime, who hold the other end too, may come with it, but is not waited for.
  package func readUntilBlocked() {
    guard let number = descriptor?.number else { return }
    var waiting: CInt = 0
    guard ioctl(number, UInt(FIONREAD), &waiting) == 0 else { return read(atMost: Self.turn) }
    // One read more than there are bytes meets the end, if it has come.
    read(atMost: Int(waiting) + 1)
  }

  /// Closes the descriptor.
  ///
  /// No line and no end is delivered any more.
  package func close() {
    guard let registration else { return }
    reactor.cancel(registration)
    self.registration = nil
    descriptor = nil
  }

  /// Delivers what the other side has written so far, a line without an end too, and closes the descriptor.
  package func readRestAndClose() {
    readUntilBlocked()
    guard isOpen else { return }
    let rest = decoder.takeRest()
    if !rest.isEmpty { onLine(rest) }
    close()
  }

  /// - Parameters:
  ///   - limit: How many bytes may come before others have their turn.
  ///   - stopsWhenShort: Whether a read that leaves room is the last: nothing was left then, and what comes later, the end
  ///     too, is another event.
  private func read(atMost limit: Int, stopsWhenShort: Bool = false) {
    var total = 0
    var isShort = false
    while isOpen, total < limit {
      var outcome = IOOutcome.wouldBlock
      do throws(KernelFailure) {
        try decoder.fill { (room) throws(KernelFailure) in
          outcome = try descriptor?.read(into: room) ?? .wouldBlock
          guard case .bytes(let count) = outcome else { return 0 }
          isShort = count < room.count
          return count
        }
      } catch {
        return end(.failed(error))
      }
      switch outcome {
      case .wouldBlock: return
      case .endOfFile: return finish()
      case .bytes(let count): total += count
      }
      deliver()
      if isShort, stopsWhenShort { return }
    }
  }

  private func deliver() {
    while isOpen, let frame = decoder.next() {
      switch frame {
      case .line(let line): onLine(line)
      case .tooLong(let beginning): leftOut(beginning)
      }
    }
    if isOpen { onHeld(decoder.heldByteCount) }
  }

  /// Leaves out the line that has no end yet, as if it were too long.
  package func skipLine() {
    if let beginning = decoder.skipLine() { leftOut(beginning) }
    onHeld(decoder.heldByteCount)
  }

  private func leftOut(_ beginning: [UInt8]) {
    if case .skip(let body) = longLines { body(beginning) }
  }

  private func finish() {
    let rest = decoder.takeRest()
    if rest.isEmpty { return end(.closed) }
    guard case .cut = longLines else { return end(.cutOff(byteCount: rest.count)) }
    onLine(rest)
    end(.closed)
  }

  private func end(_ end: End) {
    guard isOpen else { return }
    close()
    onEnd(end)
  }
}
