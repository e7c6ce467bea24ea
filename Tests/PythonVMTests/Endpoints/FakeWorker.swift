import Callpoints
import Glibc
import JSON

@testable import Kernel
@testable import PythonVM

/// The other end of an endpoint's pipes, played by the test on the same thread.
final class FakeWorker {
  /// The endpoint as the dispatcher sees it.
  let endpoint: Endpoint
  /// What the endpoint has complained about.
  var complaints: [String] { notes.complaints }

  private final class Notes { var complaints: [String] = [] }
  private let notes = Notes()
  private let ends = DescriptorBundle()
  private let page: UnsafeMutablePointer<UInt64>
  private var unread: [UInt8] = []

  init(_ number: Int, of dispatcher: Dispatcher, on reactor: Reactor) throws {
    let notes = notes
    endpoint = try Endpoint(
      id: EndpointID(number), callpoints: 2, threads: 4, messageLimit: 1 << 20, reactor: reactor,
      dispatcher: dispatcher,
      events: Endpoint.Events(
        ready: { _ in }, violated: { notes.complaints.append("\($0)") }, closed: {},
        stuck: { notes.complaints.append($0.reason) },
        exhausted: { notes.complaints.append($0) }),
      remoteEnds: ends)
    guard let memory = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, ends.numbers[3], 0), memory != MAP_FAILED
    else { throw KernelFailure.last("mmap") }
    page = memory.bindMemory(to: UInt64.self, capacity: 512)
    for number in [ends.numbers[0], ends.numbers[2]] { _ = fcntl(number, F_SETFL, O_NONBLOCK) }
  }

  deinit { munmap(page, 4096) }

  /// The requests that have come since the last look.
  func requests() throws -> [JSONValue] {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(ends.numbers[0], &buffer, buffer.count)
    unread += buffer[..<max(0, count)]
    let lines = unread.split(separator: UInt8(ascii: "\n"))
    unread = []
    return try lines.map { try JSONValue(parsing: Array($0)) }
  }

  /// The lines that have come on the control pipe since the last look.
  func orders() -> [String] {
    var buffer = [UInt8](repeating: 0, count: 1 << 12)
    let count = read(ends.numbers[2], &buffer, buffer.count)
    return buffer[..<max(0, count)].split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Says on the page that a thread runs a request.
  func start(_ request: RequestID, thread: Int = 0) { page[thread] = request.number }

  /// Writes a line on the reply pipe; the endpoint reads it when it is drained.
  func write(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = Glibc.write(ends.numbers[1], bytes, bytes.count)
  }

  /// Answers a request.
  func answer(_ request: RequestID) { write(#"{"id":\#(request.number),"ok":{"output":{}}}"#) }
}
