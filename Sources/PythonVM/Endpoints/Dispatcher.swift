package import Callpoints
package import Kernel

/// Takes requests to endpoints and their outcomes back.
///
/// Owner: the reactor's thread. The decisions are the ``Router``'s; this class keeps what the router knows only by
/// number: the text of a request, who waits for it, its deadline, and the links to the endpoints.
package final class Dispatcher {
  /// What waits for a request.
  ///
  /// It is called once, and a reply's bytes are valid only until it returns.
  package typealias Completion = (Result<Reply, CallError>) -> Void

  /// A callpoint that can be called.
  package struct Target {
    /// The name in errors: `action reset`.
    package let label: String
    /// The registration's number in its VM.
    package let registration: Int

    /// Creates a target.
    package init(label: String, registration: Int) {
      self.label = label
      self.registration = registration
    }
  }

  /// What is known about the calls of a callpoint.
  package struct Statistics {
    /// The number of calls that have ended.
    package var calls = 0
    /// How many of them failed.
    package var errors = 0
    /// How long they took, the time in the queue included.
    package var latency = LatencyHistogram()
  }

  private struct Call {
    let callpoint: CallpointID
    let body: RequestBody
    let accepted: Duration
    /// How many callbacks wait for it, each for the next.
    let depth: Int
    var deadline: Duration
    /// `nil` once the caller has been answered: a reply that comes later is dropped.
    var completion: Completion?
  }

  /// How many callbacks may wait for a request, each for the next: what goes deeper calls itself without end.
  private static let deepest = 16

  private let reactor: Reactor
  private let grace: Duration
  private let messageLimit: Int
  private var router = Router()
  private var targets: [CallpointID: Target] = [:]
  private var statistics: [CallpointID: Statistics] = [:]
  private var refusals: [CallpointID: String] = [:]
  private var calls: [RequestID: Call] = [:]
  private var endpoints: [EndpointID: Endpoint] = [:]
  private var nextNumber: UInt64 = 1
  private var deadlines = DeadlineQueue()
  private var alarm: (timer: Timer, time: Duration)?

  /// Creates a dispatcher without callpoints.
  ///
  /// - Parameters:
  ///   - reactor: Where timers run.
  ///   - grace: How long a callback may go on after its deadline before its worker is killed.
  ///   - messageLimit: The longest message that an endpoint reads, in bytes.
  package init(reactor: Reactor, grace: Duration, messageLimit: Int) {
    self.reactor = reactor
    self.grace = grace
    self.messageLimit = messageLimit
  }

  /// A number that no request and no transaction has had.
  package func makeNumber() -> UInt64 {
    defer { nextNumber += 1 }
    return nextNumber
  }

  /// Makes a callpoint known, or its new registration; its requests wait until an endpoint serves it.
  package func open(_ callpoint: CallpointID, _ target: Target) {
    router.open(callpoint)
    targets[callpoint] = target
  }

  /// Ends a callpoint; what waited for it is refused.
  package func close(_ callpoint: CallpointID, because error: CallError) {
    targets[callpoint] = nil
    refusals[callpoint] = nil
    statistics[callpoint] = nil
    for request in router.close(callpoint) { settle(request, .failure(error)) }
  }

  /// Refuses requests for a callpoint at once from now on, those that wait included, or, with `nil`, lets them wait again.
  package func refuse(_ callpoint: CallpointID, because reason: String?) {
    refusals[callpoint] = reason
    guard let reason else { return }
    for request in router.flush(callpoint) { settle(request, .failure(CallError(.unavailable, reason))) }
  }

  /// Calls a callpoint.
  ///
  /// - Parameters:
  ///   - callpoint: The callpoint.
  ///   - body: The request without its number.
  ///   - timeout: How long the caller waits.
  ///   - parent: The request whose callback makes this one, if any: it is admitted beyond limits, but not at any depth.
  ///   - request: The request's number, if the caller made it beforehand with ``makeNumber()``.
  ///   - completion: Called once, perhaps before this method returns.
  /// - Returns: The request's number.
  @discardableResult
  package func call(
    _ callpoint: CallpointID, _ body: RequestBody, timeout: Duration, inside parent: RequestID? = nil,
    as request: RequestID? = nil, completion: @escaping Completion
  ) -> RequestID {
    let request = request ?? RequestID(makeNumber())
    if let reason = refusals[callpoint] {
      completion(.failure(CallError(.unavailable, reason)))
      return request
    }
    guard body.longestLine <= messageLimit else {
      let label = targets[callpoint]?.label ?? "the callpoint"
      let text = "the request to \(label) is longer than \(MessageLimit.text(messageLimit))"
      completion(.failure(CallError(.tooLarge, text)))
      return request
    }
    let now = reactor.now
    let depth = parent.flatMap { calls[$0]?.depth }.map { $0 + 1 } ?? 0
    guard depth <= Self.deepest else {
      completion(.failure(CallError(.busy, "callbacks that wait for each other are \(Self.deepest) deep already")))
      return request
    }
    let isNested = depth > 0
    let admission = router.submit(request, to: callpoint, isNested: isNested)
    switch admission {
    case .unknownCallpoint:
      completion(.failure(CallError(.unavailable, "the callpoint's VM is stopped")))
      return request
    case .busy:
      let label = targets[callpoint]?.label ?? "the callpoint"
      completion(.failure(CallError(.busy, "too many requests wait for \(label)")))
      return request
    case .queued, .send: break
    }
    calls[request] = Call(
      callpoint: callpoint, body: body, accepted: now, depth: depth, deadline: now + timeout, completion: completion)
    deadlines.insert(request, at: now + timeout)
    if deadlines.count > 2 * calls.count + 1024 { deadlines.prune { calls[$0] != nil } }
    armAlarm()
    if case .send(let endpoint) = admission {
      send([Router.Dispatch(request: request, endpoint: endpoint)])
      if isNested { endpoints[endpoint]?.takeOver() }
    }
    return request
  }

  /// Answers a request with `cancelled`.
  ///
  /// One that an endpoint has keeps its place there until it ends, which `cb_abort` may hasten.
  package func cancel(_ request: RequestID) {
    guard let call = calls[request] else { return }
    if router.withdraw(request) {
      settle(request, .failure(CallError(.cancelled, "the request was cancelled")))
    } else if let completion = call.completion {
      endpoint(of: request)?.abort(request)
      calls[request]?.completion = nil
      completion(.failure(CallError(.cancelled, "the request was cancelled")))
    }
  }

  /// Whether a request has been accepted and is not over.
  package func isOpen(_ request: RequestID) -> Bool { calls[request] != nil }

  /// Whether a request is not over and its caller has not been answered, as after a timeout.
  package func isAwaited(_ request: RequestID) -> Bool { calls[request]?.completion != nil }

  /// What is known about a callpoint's calls.
  package func statistics(of callpoint: CallpointID) -> Statistics { statistics[callpoint] ?? Statistics() }

  /// How many requests wait for a callpoint.
  package func waiting(for callpoint: CallpointID) -> Int { router.waiting(for: callpoint) }

  /// How many requests for a callpoint endpoints have.
  package func inFlight(for callpoint: CallpointID) -> Int { router.inFlight(for: callpoint).count }

  /// How many requests for a callpoint run at this moment; the others in flight lie in a pipe.
  package func running(for callpoint: CallpointID) -> Int {
    let started = router.endpoints(of: callpoint).reduce(into: Set<RequestID>()) { set, endpoint in
      set.formUnion(endpoints[endpoint]?.started ?? [])
    }
    return router.inFlight(for: callpoint).intersection(started).count
  }

  /// How many requests an endpoint has.
  package func inFlight(on endpoint: EndpointID) -> Int { router.inFlight(on: endpoint).count }

  // MARK: Endpoints

  /// An endpoint has said that it is ready.
  func endpointReady(_ endpoint: Endpoint, serving callpoints: [CallpointID], credit: Int) {
    endpoints[endpoint.id] = endpoint
    send(router.endpointReady(endpoint.id, serving: callpoints, credit: credit))
  }

  /// An endpoint is gone, and everything that it wrote has been read.
  ///
  /// - Parameters:
  ///   - endpoint: The endpoint.
  ///   - error: What those who wait for a callback it was running are told.
  func endpointLost(_ endpoint: Endpoint, because error: CallError) {
    guard endpoints.removeValue(forKey: endpoint.id) != nil else { return }
    let loss = router.endpointLost(endpoint.id, started: endpoint.started)
    for request in loss.lost {
      let label = calls[request].flatMap { targets[$0.callpoint]?.label } ?? "callback"
      settle(request, .failure(CallError(error.kind, "\(label): \(error.description)")))
    }
    send(loss.moved)
  }

  /// An endpoint has answered a request.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - result: The answer.
  ///   - endpoint: The endpoint.
  /// - Throws: ``ProtocolViolation`` if the endpoint does not have the request.
  func replied(
    _ request: RequestID, _ result: Result<Reply, CallError>, from endpoint: Endpoint
  ) throws(ProtocolViolation) {
    guard router.endpoint(of: request) == endpoint.id, let next = router.replied(request) else {
      throw ProtocolViolation("it answered request \(request.number), which it was not given")
    }
    send(next)
    settle(request, result)
  }

  /// A callback asks for another deadline, counted from now.
  func moveDeadline(of request: RequestID, to timeout: Duration) {
    guard calls[request] != nil else { return }
    let deadline = reactor.now + timeout
    calls[request]?.deadline = deadline
    deadlines.insert(request, at: deadline)
    armAlarm()
  }

  private func endpoint(of request: RequestID) -> Endpoint? {
    router.endpoint(of: request).flatMap { endpoints[$0] }
  }

  private func send(_ dispatches: [Router.Dispatch]) {
    var rest = dispatches[...]
    while let dispatch = rest.popFirst() {
      guard let call = calls[dispatch.request], let target = targets[call.callpoint],
        let endpoint = endpoints[dispatch.endpoint]
      else { continue }
      let line = call.body.line(request: dispatch.request.number, registration: target.registration)
      if endpoint.send(line) { continue }
      rest += router.replied(dispatch.request) ?? []
      settle(dispatch.request, .failure(CallError(.busy, "the process that serves \(target.label) does not read")))
    }
  }

  private func settle(_ request: RequestID, _ result: Result<Reply, CallError>) {
    guard let call = calls.removeValue(forKey: request) else { return }
    if targets[call.callpoint] != nil {
      statistics[call.callpoint, default: Statistics()].calls += 1
      if case .failure = result { statistics[call.callpoint]?.errors += 1 }
      statistics[call.callpoint]?.latency.record(reactor.now - call.accepted)
    }
    call.completion?(result)
  }

  // MARK: Deadlines

  private func armAlarm() {
    guard let earliest = deadlines.earliest else { return }
    if let alarm {
      if alarm.time <= earliest { return }
      reactor.cancel(alarm.timer)
    }
    let timer = reactor.after(max(.zero, earliest - reactor.now)) { [unowned self] in
      alarm = nil
      deadlinesPassed()
      armAlarm()
    }
    alarm = (timer, earliest)
  }

  private func deadlinesPassed() {
    let now = reactor.now
    while let (request, time) = deadlines.popFirst(until: now) {
      guard let call = calls[request] else { continue }
      guard call.deadline <= time else { continue }
      if let completion = call.completion {
        expire(request, call, completion)
      } else if let endpoint = endpoint(of: request) {
        endpoint.overran(request, label: targets[call.callpoint]?.label ?? "callback")
      }
    }
  }

  private func expire(_ request: RequestID, _ call: Call, _ completion: Completion) {
    let seconds = (call.deadline - call.accepted).seconds
    let label = targets[call.callpoint]?.label ?? "the callback"
    let error = CallError(.timeout, "\(label) did not answer within \(seconds) s")
    if router.withdraw(request) {
      settle(request, .failure(error))
      return
    }
    endpoint(of: request)?.abort(request)
    // The caller is answered now; the callback may still end by itself within the grace period.
    calls[request]?.completion = nil
    calls[request]?.deadline = reactor.now + grace
    deadlines.insert(request, at: reactor.now + grace)
    completion(.failure(error))
  }
}
