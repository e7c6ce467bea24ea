import Glibc
import Kernel

/// The terminal that the host was started from, if any.
struct Terminal {
  private let existed = Terminal.isThere

  /// Whether there was one and it has been closed: whoever started the host there cannot stop it there any more.
  var isGone: Bool { existed && !Self.isThere }

  private static var isThere: Bool {
    (try? Descriptor.open("/dev/tty", flags: O_RDWR | O_NOCTTY | O_NONBLOCK)) != nil
  }
}
