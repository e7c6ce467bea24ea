import Glibc
import JSON
import Kernel

/// Sends requests over one connection as a schedule has them, and takes the time of the answers.
///
/// Owner: the thread of its reactor. What answers that came together make room for goes out in one write: the generator
/// shares the processors with those it measures.
final class LoadGenerator {
  /// The run could not be brought to its end.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Why the connection was lost, if it was.
  private(set) var failure: Failure?

  private let templates: [RequestTemplate]
  private let reactor: Reactor
  private var reader: LineReader?
  private var writer: LineWriter?

  private var schedule = LoadSchedule(parallel: 0, duration: .zero)
  private var outcome = LoadOutcome()
  private var start = ContinuousClock.now
  private var lastAnswer = Duration.zero
  private var number = 0
  private var due: [Int: Duration] = [:]
  private var isPumpDeferred = false
  private var alarm: Timer?
  private var output: [UInt8] = []

  /// The longest answer that it takes.
  private static let longestAnswer = 64 << 20

  /// Connects to a host.
  ///
  /// - Parameters:
  ///   - socketPath: The control socket.
  ///   - templates: The requests, used in turn.
  ///   - reactor: What waits for answers; it must not be running.
  /// - Throws: An error if nobody listens.
  init(socketPath: String, templates: [RequestTemplate], reactor: Reactor) throws {
    self.templates = templates
    self.reactor = reactor
    let descriptor = try UnixSocket.connect(path: socketPath)
    writer = try LineWriter(descriptor.duplicate(), reactor: reactor, limit: .max) { [unowned self] failure in
      fail("writing to the host failed: \(failure)")
    }
    reader = try LineReader(
      descriptor, reactor: reactor, maximumLineLength: Self.longestAnswer,
      longLines: .skip { [unowned self] _ in fail("the host sent an answer that is too long") },
      onLine: { [unowned self] line in line.withUnsafeBytes { received($0) } },
      onEnd: { [unowned self] end in fail("\(end)") })
  }

  /// Sends requests until the schedule is over, and waits for the last answer.
  ///
  /// - Parameters:
  ///   - schedule: When they are sent.
  ///   - first: The number of the first one; the others count on from there.
  /// - Returns: What came of it; `nil` if the reactor was stopped by somebody else.
  /// - Throws: ``Failure`` if the connection was lost.
  func run(_ schedule: LoadSchedule, first: Int) throws(Failure) -> LoadOutcome? {
    self.schedule = schedule
    outcome = LoadOutcome()
    number = first
    let ownTime = Self.ownTime
    start = .now
    lastAnswer = .zero
    reactor.defer { [unowned self] in pump() }
    reactor.run()
    if let alarm { reactor.cancel(alarm) }
    alarm = nil
    if let failure { throw failure }
    guard self.schedule.isOver(at: time) else { return nil }
    outcome.next = number
    outcome.ownTime = Self.ownTime - ownTime
    outcome.elapsed = schedule.rate == nil ? lastAnswer : max(lastAnswer, schedule.duration)
    outcome.errors.add(
      LoadOutcome.notSent, "it was due, and as many requests as may be were on their way", count: self.schedule.unsent)
    return outcome
  }

  /// The time since the run began. Not the reactor's, which stands still while this process is stopped: who waits for an
  /// answer waits on.
  private var time: Duration { .now - start }

  /// Sends what is to be sent now.
  private func pump() {
    isPumpDeferred = false
    let now = time
    while let dueTime = schedule.next(at: now) {
      templates[number % templates.count].append(number: number, to: &output)
      due[number] = dueTime
      number += 1
    }
    if !output.isEmpty {
      writer?.send(output)
      output.removeAll(keepingCapacity: true)
    }
    if schedule.isOver(at: now) { return reactor.stop() }
    guard alarm == nil, let next = schedule.nextDue else { return }
    alarm = reactor.after(next - now) { [unowned self] in
      alarm = nil
      pump()
    }
  }

  private func received(_ line: UnsafeRawBufferPointer) {
    let answer: LoadAnswer
    do throws(JSONError) {
      answer = try LoadAnswer(line) { templates[$0 % templates.count].isCommit }
    } catch {
      return fail("the host sent a line that is not JSON: \(error)")
    }
    guard let number = answer.number, let due = due.removeValue(forKey: number) else {
      return fail(answer.refusal?.message ?? "the host answered a request that was not made")
    }
    lastAnswer = time
    if let refusal = answer.refusal {
      outcome.errors.add(refusal.kind, refusal.message)
    } else {
      outcome.latencies.record(lastAnswer - due)
      for path in answer.created { outcome.created.add(path) }
    }
    schedule.answered()
    guard !isPumpDeferred else { return }
    isPumpDeferred = true
    reactor.defer { [unowned self] in pump() }
  }

  private func fail(_ reason: String) {
    if failure == nil { failure = Failure(description: reason) }
    reactor.stop()
  }

  private static var ownTime: Duration {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
