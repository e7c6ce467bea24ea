/// Endpoints: they come, answer, are retired and go.
extension RequestLedger {
  /// Takes note of an endpoint that can serve.
  ///
  /// - Parameters:
  ///   - endpoint: The endpoint, which must be new.
  ///   - served: The callpoints it serves, each with the number of its registration there.
  ///   - credit: How many requests it may have at a time; if it serves several callpoints, one of them may have all but
  ///     one.
  ///   - bearsStuckCallbacks: Whether it can go on while a callback is stuck, with a thread less.
  ///   - now: The time.
  /// - Returns: What is to be done.
  package func endpointReady(
    _ endpoint: EndpointID, serving served: [CallpointID: Int], credit: Int, bearsStuckCallbacks: Bool,
    at now: Duration
  ) -> [Action] {
    time = now
    return sent(
      router.endpointReady(endpoint, serving: served, credit: credit, bearsStuckCallbacks: bearsStuckCallbacks))
  }

  /// Gives an endpoint no new requests any more; those that it has, read or unread, end there.
  package func retire(_ endpoint: EndpointID) { router.retire(endpoint) }

  /// An endpoint has answered a request.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - endpoint: The endpoint.
  ///   - hasFailed: Whether the answer is an error.
  ///   - now: The time.
  /// - Returns: What is to be done, or `nil` if the endpoint does not have the request.
  package func replied(
    _ request: RequestID, from endpoint: EndpointID, hasFailed: Bool, at now: Duration
  ) -> [Action]? {
    time = now
    guard let next = router.finished(request, on: endpoint), let entry = entries.removeValue(forKey: request) else {
      return nil
    }
    let outcome = entry.isAwaited ? Action.deliver(request) : .forget(request)
    if entry.isAwaited { count(entry, hasFailed: hasFailed) }
    return next.isEmpty ? [outcome] : sent(next) + [outcome]
  }

  /// A request cannot be written to its endpoint, which does not read what it has got.
  package func unsendable(_ request: RequestID, at now: Duration) -> [Action] {
    time = now
    guard let next = router.finished(request) else { return [] }
    let error = CallError(.busy, "the process that serves \(label(of: request)) does not read")
    return sent(next) + settle(request, with: error)
  }

  /// An endpoint is gone, and everything that it wrote has been read.
  ///
  /// - Parameters:
  ///   - endpoint: The endpoint.
  ///   - started: The requests that its page says were running.
  ///   - error: What those are told who wait for a callback that was running.
  ///   - now: The time.
  /// - Returns: What is to be done: what had started fails, and what had not runs elsewhere.
  package func endpointLost(
    _ endpoint: EndpointID, started: Set<RequestID>, because error: CallError, at now: Duration
  ) -> [Action] {
    time = now
    killed.remove(endpoint)
    var over = started
    for request in router.inFlight(on: endpoint) {
      entries[request]?.sent = nil
      // What nobody waits for is not run elsewhere.
      if entries[request]?.isAwaited != true { over.insert(request) }
    }
    let loss = router.endpointLost(endpoint, over: over)
    return sent(loss.moved)
      + loss.lost.flatMap { request in
        settle(request, with: CallError(error.kind, "\(label(of: request)): \(error.description)"))
      }
  }
}
