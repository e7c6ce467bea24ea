import Dispatch
import Foundation
import Glibc
import Kernel
import PythonVM
import Synchronization

/// Writes the host's logs on a thread of its own, as a disk may make a writer wait and the reactor must not.
///
/// Lines are handed over in memory, of which there is a bounded amount: beyond it they are dropped and counted.
final class LogWriter: Sendable {
  /// Where a line goes.
  enum Target: Int, CaseIterable {
    /// What the VMs' processes print.
    case output
    /// What happens to processes and requests.
    case events
    /// The same, for whoever started the host.
    case standardError
  }

  /// The lines that wait for a destination.
  private struct Feed {
    var lines: [UInt8] = []
    var dropped = 0
  }

  private struct State {
    var feeds = [Feed](repeating: Feed(), count: Target.allCases.count)
    /// Whether the thread has been told that there is something to do.
    var isTold = false
    var wantsReopening = false
    var isOver = false
  }

  private let limit: Int
  private let paths: (output: String, events: String)
  private let standardError: Int32
  private let state = Mutex(State())
  private let work = DispatchSemaphore(value: 0)
  private let end = DispatchSemaphore(value: 0)

  /// Makes a writer; nothing is written before ``start()``.
  ///
  /// - Parameters:
  ///   - output: The file of what processes print.
  ///   - events: The file of what happens.
  ///   - standardError: The descriptor that shows what happens as well.
  ///   - limit: The most bytes that wait for one destination.
  init(output: String, events: String, standardError: Int32 = STDERR_FILENO, limit: Int = 4 << 20) {
    paths = (output, events)
    self.standardError = standardError
    self.limit = limit
  }

  /// Starts the thread.
  ///
  /// Call it once, when the signals that the reactor takes are blocked.
  ///
  /// - Throws: ``KernelFailure`` if there is no descriptor left.
  func start() throws(KernelFailure) {
    // Standard error may be closed at any time by nobody but us; a copy lives as long as the thread.
    let copy = try Descriptor.duplicate(of: standardError).release()
    let thread = Thread { [self] in run(standardError: copy) }
    thread.name = "callpoint-log"
    thread.start()
  }

  /// Hands a line over.
  ///
  /// - Parameters:
  ///   - line: The line, without its newline.
  ///   - author: Who printed it, to stand before ` :: `.
  ///   - target: Where it goes.
  func add(_ line: ArraySlice<UInt8>, from author: String? = nil, to target: Target) {
    let isNew = state.withLock { state in
      let place = target.rawValue
      // What came first stays: the beginning of a flood says more than its end.
      if state.feeds[place].dropped > 0 || state.feeds[place].lines.count + line.count >= limit {
        state.feeds[place].dropped += 1
      } else {
        if let author { state.feeds[place].lines += Array("\(author) :: ".utf8) }
        state.feeds[place].lines += line
        state.feeds[place].lines.append(UInt8(ascii: "\n"))
      }
      defer { state.isTold = true }
      return !state.isTold
    }
    if isNew { work.signal() }
  }

  /// Opens the files anew.
  func reopen() {
    state.withLock { $0.wantsReopening = true }
    work.signal()
  }

  /// Writes what waits and ends the thread, but waits for that for a limited time.
  func finish(within patience: Duration) {
    state.withLock { $0.isOver = true }
    work.signal()
    _ = end.wait(timeout: .now() + patience / .seconds(1))
  }

  // MARK: The thread

  private func run(standardError: Int32) {
    // Signals are the reactor's business; a file that may grow no more must not end the process.
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)

    let output = LogDestination(file: paths.output) { Array("callpoint :: \(Self.loss($0, $1))\n".utf8) }
    let events = LogDestination(file: paths.events, describeLoss: Self.lossLine)
    let errors = LogDestination(
      Descriptor(owning: standardError), named: "standard error", describeLoss: Self.lossLine)
    while true {
      work.wait()
      let batch = state.withLock { state in
        defer { state = State(isOver: state.isOver) }
        return state
      }
      if batch.wantsReopening {
        output.reopen()
        events.reopen()
      }
      var rest = batch.feeds
      var news: [UInt8] = []
      news += Self.write(rest[Target.output.rawValue], to: output)
      rest[Target.events.rawValue].lines += news
      news += Self.write(rest[Target.events.rawValue], to: events)
      rest[Target.standardError.rawValue].lines += news
      _ = Self.write(rest[Target.standardError.rawValue], to: errors)
      if batch.isOver {
        end.signal()
        return
      }
    }
  }

  /// Writes what waited for a destination.
  ///
  /// - Returns: A line for the other destinations, if lines are lost from now on.
  private static func write(_ feed: Feed, to destination: LogDestination) -> [UInt8] {
    guard !feed.lines.isEmpty || feed.dropped > 0 else { return [] }
    let reason = destination.write(feed.lines, lost: feed.dropped)
    destination.settle()
    guard let reason else { return [] }
    return HostLog.line(LogEvent(.drop, ["log": destination.name, "reason": reason]))
  }

  private static func loss(_ lines: Int, _ reason: String) -> String {
    let digits = String(String(lines).reversed())
    var grouped = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, place.isMultiple(of: 3) { grouped.append(",") }
      grouped.append(digit)
    }
    let number = String(grouped.reversed())
    return lines == 1 ? "1 line was dropped: \(reason)" : "\(number) lines were dropped: \(reason)"
  }

  @Sendable private static func lossLine(_ lines: Int, _ reason: String) -> [UInt8] {
    HostLog.line(LogEvent(.drop, ["lines": lines, "reason": reason]))
  }
}
