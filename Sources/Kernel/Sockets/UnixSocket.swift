import CLinux
import Glibc

/// Connecting to a Unix stream socket.
package enum UnixSocket {
  /// A connection that blocks.
  package static func connect(path: String) throws(SocketFailure) -> Descriptor {
    guard path.utf8.count <= SocketFailure.longestPath else { throw .pathTooLong(path: path) }
    do {
      return Descriptor(owning: try checked("connect") { clinux_connect(path, false) })
    } catch {
      if error.errno == ECONNREFUSED || error.errno == ENOENT { throw .nobodyListens(path: path) }
      throw .failed(path: path, error)
    }
  }
}
