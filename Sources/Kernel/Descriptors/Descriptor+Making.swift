import CLinux
import Glibc

extension Descriptor {
  /// Two descriptors that belong together, each handed out once; those that are left are closed.
  package struct Pair: ~Copyable {
    private var first: Descriptor?
    private var second: Descriptor?

    fileprivate init(_ first: Int32, _ second: Int32) {
      self.first = Descriptor(owning: first)
      self.second = Descriptor(owning: second)
    }

    /// Hands out the end of a pipe where bytes come out, or one end of a socket pair.
    package mutating func takeReadEnd() -> Descriptor { Self.take(&first) }

    /// Hands out the end of a pipe where bytes go in, or the other end of a socket pair.
    package mutating func takeWriteEnd() -> Descriptor { Self.take(&second) }

    private static func take(_ end: inout Descriptor?) -> Descriptor {
      guard let taken = end.take() else { preconditionFailure("this end has been taken already") }
      return taken
    }
  }

  /// What a socket pair preserves.
  package enum SocketKind: Sendable {
    /// Bytes.
    case stream
    /// Messages, in order.
    case messages
  }

  /// A pipe; both ends block.
  package static func pipe() throws(KernelFailure) -> Pair {
    var ends: (Int32, Int32) = (-1, -1)
    try withTwo(&ends, "pipe2") { clinux_pipe($0) }
    return Pair(ends.0, ends.1)
  }

  /// A pair of connected Unix sockets; both ends block.
  package static func socketPair(_ kind: SocketKind = .stream) throws(KernelFailure) -> Pair {
    let type =
      switch kind {
      case .stream: SOCK_STREAM
      case .messages: SOCK_SEQPACKET
      }
    var ends: (Int32, Int32) = (-1, -1)
    try withTwo(&ends, "socketpair") { clinux_socket_pair(Int32(type.rawValue), $0) }
    return Pair(ends.0, ends.1)
  }

  /// Anonymous memory of a fixed size, filled with zeros.
  package static func memory(name: String, size: Int) throws(KernelFailure) -> Descriptor {
    let memory = Descriptor(owning: try checked("memfd_create") { clinux_memory_descriptor(name) })
    let number = memory.number
    try checked("ftruncate") { ftruncate(number, size) }
    return memory
  }

  /// Opens a file.
  package static func open(_ path: String, flags: Int32, mode: UInt32 = 0o600) throws(KernelFailure) -> Descriptor {
    Descriptor(owning: try checked("open(\(path))") { Glibc.open(path, flags | O_CLOEXEC, mode) })
  }

  /// A second descriptor for an open file of somebody else.
  package static func duplicate(of number: Int32) throws(KernelFailure) -> Descriptor {
    try duplicate(of: number, atLeast: 0)
  }

  /// A second descriptor for an open file, whose number is not below another one.
  static func duplicate(of number: Int32, atLeast least: Int32) throws(KernelFailure) -> Descriptor {
    Descriptor(owning: try checked("fcntl(F_DUPFD_CLOEXEC)") { clinux_duplicate(number, least) })
  }

  /// `/dev/null`, for reading and writing.
  package static func devNull() throws(KernelFailure) -> Descriptor {
    try open("/dev/null", flags: O_RDWR)
  }

  /// Calls C with room for two descriptors.
  private static func withTwo(
    _ ends: inout (Int32, Int32), _ call: String, _ body: (UnsafeMutablePointer<Int32>) -> Int32
  ) throws(KernelFailure) {
    let result = withUnsafeMutableBytes(of: &ends) { bytes in
      bytes.withMemoryRebound(to: Int32.self) { numbers in numbers.baseAddress.map(body) ?? -1 }
    }
    if result == -1 { throw .last(call) }
  }
}
