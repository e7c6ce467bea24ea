package import Callpoints
package import Kernel

/// Takes requests to endpoints and their outcomes back.
///
/// Owner: the reactor's thread. The decisions are the ``RequestLedger``'s; this class keeps what the ledger knows only
/// by number: the text of a request, who waits for it and the links to the endpoints. It has one timer.
package final class Dispatcher {
  /// What waits for a request.
  ///
  /// It is called once, and a reply's bytes are valid only until it returns.
  package typealias Completion = (Result<Reply, CallError>) -> Void

  /// A callback that runs.
  package struct Running {
    /// The request's number.
    package let request: RequestID
    /// The callpoint's name in messages: `action reset`.
    package let label: String
    /// The callpoint.
    package let callpoint: CallpointID
    /// What is called: the request's `op`.
    package let operation: String
    /// The instance, node or action it is called for, if it names one.
    package let path: String?
    /// How long its endpoint has had it.
    package let age: Duration
    /// Whether somebody still waits for it.
    package let isAwaited: Bool
  }

  private struct Call {
    let body: RequestBody
    let completion: Completion
  }

  /// Told when a callpoint begins to refuse everything, and when it takes requests again.
  package var happened: (LogEvent) -> Void = { _ in }
  /// Told of each request that is refused, with the name of its callpoint if that is known.
  package var refused: (String?, CallError) -> Void = { _, _ in }

  private let reactor: Reactor
  private let messageLimit: Int
  private let ledger: RequestLedger
  private var calls = NumberTable<RequestID, Call>()
  /// What those requests were about whose callers have been answered while endpoints still have them.
  private var leftovers: [RequestID: RequestBody.Summary] = [:]
  private var endpoints = NumberTable<EndpointID, Endpoint>()
  private var nextNumber: UInt64 = 1
  private var alarm: (timer: Timer, time: Duration)?

  /// Creates a dispatcher without callpoints.
  ///
  /// - Parameters:
  ///   - reactor: Where its timer runs.
  ///   - limits: How much it takes on.
  ///   - messageLimit: The longest message that an endpoint reads, in bytes.
  package init(reactor: Reactor, limits: RequestLedger.Limits, messageLimit: Int) {
    self.reactor = reactor
    self.messageLimit = messageLimit
    ledger = RequestLedger(limits: limits)
  }

  /// A number that no request and no transaction has had.
  package func makeNumber() -> UInt64 {
    defer { nextNumber += 1 }
    return nextNumber
  }

  /// Makes a callpoint known, unless it is; its requests wait until an endpoint serves it.
  ///
  /// - Parameters:
  ///   - callpoint: The callpoint.
  ///   - label: Its name in errors: `action reset`.
  package func open(_ callpoint: CallpointID, label: String) { ledger.open(callpoint, label: label) }

  /// Ends a callpoint; what waited for it is refused.
  package func close(_ callpoint: CallpointID, because error: CallError) {
    perform(ledger.close(callpoint, because: error, at: reactor.now))
  }

  /// Refuses requests for a callpoint at once from now on, those that wait included, or, with `nil`, lets them wait again.
  package func refuse(_ callpoint: CallpointID, because reason: String?) {
    guard ledger.knows(callpoint) else { return }
    let wasRefused = ledger.refusal(of: callpoint) != nil
    if wasRefused != (reason != nil) {
      let word = reason == nil ? LogEvent.Word.admit : .refuse
      happened(LogEvent(word, ["callpoint": ledger.label(of: callpoint), "reason": reason]))
    }
    perform(ledger.refuse(callpoint, because: reason, at: reactor.now))
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
    guard body.longestLine <= messageLimit else {
      let text = "the request to \(ledger.label(of: callpoint)) is longer than \(MessageLimit.text(messageLimit))"
      let error = CallError(.tooLarge, text)
      refused(ledger.label(of: callpoint), error)
      completion(.failure(error))
      return request
    }
    let submission = RequestLedger.Submission(
      callpoint: callpoint, bytes: body.tail.count, timeout: timeout, parent: parent)
    do throws(CallError) {
      let actions = try ledger.submit(request, submission, at: reactor.now)
      calls[request] = Call(body: body, completion: completion)
      armAlarm()
      perform(actions)
    } catch {
      refused(ledger.label(of: callpoint), error)
      completion(.failure(error))
    }
    return request
  }

  /// Answers a request with `cancelled`.
  ///
  /// One that an endpoint has keeps its place there until it ends, which `cb_abort` may hasten.
  package func cancel(_ request: RequestID) { perform(ledger.cancel(request, at: reactor.now)) }

  /// Takes back a request that has not begun, which ends as `cancelled`; one that runs ends as it would have.
  package func withdraw(_ request: RequestID) { perform(ledger.withdraw(request, at: reactor.now)) }

  /// Answers every request that is open with an error.
  package func cancelAll(because error: CallError) {
    for request in calls.keys.sorted() { perform(ledger.cancel(request, because: error, at: reactor.now)) }
  }

  // MARK: Looking

  /// Whether a request has been accepted and is not over.
  package func isOpen(_ request: RequestID) -> Bool { ledger.isOpen(request) }

  /// Whether a request is not over and its caller has not been answered, as after a timeout.
  package func isAwaited(_ request: RequestID) -> Bool { ledger.isAwaited(request) }

  /// What is known about a callpoint's calls.
  package func statistics(of callpoint: CallpointID) -> CallStatistics { ledger.statistics(of: callpoint) }

  /// How many requests wait for a callpoint.
  package func waiting(for callpoint: CallpointID) -> Int { ledger.waiting(for: callpoint) }

  /// How many requests for a callpoint endpoints have.
  package func inFlight(for callpoint: CallpointID) -> Int { ledger.inFlight(for: callpoint) }

  /// How many requests an endpoint has.
  package func inFlight(on endpoint: EndpointID) -> Int { ledger.inFlightCount(on: endpoint) }

  /// How many callbacks of a callpoint go on although their deadlines and the grace period have passed.
  package func stuck(of callpoint: CallpointID) -> Int { ledger.stuckCount(of: callpoint) }

  /// How many callbacks in an endpoint go on although their deadlines and the grace period have passed.
  package func stuck(on endpoint: EndpointID) -> Int { ledger.stuckCount(on: endpoint) }

  /// How many requests for a callpoint run at this moment; the others in flight lie in a pipe.
  package func running(for callpoint: CallpointID) -> Int {
    ledger.endpoints(of: callpoint).reduce(0) { sum, endpoint in
      sum + running(on: endpoint).count { $0.callpoint == callpoint }
    }
  }

  /// The callbacks that run on an endpoint at this moment, the oldest request first.
  package func running(on endpoint: EndpointID) -> [Running] {
    let now = reactor.now
    let started = endpoints[endpoint]?.started ?? []
    return started.sorted().compactMap { request in
      // A request stays on the page until its thread takes the next one or waits, and its reply may not have been read yet.
      guard let progress = ledger.progress(of: request, at: now),
        let summary = leftovers[request] ?? calls[request]?.body.summary
      else { return nil }
      return Running(
        request: request, label: ledger.label(of: progress.callpoint), callpoint: progress.callpoint,
        operation: summary.operation, path: summary.path,
        age: progress.age, isAwaited: ledger.isAwaited(request))
    }
  }

  // MARK: Endpoints

  /// An endpoint has said that it is ready.
  ///
  /// - Parameters:
  ///   - endpoint: The endpoint.
  ///   - served: The callpoints it serves, each with the number of its registration there.
  ///   - credit: How many requests it may have at a time.
  ///   - bearsStuckCallbacks: Whether it can go on while a callback is stuck, with a thread less.
  func endpointReady(
    _ endpoint: Endpoint, serving served: [CallpointID: Int], credit: Int, bearsStuckCallbacks: Bool
  ) {
    endpoints[endpoint.id] = endpoint
    perform(
      ledger.endpointReady(
        endpoint.id, serving: served, credit: credit, bearsStuckCallbacks: bearsStuckCallbacks, at: reactor.now))
  }

  /// Gives an endpoint no new requests any more; those that it has end there.
  func retire(_ endpoint: Endpoint) { ledger.retire(endpoint.id) }

  /// An endpoint is gone, and everything that it wrote has been read.
  ///
  /// - Parameters:
  ///   - endpoint: The endpoint.
  ///   - error: What those who wait for a callback it was running are told.
  func endpointLost(_ endpoint: Endpoint, because error: CallError) {
    guard endpoints.removeValue(forKey: endpoint.id) != nil else { return }
    perform(ledger.endpointLost(endpoint.id, started: endpoint.started, because: error, at: reactor.now))
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
    let hasFailed = if case .failure = result { true } else { false }
    guard let actions = ledger.replied(request, from: endpoint.id, hasFailed: hasFailed, at: reactor.now) else {
      throw ProtocolViolation("it answered request \(request.number), which it was not given")
    }
    perform(actions, delivering: result)
  }

  /// A callback asks for another deadline, counted from now.
  func moveDeadline(of request: RequestID, to timeout: Duration) {
    ledger.moveDeadline(of: request, to: timeout, at: reactor.now)
    armAlarm()
  }

  // MARK: Doing

  private func perform(_ actions: [RequestLedger.Action], delivering reply: Result<Reply, CallError>? = nil) {
    for action in actions {
      switch action {
      case .send(let dispatch): send(dispatch)
      case .takeOver(let endpoint): endpoints[endpoint]?.takeOver(waits: true)
      case .abort(let request, let endpoint): endpoints[endpoint]?.abort(request)
      case .deliver(let request):
        if let reply { calls.removeValue(forKey: request)?.completion(reply) }
      case .fail(let request, let error):
        let call = calls.removeValue(forKey: request)
        if ledger.isOpen(request) { leftovers[request] = call?.body.summary }
        if [.busy, .unavailable].contains(error.kind) { refused(nil, error) }
        call?.completion(.failure(error))
      case .forget(let request): leftovers[request] = nil
      case .report(let stuck): endpoints[stuck.endpoint]?.events.stuck(stuck)
      case .kill(let endpoint, let reason): endpoints[endpoint]?.events.exhausted(reason)
      }
    }
  }

  private func send(_ dispatch: Router.Dispatch) {
    // What an endpoint had that is gone by now has been taken back already.
    guard let endpoint = endpoints[dispatch.endpoint] else { return }
    // A completion may have cancelled it a moment ago.
    if let body = calls[dispatch.request]?.body,
      endpoint.send(dispatch.request, registration: dispatch.registration, body)
    {
      return
    }
    perform(ledger.unsendable(dispatch.request, at: reactor.now))
  }

  private func armAlarm() {
    guard let next = ledger.nextAlarm else { return }
    if let alarm {
      if alarm.time <= next { return }
      reactor.cancel(alarm.timer)
    }
    let timer = reactor.after(max(.zero, next - reactor.now)) { [unowned self] in
      alarm = nil
      let actions = ledger.alarm(at: reactor.now) { [endpoints] in endpoints[$0]?.started ?? [] }
      armAlarm()
      perform(actions)
    }
    alarm = (timer, next)
  }
}
