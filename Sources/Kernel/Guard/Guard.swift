import CLinux
import Glibc

/// `callpoint-guard` as the host sees it: the process that starts the others, and cleans up when the host is gone.
///
/// Dropping the guard or `stop` makes it kill everything below itself and leave.
package final class Guard {
  /// The guard's pid, the parent that every started process must have.
  package let pid: Int32

  private let reactor: Reactor
  private let process: ProcessHandle
  private var socket: Descriptor?
  private var processWatch: Registration?
  private var socketWatch: Registration?
  private var waiting: [Message] = []
  private var lastLaunch: UInt64 = 0
  private let onEvent: (GuardEvent) -> Void

  /// A message for the guard that has not been sent yet.
  private struct Message {
    let request: clinux_request
    let bundle: DescriptorBundle
  }

  /// Starts the guard.
  ///
  /// Without `usesParentDeathSignal` it neither tries nor uses the signal, as on a system that has none. `onEvent` is
  /// called from the reactor only.
  package init(
    executable: String, reactor: Reactor, usesParentDeathSignal: Bool = true,
    onEvent: @escaping (GuardEvent) -> Void
  ) throws(KernelFailure) {
    var pair = try Descriptor.socketPair(.messages)
    let socket = pair.takeReadEnd()
    try socket.setNonBlocking()
    let socketNumber = socket.number
    let theirs = pair.takeWriteEnd()
    let arguments = [executable, "\(getpid())"] + (usesParentDeathSignal ? [] : ["--no-parent-death-signal"])
    let process = try Self.start(executable, arguments, socket: theirs.number)
    let processNumber = process.number

    pid = process.pid
    self.reactor = reactor
    self.process = process
    self.socket = consume socket
    self.onEvent = onEvent
    // If a watch fails, the socket closes and the guard leaves.
    processWatch = try reactor.watch(processNumber, .readable) { [weak self] _ in self?.processEnded() }
    socketWatch = try reactor.watch(socketNumber, .readable) { [weak self] in self?.socketReady($0) }
  }

  deinit {
    stop()
  }

  // MARK: - Requests

  /// Starts a process; `started` or `failed` follows, then `exited`.
  package func launch(_ request: consuming LaunchRequest) -> LaunchID {
    lastLaunch += 1
    let launch = LaunchID(number: lastLaunch)
    let plan = request.plan()
    var message = clinux_request()
    message.kind = CLINUX_REQUEST_LAUNCH.rawValue
    message.launch = launch.number
    message.plan_size = UInt32(clamping: plan.count)
    message.argument_count = UInt32(request.arguments.count + 1)
    message.variable_count = UInt32(request.environment.count)
    do throws(KernelFailure) {
      if plan.count > CLINUX_PLAN_LIMIT { throw KernelFailure(call: "launch", errno: E2BIG) }
      send(Message(request: message, bundle: try Self.bundle(request, plan)))
    } catch {
      fail(launch, error)
    }
    return launch
  }

  /// Tells from the reactor, as the guard would, that a launch has failed.
  private func fail(_ launch: LaunchID, _ failure: KernelFailure) {
    reactor.defer { [weak self] in self?.onEvent(.failed(launch, step: .request, errno: failure.errno)) }
  }

  /// Sends a signal to a started process, unless it has ended.
  package func kill(_ pid: Int32, signal: Int32 = SIGKILL) {
    var message = clinux_request()
    message.kind = CLINUX_REQUEST_SIGNAL.rawValue
    message.pid = pid
    message.signal = signal
    send(Message(request: message, bundle: DescriptorBundle()))
  }

  /// Says that a process below a started one has died, so that what it left behind is killed.
  ///
  /// The guard sees by itself when one of its own children ends, but the kernel tells nobody about an adoption.
  package func sweep() {
    var message = clinux_request()
    message.kind = CLINUX_REQUEST_SWEEP.rawValue
    send(Message(request: message, bundle: DescriptorBundle()))
  }

  /// Lets the guard go: it kills everything below itself and leaves.
  ///
  /// No event follows. Blocks until it has left, which takes milliseconds; one that does not leave within 5 s is killed.
  package func stop() {
    guard let processWatch else { return }
    reactor.cancel(processWatch)
    self.processWatch = nil
    closeSocket()
    var wait = pollfd(fd: process.number, events: Int16(POLLIN), revents: 0)
    if poll(&wait, 1, 5000) == 0 { process.send(SIGKILL) }
    var status: Int32 = 0
    _ = clinux_reap(pid, true, &status)
  }

  // MARK: - Sending

  private func send(_ message: Message) {
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
      fail(LaunchID(number: message.request.launch), error)
      return true
    }
  }

  private static func bundle(
    _ request: borrowing LaunchRequest, _ plan: [UInt8]
  ) throws(KernelFailure) -> DescriptorBundle {
    let memory = try Descriptor.memory(name: "callpoint-launch", size: 0)
    let number = memory.number
    var written = 0
    while written < plan.count {
      written += try checked("write") {
        plan.withUnsafeBytes { bytes in
          let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
          return write(number, rest.baseAddress, rest.count)
        }
      }
    }
    let bundle = DescriptorBundle()
    bundle.add(memory)
    if let standardInput = try request.standardInput?.duplicate() {
      bundle.add(standardInput)
    } else {
      bundle.add(try Descriptor.devNull())
    }
    bundle.add(try request.standardOutput.duplicate())
    bundle.add(try request.standardError.duplicate())
    return bundle
  }

  // MARK: - Reports

  private func socketReady(_ ready: Interest) {
    if ready.contains(.writable) { sendWaiting() }
    if ready.contains(.readable) { readReports() }
  }

  private func readReports() {
    var report = clinux_report()
    while let number = socket?.number {
      let count = recv(number, &report, MemoryLayout<clinux_report>.size, 0)
      if count == MemoryLayout<clinux_report>.size {
        tell(report)
      } else if count >= 0 || (errno != EAGAIN && errno != EINTR) {
        // The guard has closed: make sure that it ends, and wait for its process descriptor to say so.
        closeSocket()
        process.send(SIGKILL)
      } else if errno == EAGAIN {
        return
      }
    }
  }

  private func tell(_ report: clinux_report) {
    switch clinux_report_kind(report.kind) {
    case CLINUX_REPORT_PROBED: onEvent(.probed(parentDeathSignalWorks: report.value == 1))
    case CLINUX_REPORT_STARTED: onEvent(.started(LaunchID(number: report.launch), pid: report.pid))
    case CLINUX_REPORT_FAILED:
      onEvent(.failed(LaunchID(number: report.launch), step: LaunchStep(report.step), errno: report.value))
    case CLINUX_REPORT_EXITED: onEvent(.exited(pid: report.pid, ExitStatus(wire: report.value)))
    default: preconditionFailure("the guard sent a report of kind \(report.kind); host and guard are not of one build")
    }
  }

  private func closeSocket() {
    if let socketWatch { reactor.cancel(socketWatch) }
    socketWatch = nil
    socket = nil
    waiting.removeAll()
  }

  // MARK: - The end

  private func processEnded() {
    // What it said before it ended comes first.
    readReports()
    guard let processWatch else { return }
    reactor.cancel(processWatch)
    self.processWatch = nil
    closeSocket()
    var status: Int32 = 0
    _ = clinux_reap(pid, true, &status)
    do {
      if Subreaper.isActive { try Subreaper.killAllChildren() }
    } catch {
      preconditionFailure("\(error): what the guard left behind may still run")
    }
    onEvent(.lost(ExitStatus(wire: status)))
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
