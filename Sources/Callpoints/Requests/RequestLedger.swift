/// Every accepted request from its acceptance to its one outcome.
///
/// The ledger decides, and its driver does: every event returns what is to be done, in order. It performs no I/O and
/// has no clock; an event is told the time. It promises:
///
/// - each request that ``submit(_:_:at:)`` accepts has exactly one outcome: one `deliver` or one `fail`;
/// - at most one endpoint runs a request, and one that nobody waits for any more is never given to another;
/// - queues, the bytes of all requests together and what an endpoint has at a time are bounded, and only calls from
///   inside callbacks, of which there can be no more than callbacks, go beyond;
/// - a callback that goes on after its deadline and the grace period is stuck: its thread is not counted on, and an
///   endpoint without a usable thread is killed.
package final class RequestLedger {
  /// What the ledger allows.
  package struct Limits: Hashable, Sendable {
    /// How many requests may wait for one callpoint.
    package var queue = 1024
    /// How many bytes all requests may have together, from their acceptance to their outcomes.
    package var bytes = 256 << 20
    /// How many callbacks may wait for a request, each for the next: what goes deeper calls itself without end.
    package var depth = 16
    /// How long a callback may go on after its deadline before it counts as stuck.
    package var grace: Duration
    /// How long an endpoint that is to be killed has for writing its stacks to the log.
    package var lastWords = Duration.seconds(1)

    /// Creates the usual limits.
    package init(grace: Duration) { self.grace = grace }
  }

  /// What somebody wants of a callpoint.
  package struct Submission: Hashable, Sendable {
    /// The callpoint.
    package let callpoint: CallpointID
    /// The size of the request's text.
    package let bytes: Int
    /// How long the caller waits.
    package let timeout: Duration
    /// The request from inside whose callback it was made, if any.
    package let parent: RequestID?

    /// Creates a submission.
    package init(callpoint: CallpointID, bytes: Int, timeout: Duration, parent: RequestID? = nil) {
      self.callpoint = callpoint
      self.bytes = bytes
      self.timeout = timeout
      self.parent = parent
    }
  }

  /// What the driver has to do.
  package enum Action: Hashable, Sendable {
    /// Write a request to an endpoint.
    case send(Router.Dispatch)
    /// Make another thread of an endpoint read on: the one that reads may wait for the request that was just sent.
    case takeOver(EndpointID)
    /// Tell an endpoint that nobody waits for a request any more.
    case abort(RequestID, on: EndpointID)
    /// Give the caller the reply that has just come.
    case deliver(RequestID)
    /// Give the caller an error.
    case fail(RequestID, CallError)
    /// Forget a request whose caller has been answered before: it is over now.
    case forget(RequestID)
    /// Report a stuck callback, and have its endpoint write its stacks to the log.
    case report(StuckCallback)
    /// Kill an endpoint's process: no usable thread is left.
    case kill(EndpointID, reason: String)
  }

  final class Entry {
    let point: Point
    let bytes: Int
    /// How many callbacks wait for it, each for the next.
    let depth: Int
    let accepted: Duration
    /// When an endpoint got it.
    var sent: Duration?
    /// When it must be looked at next.
    var due: Duration
    /// Whether the caller still waits.
    var isAwaited = true
    /// Whether it ran when it was last looked at.
    var ran = false
    /// Whether it was reported when it was last looked at: what is left to do is to kill.
    var isReported = false

    init(point: Point, bytes: Int, depth: Int, accepted: Duration, sent: Duration?, due: Duration) {
      self.point = point
      self.bytes = bytes
      self.depth = depth
      self.accepted = accepted
      self.sent = sent
      self.due = due
    }
  }

  final class Point {
    let callpoint: CallpointID
    var label: String
    /// Why requests are refused at once, if they are.
    var refusal: String?
    var statistics = CallStatistics()

    init(_ callpoint: CallpointID, label: String) {
      self.callpoint = callpoint
      self.label = label
    }
  }

  /// What is allowed.
  package let limits: Limits
  let router: Router
  var points = NumberTable<CallpointID, Point>()
  var entries = NumberTable<RequestID, Entry>()
  var deadlines = DeadlineQueue()
  /// The time of the last event.
  var time = Duration.zero
  /// Endpoints whose end has been ordered.
  var killed: Set<EndpointID> = []
  /// The bytes of all requests that have no outcome yet.
  package internal(set) var bytes = 0

  /// Creates a ledger without callpoints.
  package init(limits: Limits) {
    self.limits = limits
    router = Router(queueLimit: limits.queue)
  }

  // MARK: Callpoints

  /// Makes a callpoint known, unless it is; its requests wait until an endpoint serves it.
  ///
  /// - Parameters:
  ///   - callpoint: The callpoint.
  ///   - label: Its name in errors: `action reset`.
  package func open(_ callpoint: CallpointID, label: String) {
    router.open(callpoint)
    if let point = points[callpoint] {
      point.label = label
    } else {
      points[callpoint] = Point(callpoint, label: label)
    }
  }

  /// Ends a callpoint; what waited for it is refused.
  package func close(_ callpoint: CallpointID, because error: CallError, at now: Duration) -> [Action] {
    time = now
    let waiting = router.close(callpoint)
    points[callpoint] = nil
    return waiting.flatMap { settle($0, with: error) }
  }

  /// Refuses requests for a callpoint at once from now on, those that wait included, or, with `nil`, lets them wait again.
  package func refuse(_ callpoint: CallpointID, because reason: String?, at now: Duration) -> [Action] {
    time = now
    points[callpoint]?.refusal = reason
    guard let reason else { return [] }
    return router.flush(callpoint).flatMap { settle($0, with: CallError(.unavailable, reason)) }
  }

  // MARK: Requests

  /// Takes in a request.
  ///
  /// - Parameters:
  ///   - request: The request, which must be new.
  ///   - submission: What is wanted.
  ///   - now: The time.
  /// - Returns: What is to be done with it now; nothing if it waits.
  /// - Throws: ``CallError`` if it is not accepted: then it is none of the ledger's.
  package func submit(
    _ request: RequestID, _ submission: Submission, at now: Duration
  ) throws(CallError) -> [Action] {
    time = now
    guard let point = points[submission.callpoint] else {
      throw CallError(.unavailable, "the callpoint's VM is stopped")
    }
    if let reason = point.refusal { throw CallError(.unavailable, reason) }
    let depth = submission.parent.flatMap { entries[$0]?.depth }.map { $0 + 1 } ?? 0
    guard depth <= limits.depth else {
      throw CallError(.busy, "callbacks that wait for each other are \(limits.depth) deep already")
    }
    let isNested = depth > 0
    guard isNested || bytes + submission.bytes <= limits.bytes else {
      throw CallError(
        .busy, "the requests that wait or run have \(bytes) bytes; they may have \(limits.bytes) together")
    }
    var actions: [Action] = []
    switch router.submit(request, to: point.callpoint, isNested: isNested) {
    case .unknownCallpoint: preconditionFailure("the router has not been told of \(point.label)")
    case .busy: throw CallError(.busy, "\(limits.queue) requests wait for \(point.label), which is the most")
    case .queued: break
    case .send(let dispatch):
      actions = isNested ? [.send(dispatch), .takeOver(dispatch.endpoint)] : [.send(dispatch)]
    }
    let due = time + submission.timeout
    entries[request] = Entry(
      point: point, bytes: submission.bytes, depth: depth, accepted: time,
      sent: actions.isEmpty ? nil : time, due: due)
    bytes += submission.bytes
    watch(request, at: due)
    return actions
  }

  /// Answers a request with an error.
  ///
  /// One that an endpoint has keeps its place there until it ends, which `cb_abort` may hasten.
  package func cancel(_ request: RequestID, because error: CallError = .cancelled, at now: Duration)
    -> [Action]
  {
    time = now
    guard entries[request]?.isAwaited == true else { return [] }
    if router.withdraw(request) { return settle(request, with: error) }
    return giveUp(request, with: error)
  }

  /// Takes back a request that has not begun; one that runs ends as it would have.
  ///
  /// One that an endpoint has may not have begun either: the endpoint finds out.
  package func withdraw(_ request: RequestID, at now: Duration) -> [Action] {
    time = now
    guard entries[request]?.isAwaited == true else { return [] }
    if router.withdraw(request) { return settle(request, with: CallError(.cancelled, "the request was cancelled")) }
    return router.endpoint(of: request).map { [.abort(request, on: $0)] } ?? []
  }

  /// A callback asks for another deadline, counted from now.
  package func moveDeadline(of request: RequestID, to timeout: Duration, at now: Duration) {
    time = now
    guard entries[request] != nil, !router.isStuck(request) else { return }
    let due = time + timeout
    entries[request]?.due = due
    entries[request]?.ran = false
    watch(request, at: due)
  }

  // MARK: Looking

  /// Whether a request has been accepted and is not over.
  package func isOpen(_ request: RequestID) -> Bool { entries[request] != nil }

  /// Whether a request is not over and its caller has not been answered, as after a timeout.
  package func isAwaited(_ request: RequestID) -> Bool { entries[request]?.isAwaited ?? false }

  /// Whether a callpoint has been opened and not closed.
  package func knows(_ callpoint: CallpointID) -> Bool { points[callpoint] != nil }

  /// Why requests for a callpoint are refused at once, if they are.
  package func refusal(of callpoint: CallpointID) -> String? { points[callpoint]?.refusal }

  /// What is known about a callpoint's calls.
  package func statistics(of callpoint: CallpointID) -> CallStatistics {
    points[callpoint]?.statistics ?? CallStatistics()
  }

  /// How many requests wait for a callpoint.
  package func waiting(for callpoint: CallpointID) -> Int { router.waiting(for: callpoint) }

  /// How many requests for a callpoint endpoints have.
  package func inFlight(for callpoint: CallpointID) -> Int { router.inFlight(for: callpoint) }

  /// The requests that an endpoint has been given and has not answered.
  package func inFlight(on endpoint: EndpointID) -> Set<RequestID> { router.inFlight(on: endpoint) }

  /// How many requests an endpoint has been given and has not answered.
  package func inFlightCount(on endpoint: EndpointID) -> Int { router.inFlightCount(on: endpoint) }

  /// The endpoints that serve a callpoint, without those that are retired.
  package func endpoints(of callpoint: CallpointID) -> [EndpointID] { router.endpoints(of: callpoint) }

  /// How many callbacks of a callpoint are stuck.
  package func stuckCount(of callpoint: CallpointID) -> Int { router.stuckCount(of: callpoint) }

  /// How many callbacks are stuck in an endpoint.
  package func stuckCount(on endpoint: EndpointID) -> Int { router.stuckCount(on: endpoint) }

  /// The callpoint a request is for, and how long its endpoint has had it; `nil` unless an endpoint has it.
  package func progress(of request: RequestID, at now: Duration) -> (callpoint: CallpointID, age: Duration)? {
    guard let entry = entries[request], let sent = entry.sent else { return nil }
    return (entry.point.callpoint, now - sent)
  }

  // MARK: Ends

  /// Ends a request that no endpoint has; its caller gets an error, unless it has been answered.
  func settle(_ request: RequestID, with error: CallError) -> [Action] {
    guard let entry = entries.removeValue(forKey: request) else { return [] }
    guard entry.isAwaited else { return [.forget(request)] }
    count(entry, hasFailed: true)
    return [.fail(request, error)]
  }

  /// Answers the caller of a request that an endpoint keeps for now.
  func giveUp(_ request: RequestID, with error: CallError) -> [Action] {
    guard let entry = entries[request], let endpoint = router.endpoint(of: request) else { return [] }
    count(entry, hasFailed: true)
    entries[request]?.isAwaited = false
    return [.abort(request, on: endpoint), .fail(request, error)]
  }

  /// A request has its outcome: its bytes are free, and the statistics know it.
  func count(_ entry: Entry, hasFailed: Bool) {
    bytes -= entry.bytes
    entry.point.statistics.record(time - entry.accepted, hasFailed: hasFailed)
  }

  func sent(_ dispatches: [Router.Dispatch]) -> [Action] {
    for dispatch in dispatches { entries[dispatch.request]?.sent = time }
    return dispatches.map { .send($0) }
  }

  func label(of request: RequestID) -> String {
    entries[request]?.point.label ?? "the callback"
  }

  /// A callpoint's name in errors.
  package func label(of callpoint: CallpointID) -> String { points[callpoint]?.label ?? "the callback" }
}
