/// Time: deadlines, the grace period after them, and callbacks that outlast both.
extension RequestLedger {
  /// When ``alarm(at:running:)`` wants to be called next.
  package var nextAlarm: Duration? { entries.isEmpty ? nil : deadlines.earliest }

  /// Time has passed.
  ///
  /// - Parameters:
  ///   - now: The time.
  ///   - running: The requests that an endpoint's page says are running.
  /// - Returns: What is to be done.
  package func alarm(at now: Duration, running: (EndpointID) -> Set<RequestID>) -> [Action] {
    time = now
    var actions: [Action] = []
    while let (request, due) = deadlines.popFirst(until: now) {
      // One that was moved to a later time, or is over, has left this entry behind.
      guard let entry = entries[request], entry.due <= due else { continue }
      if entry.isAwaited {
        actions += expire(request, entry, running)
      } else {
        actions += overran(request, entry, running)
      }
    }
    return actions
  }

  func watch(_ request: RequestID, at time: Duration) {
    deadlines.insert(request, at: time)
    if deadlines.count > 2 * entries.count + 1024 {
      deadlines.prune { entries[$0] != nil }
    }
  }

  /// A deadline has passed: the caller is answered now; the callback may still end by itself within the grace period.
  private func expire(
    _ request: RequestID, _ entry: Entry, _ running: (EndpointID) -> Set<RequestID>
  ) -> [Action] {
    let seconds = (entry.due - entry.accepted).seconds
    let error = CallError(.timeout, "\(label(of: request)) did not answer within \(seconds) s")
    guard let endpoint = router.endpoint(of: request) else {
      _ = router.withdraw(request)
      return settle(request, with: error)
    }
    lookAgain(at: request, isRunning: running(endpoint).contains(request), after: limits.grace)
    return giveUp(request, with: error)
  }

  /// A request whose caller was answered before is still not over.
  ///
  /// It is stuck if it ran a grace period ago and runs now. If it is unread and nothing but stuck callbacks runs, its
  /// endpoint does not read at all.
  private func overran(
    _ request: RequestID, _ entry: Entry, _ running: (EndpointID) -> Set<RequestID>
  ) -> [Action] {
    guard let endpoint = router.endpoint(of: request) else { return [] }
    if entry.isReported, router.isExhausted(endpoint) { return kill(endpoint, because: request) }
    if router.isStuck(request) { return [] }
    let running = running(endpoint)
    let isRunning = running.contains(request)
    if isRunning && entry.ran {
      router.becameStuck(request)
    } else if !isRunning && router.readsNothing(endpoint, running: running) {
      router.becameDeaf(endpoint)
    } else {
      lookAgain(at: request, isRunning: isRunning, after: limits.grace)
      return []
    }
    lookAgain(at: request, isRunning: isRunning, after: limits.lastWords)
    entries[request]?.isReported = true
    return [
      .report(
        StuckCallback(
          request: request, callpoint: entry.point.callpoint, label: entry.point.label, endpoint: endpoint,
          age: time - (entry.sent ?? entry.accepted), isUnread: !isRunning))
    ]
  }

  private func lookAgain(at request: RequestID, isRunning: Bool, after pause: Duration) {
    let due = time + pause
    entries[request]?.due = due
    entries[request]?.ran = isRunning
    entries[request]?.isReported = false
    watch(request, at: due)
  }

  /// Kills an endpoint that still has no usable thread after the time for its last words.
  private func kill(_ endpoint: EndpointID, because request: RequestID) -> [Action] {
    guard killed.insert(endpoint).inserted else { return [] }
    let label = label(of: request)
    let count = router.stuckCount(on: endpoint)
    let reason =
      switch count {
      case 0: "it does not read its requests, such as one for \(label)"
      case 1: "\(label) goes on after its deadline and the grace period"
      default: "\(count) callbacks go on after their deadlines and the grace period, the last one of \(label)"
      }
    return [.kill(endpoint, reason: reason)]
  }
}
