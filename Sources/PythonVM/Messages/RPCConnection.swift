package import Callpoints
package import JSON
package import Kernel

/// One end of a control socket's connection: JSON-RPC 2.0, one object a line.
///
/// Owner: the reactor's thread.
package final class RPCConnection {
  /// A request that wants an answer.
  package struct Request {
    /// The number or string that the answer carries.
    package let id: JSONValue
    /// The method.
    package let method: String
    /// The parameters; `{}` if there are none.
    package let params: JSONValue
    /// How long its text was.
    package let byteCount: Int
  }

  /// Offered each line before values are made of it; one that it does not take goes on to the others.
  ///
  /// The bytes are valid while it runs.
  package var onText: (UnsafeRawBufferPointer) -> Bool = { _ in false }
  /// Called for each request.
  package var onRequest: (Request) -> Void = { _ in }
  /// Called for each message that wants no answer.
  package var onNotification: (_ method: String, _ params: JSONValue) -> Void = { _, _ in }
  /// Called once when the other side has gone or was cut off; not after ``close()``.
  package var onEnd: () -> Void = {}

  /// Called when a message, an answer or the connection itself is refused because it, or all together, take too much.
  package var onRefusal: (CallError) -> Void = { _ in }
  /// Called with how many bytes are held of a line that has no end yet.
  package var onUnfinished: (Int) -> Void = { _ in }
  /// Called with how many bytes of answers wait for the other side to read.
  package var onUnread: (Int) -> Void = { _ in }

  private let limit: Int
  /// Why a line is left out that is not too long.
  private var skipReason: CallError?
  private var reader: LineReader?
  private var writer: LineWriter?

  /// Takes over a connected socket.
  ///
  /// - Parameters:
  ///   - descriptor: The socket.
  ///   - reactor: Where it is watched.
  ///   - messageLimit: The longest message, either way, in bytes.
  /// - Throws: ``KernelFailure`` if it cannot be watched.
  package init(_ descriptor: consuming Descriptor, reactor: Reactor, messageLimit: Int) throws(KernelFailure) {
    limit = messageLimit
    writer = try LineWriter(descriptor.duplicate(), reactor: reactor) { [unowned self] _ in end() }
    reader = try LineReader(
      descriptor, reactor: reactor, maximumLineLength: messageLimit,
      longLines: .skip { [unowned self] beginning in receivedTooMuch(beginning) },
      onLine: { [unowned self] line in line.withUnsafeBytes { received($0) } },
      onEnd: { [unowned self] _ in end() })
    reader?.onHeld = { [unowned self] in onUnfinished($0) }
    writer?.onWaiting = { [unowned self] in onUnread($0) }
  }

  /// Whether the connection can still carry an answer.
  package var isOpen: Bool { writer != nil }

  /// Writes what was sent during this turn.
  ///
  /// - Returns: Whether all was written; what was not waits for the other side to read.
  package func flush() -> Bool {
    writer?.flush()
    return writer.map { $0.waitingByteCount == 0 } ?? true
  }

  /// Answers a request.
  package func reply(to id: JSONValue, _ result: JSONValue) {
    reply(to: id) { $0.value(result) }
  }

  /// Answers a request with a result that is written in place.
  package func reply(to id: JSONValue, result: (inout JSONWriter) -> Void) {
    var length = 0
    send { writer in
      writer.literal(",\"id\":")
      writer.value(id)
      writer.literal(",\"result\":")
      result(&writer)
    } checking: {
      length = $0
      return length <= limit
    }
    guard length > limit else { return }
    let text = "the request was carried out, but its answer, of \(length) bytes, is longer than "
    let error = CallError(.tooLarge, text + MessageLimit.text(limit))
    onRefusal(error)
    refuse(id, error)
  }

  /// Answers a request with an error.
  ///
  /// - Parameters:
  ///   - id: The request's number or string; `null` if it could not be read.
  ///   - error: What went wrong.
  ///   - code: JSON-RPC's number for it: -32700 no JSON, -32600 no request, -32601 no such method, else -32000.
  package func refuse(_ id: JSONValue, _ error: CallError, code: Int = -32000) {
    send { writer in
      writer.literal(",\"id\":")
      writer.value(id)
      writer.key("error")
      writer.beginObject()
      writer.key("code")
      writer.int(code)
      writer.key("message")
      writer.string(error.description)
      writer.key("data")
      writer.beginObject()
      writer.key("kind")
      writer.string(error.kind.rawValue)
      if let errno = error.errno {
        writer.key("errno")
        writer.int(errno)
      }
      writer.endObject()
      writer.endObject()
    }
  }

  /// Sends a message that wants no answer.
  package func notify(_ method: String, _ params: JSONObject = [:]) {
    send { writer in
      writer.literal(",\"method\":")
      writer.string(method)
      writer.key("params")
      writer.value(.object(params))
    }
  }

  /// Sends a message that wants no answer, with the descriptors that it is about.
  package func notify(_ method: String, _ params: JSONObject, descriptors: DescriptorBundle) {
    let count = descriptors.count
    send(passing: descriptors) { writer in
      writer.literal(",\"method\":")
      writer.string(method)
      writer.key("fds")
      writer.int(count)
      writer.key("params")
      writer.value(.object(params))
    }
  }

  /// Leaves out the line that has begun and has no end yet, and answers it with an error.
  package func skipLine(because error: CallError) {
    skipReason = error
    reader?.skipLine()
    skipReason = nil
  }

  /// Tells the other side why it is cut off, and ends the connection.
  package func cutOff(because error: CallError) {
    onRefusal(error)
    refuse(.null, error)
    end()
  }

  /// Closes the connection; nothing is called after that.
  package func close() {
    reader?.close()
    writer?.close()
    reader = nil
    writer = nil
  }

  private func end() {
    guard isOpen else { return }
    close()
    onEnd()
  }

  /// Writes a message straight to where it waits to be sent, unless its length does not pass a check.
  private func send(
    passing bundle: DescriptorBundle? = nil, _ write: (inout JSONWriter) -> Void,
    checking mayHaveLength: (Int) -> Bool = { _ in true }
  ) {
    let outcome = writer?.send(passing: bundle) { bytes in
      let start = bytes.count
      JSONWriter.append(to: &bytes) { json in
        json.literal("{\"jsonrpc\":\"2.0\"")
        write(&json)
        json.endObject()
      }
      if mayHaveLength(bytes.count - start) {
        bytes.append(UInt8(ascii: "\n"))
      } else {
        bytes.removeSubrange(start...)
      }
    }
    // Whoever does not read what it asked for is cut off rather than remembered without end.
    if outcome == .full { end() }
  }

  private func receivedTooMuch(_ beginning: [UInt8]) {
    let id = beginning.withUnsafeBytes { JSONScanner.leadingMember("id", in: $0) }
    let error = skipReason ?? CallError(.tooLarge, "the message is longer than \(MessageLimit.text(limit))")
    onRefusal(error)
    refuse(id ?? .null, error)
  }

  private func received(_ line: UnsafeRawBufferPointer) {
    if onText(line) { return }
    let message: JSONValue
    do {
      message = try JSONValue(parsing: line)
    } catch {
      return refuse(.null, CallError(.invalidRequest, "this is not JSON: \(error)"), code: -32700)
    }
    guard let method = message["method"]?.string else {
      return refuse(message["id"] ?? .null, CallError(.invalidRequest, "a message needs a method"), code: -32600)
    }
    let params = message["params"] ?? [:]
    guard params.object != nil else {
      return refuse(message["id"] ?? .null, CallError(.invalidRequest, "params must be an object"), code: -32600)
    }
    if let id = message["id"] {
      onRequest(Request(id: id, method: method, params: params, byteCount: line.count))
    } else {
      onNotification(method, params)
    }
  }
}
