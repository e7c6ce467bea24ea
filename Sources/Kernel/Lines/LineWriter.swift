import CLinux

/// Writes lines to a pipe or socket without ever waiting: what does not fit is kept and written when there is room.
///
/// What is sent during one turn of the reactor goes out together when the turn ends, or earlier if it is much: one
/// system call for all of it. Dropping the writer closes the descriptor; what does not fit then is lost.
package final class LineWriter {
  /// What became of a message.
  package enum Outcome: Hashable, Sendable {
    /// It is written, or will be.
    case accepted
    /// The other side does not read: so much waits already that this one was refused.
    case full
    /// The other side has gone; `onFailure` has said so, or is about to.
    case broken
  }

  /// Called with how many bytes wait for the other side to read, when that has changed.
  package var onWaiting: (Int) -> Void = { _ in }

  private let reactor: Reactor
  private var descriptor: Descriptor?
  /// The watch for room, while the other side has to read before more can be written.
  private var registration: Registration?
  private var queue: OutputQueue
  /// Whether the end of the turn will write what is there.
  private var isFlushDue = false
  private let onFailure: (KernelFailure) -> Void

  /// So much does not wait for the end of the turn.
  private static let plenty = 32 << 10

  /// Makes a writer.
  ///
  /// At most `limit` bytes wait. `onFailure` is called once, from the reactor and never from within `send`.
  package init(
    _ descriptor: consuming Descriptor, reactor: Reactor, limit: Int = 64 << 20,
    onFailure: @escaping (KernelFailure) -> Void
  ) throws(KernelFailure) {
    try descriptor.setNonBlocking()
    self.reactor = reactor
    self.descriptor = consume descriptor
    self.onFailure = onFailure
    queue = OutputQueue(limit: limit)
  }

  deinit {
    close()
  }

  /// How many bytes wait for the other side to read; what goes out at the end of the turn does not count.
  package var waitingByteCount: Int { isBlocked ? queue.byteCount : 0 }

  /// Writes bytes, which end in a newline.
  ///
  /// Descriptors need a socket; they are closed here once they are on their way.
  @discardableResult
  package func send(_ bytes: UnsafeRawBufferPointer, passing bundle: DescriptorBundle? = nil) -> Outcome {
    guard isOpen else { return .broken }
    if !queue.append(bytes, passing: bundle) {
      flush()
      guard isOpen else { return .broken }
      guard queue.append(bytes, passing: bundle) else { return .full }
    }
    return appended()
  }

  /// Writes bytes, which end in a newline.
  @discardableResult
  package func send(_ bytes: [UInt8], passing bundle: DescriptorBundle? = nil) -> Outcome {
    bytes.withUnsafeBytes { send($0, passing: bundle) }
  }

  /// Writes a message that is composed in place, behind what the bytes hold already; none if nothing is added.
  ///
  /// `compose` must not send anything itself.
  @discardableResult
  package func send(passing bundle: DescriptorBundle? = nil, composing compose: (inout [UInt8]) -> Void) -> Outcome {
    guard isOpen else { return .broken }
    guard let surplus = queue.append(passing: bundle, composing: compose) else { return appended() }
    return send(surplus, passing: bundle)
  }

  /// Writes what was sent during this turn, as far as there is room.
  package func flush() {
    isFlushDue = false
    if !isBlocked { drain() }
  }

  /// Closes the descriptor; what does not fit any more is lost.
  package func close() {
    guard isOpen else { return }
    if !isBlocked {
      do throws(KernelFailure) {
        try writeQueue()
      } catch {
        // Nobody reads it any more.
      }
    }
    endWatch()
    descriptor = nil
    queue = OutputQueue(limit: queue.limit)
  }

  private var isOpen: Bool { descriptor != nil }

  private var isBlocked: Bool { registration != nil }

  /// Sees to it that what has been put into the queue is written.
  private func appended() -> Outcome {
    if isBlocked {
      onWaiting(queue.byteCount)
    } else if queue.byteCount >= Self.plenty {
      flush()
    } else if !isFlushDue, !queue.isEmpty {
      isFlushDue = true
      reactor.atTurnEnd { [self] in flush() }
    }
    return isOpen ? .accepted : .broken
  }

  private func write(
    _ bytes: UnsafeRawBufferPointer, _ bundle: DescriptorBundle?
  ) throws(KernelFailure) -> IOOutcome {
    guard let bundle else { return try descriptor?.write(bytes) ?? .wouldBlock }
    return try descriptor?.send(bytes, passing: bundle) ?? .wouldBlock
  }

  private func writeQueue() throws(KernelFailure) {
    try queue.drain { (bytes, bundle) throws(KernelFailure) in try write(bytes, bundle) }
  }

  private func drain() {
    guard let number = descriptor?.number else { return }
    let wasBlocked = isBlocked
    do throws(KernelFailure) {
      try writeQueue()
      if queue.isEmpty {
        endWatch()
      } else if !isBlocked {
        registration = try reactor.watch(number, .writable) { [unowned self] _ in drain() }
      }
    } catch {
      return fail(error)
    }
    if wasBlocked || isBlocked { onWaiting(queue.byteCount) }
  }

  private func endWatch() {
    if let registration { reactor.cancel(registration) }
    registration = nil
  }

  private func fail(_ failure: KernelFailure) {
    queue = OutputQueue(limit: queue.limit)
    close()
    reactor.defer { [weak self] in self?.onFailure(failure) }
  }
}
