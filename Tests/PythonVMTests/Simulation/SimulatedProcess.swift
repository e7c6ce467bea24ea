import Callpoints
import Kernel

/// A process that serves requests, or does not: a worker, or a VM with threads.
final class SimulatedProcess {
  let endpoint: EndpointID
  let registrations: [CallpointID: Int]
  /// The worker's place in its VM; `nil` for a VM.
  let worker: Int?
  /// The requests in its pipe.
  private(set) var unread: [RequestID] = []
  /// The requests on its page.
  private(set) var page: [RequestID] = []
  /// What it has written, and the host has not read.
  private(set) var written: [UInt8] = []
  private(set) var isAlive = true
  private(set) var isStopped = false
  /// What callbacks that have ended while it is stopped reply when it goes on.
  private var postponed: [(request: RequestID, word: String)] = []
  /// Whether it has completed a callback of which the host knows.
  var hasWorked = false
  /// What the host has read of its replies.
  private var decoder = FrameDecoder()

  private unowned let host: SimulatedHost
  private var world: World { host.world }

  init(_ endpoint: EndpointID, serving registrations: [CallpointID: Int], worker: Int?, host: SimulatedHost) {
    self.endpoint = endpoint
    self.registrations = registrations
    self.worker = worker
    self.host = host
  }

  // MARK: What the host does

  func receive(_ request: RequestID) {
    unread.append(request)
    world.after(world.time(0...3), isHosts: false) { self.read() }
  }

  func abort(_ request: RequestID) {
    if let index = unread.firstIndex(of: request) {
      guard isAlive, !isStopped else { return }
      unread.remove(at: index)
      write("\(request.number) error")
    } else if page.contains(request), world.chance(50) {
      finish(request, "error")
    }
  }

  /// Hands over what the process wrote, or a part of it, as a read does.
  func readWritten(atMost count: Int) {
    let count = min(count, written.count)
    guard count > 0 else { return }
    written.withUnsafeBytes { bytes in
      var rest = UnsafeRawBufferPointer(rebasing: bytes[..<count])
      while !rest.isEmpty {
        decoder.fill { room in
          let count = min(room.count, rest.count)
          room.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
          rest = UnsafeRawBufferPointer(rebasing: rest[count...])
          return count
        }
      }
    }
    written = count == written.count ? [] : Array(written[count...])
  }

  /// The next whole reply that was handed over.
  func nextReply() -> (request: RequestID, isOK: Bool)? {
    guard case .line(let line)? = decoder.next() else { return nil }
    var number: UInt64 = 0
    var index = line.startIndex
    while line[index] != UInt8(ascii: " ") {
      number = 10 * number + UInt64(line[index] - UInt8(ascii: "0"))
      index += 1
    }
    return (RequestID(number), line[index + 1] == UInt8(ascii: "o"))
  }

  // MARK: What happens to it

  func die() {
    isAlive = false
  }

  func stop(for time: Duration?) {
    guard isAlive, !isStopped else { return }
    isStopped = true
    guard let time else { return }
    world.after(time, isHosts: false) { [self] in
      guard isAlive else { return }
      isStopped = false
      for reply in postponed { finish(reply.request, reply.word) }
      postponed = []
      for _ in unread { read() }
    }
  }

  private func read() {
    guard isAlive, !isStopped, !unread.isEmpty else { return }
    let request = unread.removeFirst()
    host.promises.ran(request)
    page.append(request)
    run(request)
  }

  private func run(_ request: RequestID) {
    switch world.isClosing ? 0 : world.percentage {
    case 0..<55: reply(request, after: world.time(0...20))
    case 55..<65: reply(request, after: world.time(300...4000))
    case 65..<72: reply(request, after: world.time(5000...14000))
    case 72..<76: world.say("request \(request.number) hangs")
    case 76..<80: crash("at the start of request \(request.number)")
    case 80..<83:
      write("\(request.number) o", endsLine: false)
      crash("within the reply to request \(request.number)")
    case 83..<86:
      finish(request, "ok")
      crash("after the reply to request \(request.number)")
    case 86..<88:
      // The reply is written, and the word on the page is still there.
      write("\(request.number) ok")
      crash("between the reply to request \(request.number) and its word on the page")
    case 88..<90: stop(for: world.chance(50) ? nil : world.time(100...6000))
    default: call(from: request)
    }
  }

  /// Calls another callback, waits for it and replies.
  private func call(from request: RequestID) {
    world.after(world.time(0...2)) { [self] in
      guard isAlive else { return }
      let waits = host.submit(inside: request) { [self] in
        world.after(world.time(0...2), isHosts: false) { self.finish(request, "ok") }
      }
      if !waits { finish(request, "error") }
    }
  }

  private func reply(_ request: RequestID, after time: Duration) {
    world.after(time, isHosts: false) { self.finish(request, "ok") }
  }

  private func finish(_ request: RequestID, _ word: String) {
    guard isAlive, page.contains(request) else { return }
    if isStopped { return postponed.append((request, word)) }
    write("\(request.number) \(word)")
    page.removeAll { $0 == request }
  }

  private func write(_ line: String, endsLine: Bool = true) {
    written += Array((endsLine ? line + "\n" : line).utf8)
    world.after(world.time(0...2)) { [self] in
      host.readReplies(of: self, atMost: world.chance(20) ? world.number(1...4) : 1000)
    }
  }

  private func crash(_ how: String) {
    world.say("endpoint \(endpoint.number) dies \(how)")
    host.processDied(self)
  }
}
