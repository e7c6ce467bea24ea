import Testing

@testable import Callpoints

private let slow = CallpointID(0)
private let quick = CallpointID(1)
private let one = EndpointID(1)
private let two = EndpointID(2)
private func request(_ number: UInt64) -> RequestID { RequestID(number) }

@Suite struct `Request ledger` {
  private var ledger: RequestLedger
  private var now = Duration.seconds(1000)
  private var pages: [EndpointID: Set<RequestID>] = [:]

  init() {
    var limits = RequestLedger.Limits(grace: .seconds(10))
    limits.queue = 3
    limits.bytes = 1000
    ledger = RequestLedger(limits: limits)
    ledger.open(slow, label: "action slow")
    ledger.open(quick, label: "action quick")
  }

  private mutating func ready(
    _ endpoint: EndpointID, _ served: [CallpointID: Int] = [slow: 0], credit: Int = 4, bearsStuckCallbacks: Bool = false
  ) -> [RequestLedger.Action] {
    ledger.endpointReady(
      endpoint, serving: served, credit: credit, bearsStuckCallbacks: bearsStuckCallbacks, at: now)
  }

  private mutating func submit(
    _ number: UInt64, to callpoint: CallpointID = slow, bytes: Int = 10, timeout: Duration = .seconds(60),
    inside parent: RequestID? = nil
  ) throws(CallError) -> [RequestLedger.Action] {
    try ledger.submit(
      request(number), .init(callpoint: callpoint, bytes: bytes, timeout: timeout, parent: parent), at: now)
  }

  /// Lets time pass as the driver does: every alarm is heard in time.
  private mutating func pass(_ time: Duration) -> [RequestLedger.Action] {
    let end = now + time
    var actions: [RequestLedger.Action] = []
    while let alarm = ledger.nextAlarm, alarm <= end {
      now = max(now, alarm)
      actions += hear()
    }
    now = end
    return actions
  }

  private mutating func hear() -> [RequestLedger.Action] {
    let pages = pages
    return ledger.alarm(at: now) { pages[$0] ?? [] }
  }

  private func sent(
    _ number: UInt64, to endpoint: EndpointID, registration: Int = 0
  ) -> RequestLedger.Action {
    .send(Router.Dispatch(request: request(number), endpoint: endpoint, registration: registration))
  }

  private func kinds(_ actions: [RequestLedger.Action]) -> [CallError.Kind] {
    actions.compactMap { if case .fail(_, let error) = $0 { error.kind } else { nil } }
  }

  // MARK: Bounds

  @Test mutating func `beyond the queue the answer is busy and says so`() throws {
    for number in UInt64(1)...3 { #expect(try submit(number).isEmpty) }
    #expect {
      try submit(4)
    } throws: {
      "\($0)" == "3 requests wait for action slow, which is the most"
    }
    #expect(try submit(5, to: quick).isEmpty)
  }

  @Test mutating func `the bytes of all requests are bounded until their outcomes`() throws {
    _ = ready(one)
    #expect(try submit(1, bytes: 900) == [sent(1, to: one)])
    #expect {
      try submit(2, bytes: 101)
    } throws: {
      "\($0)" == "the requests that wait or run have 900 bytes; they may have 1000 together"
    }
    #expect(try submit(3, bytes: 200, inside: request(1)) == [sent(3, to: one), .takeOver(one)])
    #expect(ledger.bytes == 1100)
    _ = ledger.replied(request(1), from: one, hasFailed: false, at: now)
    #expect(try submit(4, bytes: 800) == [sent(4, to: one)])
    _ = ledger.cancel(request(4), at: now)
    _ = ledger.endpointLost(one, started: [request(3)], because: CallError(.workerLost, "gone"), at: now)
    #expect(ledger.bytes == 0)
  }

  @Test mutating func `callbacks that wait for each other are bounded in depth`() throws {
    _ = ready(one, credit: 1)
    #expect(try submit(1) == [sent(1, to: one)])
    for number in UInt64(2)...17 { #expect(try submit(number, inside: request(number - 1)).count == 2) }
    #expect {
      try submit(18, inside: request(17))
    } throws: {
      ($0 as? CallError)?.kind == .busy
    }
  }

  // MARK: Deadlines

  @Test mutating func `at its deadline a running request is answered and aborted, and its late reply is dropped`()
    throws
  {
    _ = ready(one)
    _ = try submit(1, timeout: .seconds(5))
    pages[one] = [request(1)]
    let expiry = pass(.seconds(5))
    #expect(expiry.first == .abort(request(1), on: one) && kinds(expiry) == [.timeout])
    #expect(ledger.isOpen(request(1)) && !ledger.isAwaited(request(1)))
    let late = ledger.replied(request(1), from: one, hasFailed: false, at: now)
    #expect(late == [.forget(request(1))] && !ledger.isOpen(request(1)))
    #expect(ledger.statistics(of: slow).calls == 1 && ledger.statistics(of: slow).errors == 1)
  }

  @Test
  mutating func `a worker with a stuck callback dumps its stacks, is killed a second later, and gets nothing new`()
    throws
  {
    _ = ready(one)
    _ = try submit(1, timeout: .seconds(5))
    pages[one] = [request(1)]
    _ = pass(.seconds(5))
    let quiet = pass(.seconds(9))
    #expect(quiet.isEmpty)
    let reports = pass(.seconds(1))
    guard case .report(let stuck)? = reports.first, reports.count == 1 else {
      Issue.record("no report: \(reports)")
      return
    }
    #expect(stuck.label == "action slow" && stuck.age == .seconds(15) && !stuck.isUnread)
    #expect(try submit(2) == [])
    let kill = pass(.seconds(1))
    #expect(kill == [.kill(one, reason: "action slow goes on after its deadline and the grace period")])
    let again = pass(.seconds(30))
    #expect(again == [])
    let lost = ledger.endpointLost(
      one, started: [request(1)], because: CallError(.workerLost, "signal 9"), at: now)
    #expect(lost == [.forget(request(1))])
    let next = ready(two)
    #expect(next == [sent(2, to: two)])
  }

  @Test mutating func `a stuck callback that comes back in time saves its worker`() throws {
    _ = ready(one)
    _ = try submit(1, timeout: .seconds(5))
    pages[one] = [request(1)]
    _ = pass(.seconds(15))
    _ = try submit(2)
    let saved = ledger.replied(request(1), from: one, hasFailed: false, at: now)
    pages[one] = []
    #expect(saved == [sent(2, to: one), .forget(request(1))])
    let after = pass(.seconds(5))
    #expect(after == [])
  }

  @Test mutating func `threads bear stuck callbacks until a callpoint has no thread left`() throws {
    _ = ready(one, [slow: 0, quick: 1], credit: 3, bearsStuckCallbacks: true)
    _ = try submit(1, timeout: .seconds(5))
    _ = try submit(2, timeout: .seconds(20))
    pages[one] = [request(1), request(2)]
    let first = pass(.seconds(17))
    #expect(first.count { if case .report = $0 { true } else { false } } == 1)
    #expect(ledger.stuckCount(on: one) == 1 && ledger.stuckCount(of: slow) == 1)
    #expect(try submit(3, to: quick) == [sent(3, to: one, registration: 1)])
    let second = pass(.seconds(14))
    #expect(
      second.last
        == .kill(
          one, reason: "2 callbacks go on after their deadlines and the grace period, the last one of action slow"))
  }

  @Test mutating func `a request that only lies unread behind a slow callback does not cost that callback its worker`()
    throws
  {
    _ = ready(one)
    _ = try submit(1, timeout: .seconds(600))
    _ = try submit(2, timeout: .seconds(5))
    pages[one] = [request(1)]
    let actions = pass(.seconds(100))
    #expect(kinds(actions) == [.timeout] && actions.count == 2)
    // It is read at last: it has the grace period from now on.
    pages[one] = [request(2)]
    _ = ledger.replied(request(1), from: one, hasFailed: false, at: now)
    let quiet = pass(.seconds(10))
    #expect(quiet.isEmpty)
    let late = pass(.seconds(10))
    guard case .report(let stuck)? = late.first else {
      Issue.record("no report: \(late)")
      return
    }
    #expect(stuck.request == request(2) && !stuck.isUnread)
  }

  @Test mutating func `an endpoint that reads nothing is killed`() throws {
    _ = ready(one, credit: 4, bearsStuckCallbacks: true)
    _ = try submit(1, timeout: .seconds(5))
    let actions = pass(.seconds(20))
    #expect(
      actions.last == .kill(one, reason: "it does not read its requests, such as one for action slow"))
  }

  @Test mutating func `a moved deadline counts from then`() throws {
    _ = ready(one)
    _ = try submit(1, timeout: .seconds(5))
    _ = pass(.seconds(4))
    ledger.moveDeadline(of: request(1), to: .seconds(60), at: now)
    let quiet = pass(.seconds(59))
    #expect(quiet.isEmpty)
    let expiry = pass(.seconds(1))
    #expect(kinds(expiry) == [.timeout])
  }

  // MARK: Endpoints

  @Test mutating func `what nobody waits for any more is not run again`() throws {
    _ = ready(one, credit: 4)
    for number in UInt64(1)...3 { _ = try submit(number) }
    _ = ledger.cancel(request(2), at: now)
    let lost = ledger.endpointLost(one, started: [request(1)], because: CallError(.workerLost, "gone"), at: now)
    #expect(lost == [.fail(request(1), CallError(.workerLost, "action slow: gone")), .forget(request(2))])
    let next = ready(two)
    #expect(next == [sent(3, to: two)])
  }

  @Test mutating func `a retired endpoint finishes what it has, and the next one has its own numbers`() throws {
    _ = ready(one, [slow: 4])
    #expect(try submit(1) == [sent(1, to: one, registration: 4)])
    ledger.retire(one)
    _ = ready(two, [slow: 9])
    #expect(try submit(2) == [sent(2, to: two, registration: 9)])
    let reply = ledger.replied(request(1), from: one, hasFailed: false, at: now)
    #expect(reply == [.deliver(request(1))])
  }

  @Test mutating func `an answer from an endpoint that does not have the request is a violation`() throws {
    _ = ready(one)
    _ = ready(two)
    _ = try submit(1)
    let foreign = ledger.replied(request(1), from: two, hasFailed: false, at: now)
    #expect(foreign == nil)
    let own = ledger.replied(request(1), from: one, hasFailed: false, at: now)
    #expect(own == [.deliver(request(1))])
    let twice = ledger.replied(request(1), from: one, hasFailed: false, at: now)
    #expect(twice == nil)
  }

  @Test mutating func `refusing a callpoint answers what waits and what comes, not what runs`() throws {
    _ = ready(one, credit: 1)
    _ = try submit(1)
    _ = try submit(2)
    let refused = ledger.refuse(slow, because: "VM v is stopped", at: now)
    #expect(refused == [.fail(request(2), CallError(.unavailable, "VM v is stopped"))])
    #expect {
      try submit(3)
    } throws: {
      $0 as? CallError == CallError(.unavailable, "VM v is stopped")
    }
    let quiet = ledger.refuse(slow, because: nil, at: now)
    #expect(quiet.isEmpty && ledger.isAwaited(request(1)))
    #expect(try submit(4) == [])
  }
}
