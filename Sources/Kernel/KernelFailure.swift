import Glibc

/// A system call that failed: which one, and why.
package struct KernelFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The call's name.
  package let call: String
  /// What the call left in `errno`.
  package let errno: Int32

  /// A failure whose error number is already known.
  package init(call: String, errno: Int32) {
    self.call = call
    self.errno = errno
  }

  /// The failure of the call that has just returned.
  static func last(_ call: String) -> KernelFailure {
    KernelFailure(call: call, errno: Glibc.errno)
  }

  /// The system's words for the error number alone.
  package var reason: String {
    strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
  }

  package var description: String { "\(call): \(reason)" }
}

/// Makes a system call, again when a signal interrupted it, and turns -1 into a thrown failure.
@discardableResult
func checked<Value: SignedInteger>(_ call: String, _ body: () -> Value) throws(KernelFailure) -> Value {
  while true {
    let value = body()
    if value != -1 { return value }
    if Glibc.errno != EINTR { throw .last(call) }
  }
}
