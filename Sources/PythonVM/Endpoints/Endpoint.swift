import Callpoints
import JSON
import Kernel

/// A worker, or a VM that serves with threads: three pipes and a page.
///
/// Owner: the reactor's thread. The reply pipe's end of file proves nothing, as a child of a callback may hold the
/// pipe; whoever forked the process reports its end, and only then is ``drain()`` called and the endpoint given up.
final class Endpoint {
  /// The endpoint's number.
  let id: EndpointID
  /// The process that serves, once it has said that it is ready.
  private(set) var pid: Int32?

  /// What the endpoint tells its VM.
  struct Events {
    /// It is ready to serve.
    let ready: (Int32) -> Void
    /// It broke the protocol and must be killed.
    let violated: (ProtocolViolation) -> Void
    /// Nobody holds its reply pipe any more: its process has ended, or is about to.
    let closed: () -> Void
    /// A callback goes on after its deadline and the grace period.
    let stuck: (StuckCallback) -> Void
    /// Stuck callbacks have left no usable thread; why, as a clause about the process.
    let exhausted: (_ reason: String) -> Void
  }

  private let reactor: Reactor
  private let dispatcher: Dispatcher
  /// What it tells its VM.
  let events: Events
  private let page: SharedPage
  private let threads: Int
  private let requests: LineWriter
  private let control: LineWriter
  private var replies: LineReader?
  private var watch: (timer: Timer, halfTime: Duration)?
  private var patience: Patience
  /// Whether it has ever completed a callback.
  private(set) var hasWorked = false
  /// Whether a reply has come since the watch was last armed.
  private var hasProgressed = false

  /// Makes the pipes of an endpoint.
  ///
  /// - Parameters:
  ///   - id: The endpoint's number.
  ///   - callpoints: How many callpoints it serves.
  ///   - threads: How many callbacks may run at once, those called from inside a callback apart.
  ///   - messageLimit: The longest reply that is accepted, in bytes.
  ///   - reactor: Where the pipes are watched.
  ///   - dispatcher: Where replies go.
  ///   - events: What the endpoint tells its VM.
  ///   - remoteEnds: Receives the ends that the process gets, in the order of the wire protocol.
  /// - Throws: ``KernelFailure`` if the system has no descriptors left.
  init(
    id: EndpointID, callpoints: Int, threads: Int, messageLimit: Int, reactor: Reactor, dispatcher: Dispatcher,
    events: Events, remoteEnds: DescriptorBundle
  ) throws(KernelFailure) {
    self.id = id
    self.threads = threads
    patience = Patience(callpoints: callpoints)
    self.reactor = reactor
    self.dispatcher = dispatcher
    self.events = events
    page = try SharedPage()
    var requestPipe = try Descriptor.pipe()
    var replyPipe = try Descriptor.pipe()
    var controlPipe = try Descriptor.pipe()
    remoteEnds.add(requestPipe.takeReadEnd())
    remoteEnds.add(replyPipe.takeWriteEnd())
    remoteEnds.add(controlPipe.takeReadEnd())
    remoteEnds.add(page.takeDescriptor())
    // A broken pipe means that the process is ending; its end is reported by the process that forked it.
    requests = try LineWriter(requestPipe.takeWriteEnd(), reactor: reactor) { _ in }
    control = try LineWriter(controlPipe.takeWriteEnd(), reactor: reactor) { _ in }
    replies = try LineReader(
      replyPipe.takeReadEnd(), reactor: reactor, maximumLineLength: messageLimit,
      longLines: .skip { [unowned self] beginning in receivedTooMuch(beginning, limit: messageLimit) },
      onLine: { [unowned self] line in line.withUnsafeBytes { received($0) } },
      // The process is ending here too, also if it was writing a reply.
      onEnd: { _ in events.closed() })
  }

  /// The requests that the page says are running, or have just been answered.
  var started: Set<RequestID> {
    Set((0..<SharedPage.wordCount).lazy.map { self.page.word($0) }.filter { $0 != 0 }.map(RequestID.init))
  }

  /// Writes a request, or keeps it until the pipe has room.
  ///
  /// - Parameters:
  ///   - request: The request's number.
  ///   - registration: The callpoint's number here.
  ///   - body: The request without these numbers.
  /// - Returns: Whether there was room; a process that does not read is not written to without end.
  func send(_ request: RequestID, registration: Int, _ body: RequestBody) -> Bool {
    let outcome = requests.send { body.write(to: &$0, request: request.number, registration: registration) }
    // To one that is ending it counts as written: what it has not read goes to another when its end is reported.
    guard outcome != .full else { return false }
    watchProgress()
    return true
  }

  /// Makes another thread read on.
  ///
  /// - Parameter waits: Whether the callback that the reading thread runs waits, as for a request that was just sent.
  func takeOver(waits: Bool) { sendControl("{\"do\":\"take-over\",\"waits\":\(waits)}") }

  /// Asks the process to call `cb_abort` for a request.
  func abort(_ request: RequestID) {
    control.send(Array("{\"do\":\"abort\",\"id\":\(request.number)}\n".utf8))
  }

  /// Sends a line down the control pipe.
  func sendControl(_ line: String) { control.send(Array((line + "\n").utf8)) }

  /// Reads what the process wrote before it ended, until the pipe would block.
  func drain() { replies?.readUntilBlocked() }

  /// Closes the pipes.
  func close() {
    if let watch { reactor.cancel(watch.timer) }
    watch = nil
    requests.close()
    control.close()
    replies?.close()
  }

  /// A reply was too long to be read: its request fails, and the process may go on.
  private func receivedTooMuch(_ beginning: [UInt8], limit: Int) {
    let id = beginning.withUnsafeBytes { JSONScanner.leadingMember("id", in: $0)?.uint }
    do throws(ProtocolViolation) {
      guard let id else { throw ProtocolViolation("a line on its reply pipe is longer than \(limit) bytes") }
      try completed(
        RequestID(id), .failure(CallError(.tooLarge, "the reply is longer than \(MessageLimit.text(limit))")))
    } catch {
      events.violated(error)
    }
  }

  private func completed(
    _ request: RequestID, _ result: Result<Reply, CallError>
  ) throws(ProtocolViolation) {
    hasProgressed = true
    try dispatcher.replied(request, result, from: self)
    hasWorked = true
    // Nothing is to be seen soon: the watch begins anew rather than wake the loop for that.
    if let watch, reactor.now >= watch.halfTime {
      reactor.cancel(watch.timer)
      self.watch = nil
      patience.progressed()
      watchProgress()
    }
  }

  private func received(_ line: UnsafeRawBufferPointer) {
    do throws(ProtocolViolation) {
      switch try Reply.parse(line) {
      case .ready(let pid):
        self.pid = pid
        events.ready(pid)
      case .reply(let request, let result): try completed(request, result)
      case .timeout(let request, let seconds):
        dispatcher.moveDeadline(of: request, to: .chosen(seconds: seconds))
      }
    } catch {
      events.violated(error)
    }
  }

  /// Sees to it that requests do not lie unread behind a callback that takes long.
  ///
  /// The process itself never wakes by a timer.
  private func watchProgress() {
    guard watch == nil, dispatcher.inFlight(on: id) > 1 else { return }
    hasProgressed = false
    let interval = patience.interval
    let activity = pid.map(ProcessActivity.init)
    let timer = reactor.after(interval) { [unowned self] in
      watch = nil
      if hasProgressed {
        patience.progressed()
      } else {
        let running = started.count
        guard dispatcher.inFlight(on: id) > running else { return patience.progressed() }
        if running >= threads {
          patience.progressed()
        } else {
          let computes = activity?.computes(for: interval) ?? false
          if case .takeOver(let waits) = patience.ranOut(computes: computes, running: running) {
            takeOver(waits: waits)
          }
        }
      }
      watchProgress()
    }
    watch = (timer, reactor.now + interval / 2)
  }
}
