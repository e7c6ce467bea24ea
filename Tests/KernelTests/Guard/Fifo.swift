import Glibc
import Kernel

/// A pipe with a name, for processes that cannot inherit one.
final class Fifo {
  let path: String
  /// Where it is, and where a process may leave what it cannot remove itself.
  let directory = TemporaryDirectory()
  private let reader: Descriptor

  init() throws {
    path = directory.path + "/fifo"
    precondition(mkfifo(path, 0o600) == 0, "no FIFO at \(path): errno \(errno)")
    reader = try Descriptor.open(path, flags: O_RDONLY | O_NONBLOCK)
  }

  /// Whether the last writer has gone, or goes in this time.
  func endsWithin(seconds: Int) throws -> Bool {
    let reactor = try Reactor()
    var hasEnded = false
    let lines = try LineReader(try reader.duplicate(), reactor: reactor) { _ in
    } onEnd: { _ in
      hasEnded = true
      reactor.stop()
    }
    reactor.after(.seconds(seconds)) { reactor.stop() }
    reactor.run()
    lines.close()
    return hasEnded
  }
}
