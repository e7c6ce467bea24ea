/// Reads lines from a descriptor as they come.
///
/// Dropping the reader ends the watch and closes the descriptor.
package final class LineReader {
  /// Why no more lines come.
  package enum End: Error, Hashable, Sendable, CustomStringConvertible {
    /// The other side closed, after a whole line.
    case closed
    /// The other side sent what is no line.
    case violation(PeerViolation)
    /// Reading failed.
    case failed(KernelFailure)

    package var description: String {
      switch self {
      case .closed: "the other side has closed the connection"
      case .violation(let violation): violation.description
      case .failed(let failure): failure.description
      }
    }
  }

  private let reactor: Reactor
  private var descriptor: Descriptor?
  private var registration: Registration?
  private var decoder: FrameDecoder
  private let onLine: (ArraySlice<UInt8>) -> Void
  private let onEnd: (End) -> Void

  /// How many bytes one peer may bring before others have their turn.
  private static let turn = 256 << 10

  /// Starts to read.
  ///
  /// `onLine` is called for every line, without its newline; `onEnd` once, after the last line, unless the reader is
  /// closed or dropped before. With `cutsLongLines`, lines that are too long or have no end come in pieces.
  package init(
    _ descriptor: consuming Descriptor, reactor: Reactor, maximumLineLength: Int = 16 << 20,
    cutsLongLines: Bool = false, onLine: @escaping (ArraySlice<UInt8>) -> Void, onEnd: @escaping (End) -> Void
  ) throws(KernelFailure) {
    try descriptor.setNonBlocking()
    let number = descriptor.number
    self.reactor = reactor
    self.descriptor = consume descriptor
    self.onLine = onLine
    self.onEnd = onEnd
    decoder = FrameDecoder(maximumLineLength: maximumLineLength, cutsLongLines: cutsLongLines)
    registration = try reactor.watch(number, .readable) { [weak self] _ in self?.read(atMost: Self.turn) }
  }

  deinit {
    close()
  }

  /// Whether lines may still come.
  package var isOpen: Bool { registration != nil }

  /// Delivers now what the other side has written so far, of a process that has died for example.
  package func readUntilBlocked() {
    read(atMost: .max)
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
    deliverRest()
    close()
  }

  private func read(atMost limit: Int) {
    var total = 0
    while isOpen, total < limit {
      var outcome = IOOutcome.wouldBlock
      do throws(KernelFailure) {
        try decoder.fill { (room) throws(KernelFailure) in
          outcome = try descriptor?.read(into: room) ?? .wouldBlock
          guard case .bytes(let count) = outcome else { return 0 }
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
    }
  }

  private func deliver() {
    do throws(PeerViolation) {
      while isOpen, let line = try decoder.nextLine() { onLine(line) }
    } catch {
      end(.violation(error))
    }
  }

  private func deliverRest() {
    let rest = decoder.takeRest()
    if !rest.isEmpty { onLine(rest) }
  }

  private func finish() {
    if decoder.cutsLongLines { deliverRest() }
    do throws(PeerViolation) {
      try decoder.finish()
      end(.closed)
    } catch {
      end(.violation(error))
    }
  }

  private func end(_ end: End) {
    guard isOpen else { return }
    close()
    onEnd(end)
  }
}
