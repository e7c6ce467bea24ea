import CLinux

/// Writes lines to a pipe or socket without ever waiting: what does not fit is kept and written when there is room.
///
/// Dropping the writer closes the descriptor; what is still waiting is lost.
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
  private var registration: Registration?
  private var queue: OutputQueue
  private let onFailure: (KernelFailure) -> Void

  /// Makes a writer.
  ///
  /// At most `limit` bytes wait. `onFailure` is called once, from the reactor and never from within `send`.
  package init(
    _ descriptor: consuming Descriptor, reactor: Reactor, limit: Int = 64 << 20,
    onFailure: @escaping (KernelFailure) -> Void
  ) throws(KernelFailure) {
    try descriptor.setNonBlocking()
    let number = descriptor.number
    self.reactor = reactor
    self.descriptor = consume descriptor
    self.onFailure = onFailure
    queue = OutputQueue(limit: limit)
    registration = try reactor.watch(number, []) { [weak self] _ in self?.drain() }
  }

  deinit {
    close()
  }

  /// How many bytes wait for the other side to read.
  package var waitingByteCount: Int { queue.byteCount }

  /// Writes bytes, which end in a newline, in one call if they fit.
  ///
  /// Descriptors need a socket; they are closed here once they are on their way.
  @discardableResult
  package func send(_ bytes: UnsafeRawBufferPointer, passing bundle: DescriptorBundle? = nil) -> Outcome {
    guard let registration else { return .broken }
    if bytes.isEmpty { return .accepted }
    if !queue.isEmpty {
      guard queue.append(bytes, passing: bundle) else { return .full }
      onWaiting(queue.byteCount)
      return .accepted
    }
    var rest = bytes
    var bundle = bundle
    do throws(KernelFailure) {
      if case .bytes(let count) = try write(bytes, bundle) {
        rest = UnsafeRawBufferPointer(rebasing: bytes[count...])
        bundle = nil
      }
    } catch {
      fail(error)
      return .broken
    }
    if rest.isEmpty { return .accepted }
    _ = queue.append(rest, passing: bundle)
    reactor.change(registration, to: .writable)
    onWaiting(queue.byteCount)
    return .accepted
  }

  /// Writes bytes, which end in a newline, in one call if they fit.
  @discardableResult
  package func send(_ bytes: [UInt8], passing bundle: DescriptorBundle? = nil) -> Outcome {
    bytes.withUnsafeBytes { send($0, passing: bundle) }
  }

  /// Closes the descriptor; what is still waiting is lost.
  package func close() {
    guard let registration else { return }
    reactor.cancel(registration)
    self.registration = nil
    descriptor = nil
    queue = OutputQueue(limit: queue.limit)
  }

  private func write(
    _ bytes: UnsafeRawBufferPointer, _ bundle: DescriptorBundle?
  ) throws(KernelFailure) -> IOOutcome {
    guard let bundle else { return try descriptor?.write(bytes) ?? .wouldBlock }
    return try descriptor?.send(bytes, passing: bundle) ?? .wouldBlock
  }

  private func drain() {
    guard let registration else { return }
    do throws(KernelFailure) {
      try queue.drain { (bytes, bundle) throws(KernelFailure) in try write(bytes, bundle) }
      if queue.isEmpty { reactor.change(registration, to: []) }
      onWaiting(queue.byteCount)
    } catch {
      fail(error)
    }
  }

  private func fail(_ failure: KernelFailure) {
    close()
    reactor.defer { [weak self] in self?.onFailure(failure) }
  }
}
