import CLinux
import Glibc
import Synchronization

/// Where other threads leave letters for the reactor's thread.
///
/// A letter is a value that may cross threads; what is done with it stays behind, in the closure given to `mailbox`.
package final class Mailbox<Letter: Sendable>: Sendable {
  private let letters = Mutex<[Letter]>([])
  private let bell: Int32

  init() throws(KernelFailure) {
    bell = try checked("eventfd") { clinux_event_descriptor() }
  }

  deinit {
    Descriptor(owning: bell).close()
  }

  /// The descriptor that is readable when there are letters.
  var number: Int32 { bell }

  /// Leaves a letter and wakes the loop; from any thread.
  package func post(_ letter: Letter) {
    let wasEmpty = letters.withLock { letters in
      letters.append(letter)
      return letters.count == 1
    }
    // Whoever put the first letter in rings; the counter cannot overflow, so this does not fail.
    var ring: UInt64 = 1
    if wasEmpty { _ = write(bell, &ring, 8) }
  }

  /// Takes everything out.
  func takeAll() -> [Letter] {
    var rings: UInt64 = 0
    _ = read(bell, &rings, 8)
    return letters.withLock { letters in
      defer { letters.removeAll() }
      return letters
    }
  }
}

extension Reactor {
  /// A mailbox whose letters are given to `handler` on the reactor's thread, in order.
  ///
  /// It is watched as long as the reactor lives.
  package func mailbox<Letter: Sendable>(
    _ handler: @escaping (Letter) -> Void
  ) throws(KernelFailure) -> Mailbox<Letter> {
    let mailbox = try Mailbox<Letter>()
    _ = try watch(mailbox.number, .readable) { _ in
      for letter in mailbox.takeAll() { handler(letter) }
    }
    return mailbox
  }
}
