/// A Unix socket that could not be made or reached.
package enum SocketFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The path does not fit into a socket address.
  case pathTooLong(path: String)
  /// Somebody listens there already.
  case inUse(path: String)
  /// There is something at the path that is not a socket.
  case notASocket(path: String)
  /// Nobody listens there.
  case nobodyListens(path: String)
  /// A system call failed.
  case failed(path: String, KernelFailure)

  /// What fits into a socket address, without the final zero.
  package static let longestPath = 107

  package var description: String {
    switch self {
    case .pathTooLong(let path):
      "the socket path \(path) has \(path.utf8.count) bytes; the system allows \(Self.longestPath): choose a shorter one"
    case .inUse(let path): "somebody listens on \(path) already: stop that process or choose another path"
    case .notASocket(let path): "\(path) exists and is not a socket: remove it or choose another path"
    case .nobodyListens(let path): "nobody listens on \(path): is `callpoint serve` running?"
    case .failed(let path, let failure): "\(path): \(failure)"
    }
  }
}
