import Glibc
import Kernel
import Testing

@Suite struct `Unix listener` {
  let directory = TemporaryDirectory()
  let reactor: Reactor
  var path: String { "\(directory.path)/socket" }

  init() throws {
    reactor = try Reactor()
    reactor.after(.seconds(20)) { [reactor] in reactor.stop() }
  }

  func listen(
    at path: String? = nil, _ onConnection: @escaping (consuming Descriptor) -> Void = { $0.close() }
  ) throws -> UnixListener {
    try UnixListener(path: path ?? self.path, reactor: reactor, onConnection: onConnection)
  }

  @Test func `who connects is served`() throws {
    var served = 0
    let listener = try listen { [reactor] connection in
      connection.close()
      served += 1
      reactor.stop()
    }
    let client = try UnixSocket.connect(path: path)
    reactor.run()
    #expect(served == 1)
    #expect(fcntl(client.number, F_GETFD) == FD_CLOEXEC)
    listener.close()
  }

  @Test func `only the same user may connect`() throws {
    let listener = try listen()
    var status = stat()
    #expect(lstat(path, &status) == 0)
    #expect(status.st_mode == S_IFSOCK | 0o600)
    listener.close()
  }

  @Test func `the file goes with the listener`() throws {
    try listen().close()
    #expect(access(path, F_OK) == -1)
    #expect(throws: SocketFailure.nobodyListens(path: path)) { try UnixSocket.connect(path: path).close() }
  }

  @Test func `a second listener is refused while the first lives`() throws {
    let first = try listen()
    #expect(throws: SocketFailure.inUse(path: path)) { try listen() }
    #expect(access(path, F_OK) == 0)
    first.close()
    try listen().close()
  }

  @Test func `a socket that nobody listens on any more is replaced`() async {
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let reactor = try Reactor()
      let listener = try UnixListener(path: path, reactor: reactor) { $0.close() }
      kill(getpid(), SIGKILL)
      listener.close()
    }
    #expect(access(path, F_OK) == 0)
    #expect(throws: Never.self) {
      let second = try listen()
      try UnixSocket.connect(path: path).close()
      second.close()
    }
  }

  @Test func `a file that is no socket stays`() throws {
    try Descriptor.open(path, flags: O_CREAT | O_WRONLY).close()
    #expect(throws: SocketFailure.notASocket(path: path)) { try listen() }
    #expect(access(path, F_OK) == 0)
  }

  @Test func `a path that does not fit into an address is refused in words`() throws {
    let name = String(repeating: "x", count: SocketFailure.longestPath - directory.path.utf8.count - 1)
    try listen(at: "\(directory.path)/\(name)").close()
    let long = "\(directory.path)/\(name)y"
    let failure = #expect(throws: SocketFailure.self) { try listen(at: long) }
    #expect(failure == .pathTooLong(path: long))
    #expect(failure?.description.contains("has 108 bytes; the system allows 107") == true)
  }

  @Test func `a directory that does not exist is named`() throws {
    let failure = #expect(throws: SocketFailure.self) { try listen(at: "/no/such/directory/socket") }
    #expect(
      failure?.description == "/no/such/directory/socket: open(/no/such/directory): No such file or directory")
  }

  @Test func `a process without free descriptors refuses connections and goes on`() async {
    await #expect(processExitsWith: .exitCode(7)) { [path = path as String] in
      let reactor = try Reactor()
      var served = 0
      let listener = try UnixListener(path: path, reactor: reactor) { connection in
        served += 1
        connection.close()
      }
      let clients = DescriptorBundle()
      for _ in 0..<2 { clients.add(try UnixSocket.connect(path: path)) }
      var hoard: [Int32] = []
      var limit = rlimit(rlim_cur: 64, rlim_max: 64)
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      while case let number = dup(0), number >= 0 { hoard.append(number) }
      // The first two are refused: their ends close.
      var refused = 0
      for number in clients.numbers {
        _ = try reactor.watch(number, .readable) { _ in
          refused += 1
          if refused == 2 { reactor.stop() }
        }
      }
      reactor.after(.seconds(10)) { reactor.stop() }
      reactor.run()
      guard refused >= 2, served == 0 else { exit(1) }
      for number in hoard { close(number) }
      let third = try UnixSocket.connect(path: path)
      _ = try reactor.watch(third.number, .readable) { _ in reactor.stop() }
      reactor.run()
      third.close()
      listener.close()
      exit(served == 1 ? 7 : 2)
    }
  }
}
