import CLinux
import Glibc

/// A Unix stream socket that others connect to; only the same user may.
///
/// Dropping the listener removes the socket's file.
package final class UnixListener {
  /// Where it listens.
  package let path: String

  private let reactor: Reactor
  private var descriptor: Descriptor?
  private let file: FileIdentity
  /// Given up for a moment when the table is full, to take a connection and close it: an untaken one would be reported
  /// again and again.
  private var spare: Descriptor?
  private var registration: Registration?
  private let onConnection: (consuming Descriptor) -> Void
  private let onRefusal: (KernelFailure) -> Void

  /// Listens at `path`; what a listener left behind that is no more is replaced.
  ///
  /// `onConnection` gets every connection, non-blocking; `onRefusal` is told of each that is closed at once as no
  /// descriptor is left for it.
  package init(
    path: String, reactor: Reactor, onRefusal: @escaping (KernelFailure) -> Void = { _ in },
    onConnection: @escaping (consuming Descriptor) -> Void
  ) throws(SocketFailure) {
    self.path = path
    self.reactor = reactor
    self.onConnection = onConnection
    self.onRefusal = onRefusal
    let listener = try Self.listen(path)
    let number = listener.number
    descriptor = consume listener
    file = try at(path) { () throws(KernelFailure) in try FileIdentity(at: path) }
    spare = try at(path) { () throws(KernelFailure) in try Descriptor.devNull() }
    registration = try at(path) { () throws(KernelFailure) in
      try reactor.watch(number, .readable) { [weak self] _ in self?.acceptAll() }
    }
  }

  deinit {
    close()
  }

  /// Stops listening and removes the file, unless somebody else has put theirs there.
  package func close() {
    guard let registration else { return }
    reactor.cancel(registration)
    self.registration = nil
    descriptor = nil
    if let present = try? FileIdentity(at: path), present == file { unlink(path) }
  }

  // MARK: - Taking connections

  private func acceptAll() {
    while let listener = descriptor?.number {
      let connection = clinux_accept(listener)
      if connection >= 0 {
        onConnection(Descriptor(owning: connection))
        // It was given while descriptors were short.
        if spare == nil { spare = try? Descriptor.devNull() }
      } else if errno == EMFILE || errno == ENFILE {
        let failure = KernelFailure.last("accept")
        guard refuseOne(of: listener) else { return spare == nil ? pause() : () }
        onRefusal(failure)
      } else if errno != EINTR && errno != ECONNABORTED {
        return
      }
    }
  }

  /// Looks away for a moment: as long as a connection waits the loop would be told of it again and again.
  private func pause() {
    guard let registration else { return }
    reactor.change(registration, to: [])
    reactor.after(.milliseconds(100)) { [weak self] in
      guard let self, self.registration == registration else { return }
      reactor.change(registration, to: .readable)
    }
  }

  /// Takes a connection only to close it; false if there is none, or if even that is impossible for now.
  private func refuseOne(of listener: Int32) -> Bool {
    // Another thread may have been faster when the spare one's place was free.
    if spare == nil { spare = try? Descriptor.devNull() }
    guard let given = spare.take() else { return false }
    given.close()
    let connection = clinux_accept(listener)
    if connection >= 0 { Descriptor(owning: connection).close() }
    spare = try? Descriptor.devNull()
    return connection >= 0
  }

  // MARK: - Taking the path

  private static func listen(_ path: String) throws(SocketFailure) -> Descriptor {
    guard path.utf8.count <= SocketFailure.longestPath else { throw .pathTooLong(path: path) }
    // Two processes that start at once must not both find the old socket stale: one after the other.
    let directory = try at(path) { () throws(KernelFailure) in
      try Descriptor.open(Self.directory(of: path), flags: O_RDONLY | O_DIRECTORY)
    }
    let lock = directory.number
    _ = try at(path) { () throws(KernelFailure) in try checked("flock") { flock(lock, LOCK_EX) } }
    try removeStale(path)
    return try at(path) { () throws(KernelFailure) in
      Descriptor(owning: try checked("bind") { clinux_listen(path, 128) })
    }
  }

  private static func removeStale(_ path: String) throws(SocketFailure) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
    let connection = clinux_connect(path, true)
    if connection >= 0 { Descriptor(owning: connection).close() }
    // A listener whose queue is full makes others wait: it is alive.
    if connection >= 0 || errno == EAGAIN { throw .inUse(path: path) }
    guard errno == ECONNREFUSED else { throw .failed(path: path, .last("connect")) }
    unlink(path)
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

/// Says at which path a call failed.
private func at<Value: ~Copyable>(
  _ path: String, _ body: () throws(KernelFailure) -> Value
) throws(SocketFailure) -> Value {
  do {
    return try body()
  } catch {
    throw .failed(path: path, error)
  }
}
