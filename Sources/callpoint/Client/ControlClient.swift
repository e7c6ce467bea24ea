import Glibc
import JSON
import Kernel

/// A blocking JSON-RPC 2.0 client of a host's control socket.
struct ControlClient: ~Copyable {
  /// Nobody listens at the socket's path.
  struct NoHost: Error, CustomStringConvertible {
    let path: String
    var description: String {
      "no host listens at \(path); start one with 'callpoint serve', or name its socket with --socket"
    }
  }

  /// The host's answer was an error.
  struct Refusal: Error, CustomStringConvertible {
    /// The stable word for what went wrong.
    let kind: String
    /// The sentence for people.
    let message: String
    var description: String { message }
  }

  /// The connection broke or carried something that is not JSON-RPC.
  struct Broken: Error, CustomStringConvertible {
    let description: String
  }

  private let descriptor: Descriptor
  private var unread: [UInt8] = []
  private var nextID = 1

  /// Connects to a host.
  ///
  /// - Parameters:
  ///   - path: The control socket.
  ///   - patience: How long to try while nobody listens there.
  /// - Throws: ``NoHost`` if nobody listens.
  init(path: String, patience: Duration = .zero) throws {
    let deadline = ContinuousClock.now + patience
    while true {
      do {
        descriptor = try UnixSocket.connect(path: path)
        return
      } catch {
        guard ContinuousClock.now < deadline else { throw NoHost(path: path) }
        // The host announces itself by listening; there is nothing to wait on before it does.
        usleep(20_000)
      }
    }
  }

  /// Sends a request without waiting for its answer.
  ///
  /// - Parameters:
  ///   - method: The method.
  ///   - params: Its parameters.
  /// - Returns: The number that the answer will carry.
  /// - Throws: ``Broken`` if the host has gone.
  mutating func send(_ method: String, _ params: JSONObject) throws -> Int {
    let id = nextID
    nextID += 1
    let request: JSONValue = [
      "jsonrpc": "2.0", "id": .integer(Int64(id)), "method": .string(method), "params": .object(params),
    ]
    var bytes: [UInt8] = []
    request.write(to: &bytes)
    bytes.append(UInt8(ascii: "\n"))
    try bytes.withUnsafeBytes { buffer in
      var sent = 0
      while sent < buffer.count {
        let count = write(descriptor.number, buffer.baseAddress?.advanced(by: sent), buffer.count - sent)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          // A host that turns a client away says why before it closes.
          while true { _ = try receive() }
        }
        sent += count
      }
    }
    return id
  }

  /// Waits for the next answer to any request.
  ///
  /// - Returns: The number of the request and its result.
  mutating func receive() throws -> (id: Int, result: Result<JSONValue, Refusal>) {
    let line = try nextLine()
    let message: JSONValue
    do {
      message = try JSONValue(parsing: line)
    } catch {
      throw Broken(description: "the host sent a line that is not JSON: \(error)")
    }
    let refusal = message["error"].map { error in
      let kind = error["data"]?["kind"]?.string ?? "invalid-request"
      return Refusal(kind: kind, message: error["message"]?.string ?? kind)
    }
    // An error without a number is about the whole connection.
    guard let id = message["id"]?.int else {
      throw refusal ?? Broken(description: "the host sent a message without an id")
    }
    return (id, refusal.map { .failure($0) } ?? .success(message["result"] ?? .null))
  }

  /// Sends a request and waits for its answer.
  mutating func call(_ method: String, _ params: JSONObject = [:]) throws -> JSONValue {
    let id = try send(method, params)
    while true {
      let answer = try receive()
      if answer.id == id { return try answer.result.get() }
    }
  }

  private mutating func nextLine() throws -> [UInt8] {
    var searched = 0
    while true {
      if let end = unread[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(unread[..<end])
        unread.removeFirst(end + 1)
        return line
      }
      searched = unread.count
      let room = 1 << 16
      let before = unread.count
      unread.append(contentsOf: repeatElement(0, count: room))
      let count = unread.withUnsafeMutableBytes { buffer in
        read(descriptor.number, buffer.baseAddress?.advanced(by: before), room)
      }
      unread.removeLast(room - max(count, 0))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Broken(description: "the host closed the connection before it answered") }
    }
  }
}
