/// The process at the other end of a Unix socket, as it was when it connected.
package struct PeerCredentials: Hashable, Sendable {
  /// Its process id.
  package let pid: Int32
  /// Its effective user.
  package let user: UInt32

  /// Credentials as given.
  package init(pid: Int32, user: UInt32) {
    self.pid = pid
    self.user = user
  }
}
