import CLinux
import Glibc

/// One process of the guard, from its start to its end.
///
/// Dropping it or `stop` makes the process kill everything below itself and leave.
final class GuardProcess {
  /// A message for the guard.
  struct Message {
    let request: clinux_request
    let bundle: DescriptorBundle
  }

  /// What it tells, from the reactor only.
  struct Events {
    /// The guard has reported something.
    let reported: (clinux_report) -> Void
    /// A launch could not be sent.
    let unsent: (_ launch: UInt64, KernelFailure) -> Void
    /// It has not answered for as long as it may take, and has been killed; `ended` follows.
    let silent: () -> Void
    /// The process is gone, and has been reaped.
    let ended: (ExitStatus) -> Void
  }

  /// The process.
  let pid: Int32

  private let reactor: Reactor
  private let process: ProcessHandle
  private let events: Events
  private var socket: Descriptor?
  private var processWatch: Registration?
  private var socketWatch: Registration?
  private var waiting: [Message] = []
  /// How long it may take to answer.
  private let patience: Duration
  /// How many messages it has not answered; that it tells at first what the system can do counts as an answer too.
  private var unanswered = 1
  /// Runs while an answer is missing, anew after each.
  private var watchdog: Timer?

  /// No stop takes longer, whatever the patience is.
  private static let longestFarewell = Duration.seconds(5)

  /// Starts the guard.
  ///
  /// - Parameters:
  ///   - executable: The guard's program.
  ///   - options: Its options.
  ///   - patience: How long it may take to answer before it is killed.
  ///   - reactor: Where it is waited for.
  ///   - events: What it tells.
  /// - Throws: ``KernelFailure`` if there can be no such process now.
  init(
    executable: String, options: [String], patience: Duration, reactor: Reactor, events: Events
  ) throws(KernelFailure) {
    var pair = try Descriptor.socketPair(.messages)
    let socket = pair.takeReadEnd()
    try socket.setNonBlocking()
    let socketNumber = socket.number
    let theirs = pair.takeWriteEnd()
    let process = try Self.start(executable, [executable, "\(getpid())"] + options, socket: theirs.number)
    let processNumber = process.number

    pid = process.pid
    self.reactor = reactor
    self.process = process
    self.socket = consume socket
    self.events = events
    self.patience = patience
    // If a watch fails, the socket closes and the guard leaves.
    processWatch = try reactor.watch(processNumber, .readable) { [weak self] _ in self?.processEnded() }
    socketWatch = try reactor.watch(socketNumber, .readable) { [weak self] in self?.socketReady($0) }
    watchAnswers()
  }

  deinit {
    stop()
  }

  /// Lets the guard go: it kills everything below itself and leaves.
  ///
  /// No event follows. Blocks until it has left, which takes milliseconds; one that takes longer than a guard may is
  /// killed.
  ///
  /// - Returns: Whether it has left by itself, after it had killed everything.
  @discardableResult
  func stop() -> Bool {
    guard let processWatch else { return true }
    reactor.cancel(processWatch)
    self.processWatch = nil
    closeSocket()
    var wait = pollfd(fd: process.number, events: Int16(POLLIN), revents: 0)
    let farewell = Int32(min(patience, Self.longestFarewell) / .milliseconds(1))
    let isLate = poll(&wait, 1, farewell) == 0
    if isLate { process.send(SIGKILL) }
    var status: Int32 = 0
    _ = clinux_reap(pid, true, &status)
    return !isLate
  }

  // MARK: - Sending

  /// Sends a message, when there is room.
  func send(_ message: Message) {
    unanswered += 1
    if watchdog == nil, socket != nil { watchAnswers() }
    waiting.append(message)
    if waiting.count == 1 { sendWaiting() }
  }

  private func sendWaiting() {
    guard let socketWatch, socket != nil else { return waiting.removeAll() }
    var sent = 0
    for message in waiting {
      guard trySend(message) else { break }
      sent += 1
    }
    waiting.removeFirst(sent)
    if self.socketWatch != nil {
      reactor.change(socketWatch, to: waiting.isEmpty ? .readable : [.readable, .writable])
    }
  }

  /// False if there is no room now.
  private func trySend(_ message: Message) -> Bool {
    do throws(KernelFailure) {
      let sending = withUnsafeBytes(of: message.request) { bytes in
        Result { () throws(KernelFailure) in try socket?.send(bytes, passing: message.bundle) }
      }
      return try sending.get() != .wouldBlock
    } catch {
      // The guard has gone or is going; its end is told by its process descriptor.
      if error.errno == EPIPE || error.errno == ECONNRESET { return true }
      // No memory for a message, or too many descriptors on their way: a launch fails, the rest is tried again.
      guard message.request.kind == CLINUX_REQUEST_LAUNCH.rawValue else { return false }
      unanswered -= 1
      events.unsent(message.request.launch, error)
      return true
    }
  }

  // MARK: - Listening

  private func socketReady(_ ready: Interest) {
    if ready.contains(.writable) { sendWaiting() }
    if ready.contains(.readable) { readReports() }
  }

  private func readReports() {
    var report = clinux_report()
    while let number = socket?.number {
      let count = recv(number, &report, MemoryLayout<clinux_report>.size, 0)
      if count == MemoryLayout<clinux_report>.size {
        if report.kind != CLINUX_REPORT_EXITED.rawValue {
          unanswered -= 1
          watchAnswers()
        }
        events.reported(report)
      } else if count >= 0 || (errno != EAGAIN && errno != EINTR) {
        // The guard has closed: make sure that it ends, and wait for its process descriptor to say so.
        closeSocket()
        process.send(SIGKILL)
      } else if errno == EAGAIN {
        return
      }
    }
  }

  /// Begins anew to wait for an answer, if one is missing.
  private func watchAnswers() {
    if let watchdog { reactor.cancel(watchdog) }
    watchdog = unanswered == 0 ? nil : reactor.after(patience) { [weak self] in self?.answerIsLate() }
  }

  private func answerIsLate() {
    watchdog = nil
    // It may have come while others were served.
    readReports()
    guard socket != nil, watchdog == nil else { return }
    events.silent()
    process.send(SIGKILL)
  }

  private func closeSocket() {
    if let watchdog { reactor.cancel(watchdog) }
    watchdog = nil
    if let socketWatch { reactor.cancel(socketWatch) }
    socketWatch = nil
    socket = nil
    waiting.removeAll()
  }

  private func processEnded() {
    // What it said before it ended comes first.
    readReports()
    guard let processWatch else { return }
    reactor.cancel(processWatch)
    self.processWatch = nil
    closeSocket()
    var status: Int32 = 0
    _ = clinux_reap(pid, true, &status)
    events.ended(ExitStatus(wire: status))
  }

  private static func start(
    _ executable: String, _ arguments: [String], socket: Int32
  ) throws(KernelFailure) -> ProcessHandle {
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    var descriptor: Int32 = -1
    let pid = try checked("starting \(executable)") {
      clinux_start_guard(executable, pointers, socket, &descriptor)
    }
    return ProcessHandle(pid: pid, owning: Descriptor(owning: descriptor))
  }
}
