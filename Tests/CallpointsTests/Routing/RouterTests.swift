import TestSupport
import Testing

@testable import Callpoints

private let a = CallpointID(0)
private let b = CallpointID(1)
private func request(_ number: UInt64) -> RequestID { RequestID(number) }
private func to(_ endpoint: Int, _ request: RequestID, registration: Int = 0) -> Router.Dispatch {
  Router.Dispatch(request: request, endpoint: EndpointID(endpoint), registration: registration)
}

@Suite struct `Request router` {
  @Test func `a request waits until an endpoint serves its callpoint`() {
    let router = Router()
    router.open(a)
    #expect(router.submit(request(1), to: a) == .queued)
    let sent = router.endpointReady(EndpointID(7), serving: [a: 0], credit: 4)
    #expect(sent == [to(7, request(1))])
    #expect(router.finished(request(1)) == [])
    #expect(router.finished(request(1)) == nil)
  }

  @Test func `a callpoint that is registered anew keeps what waits for it`() {
    let router = Router()
    router.open(a)
    #expect(router.submit(request(1), to: a) == .queued)
    router.open(a)
    let sent = router.endpointReady(EndpointID(7), serving: [a: 0], credit: 4)
    #expect(sent == [to(7, request(1))])
  }

  @Test func `beyond the queue's limit the answer is busy`() {
    let router = Router(queueLimit: 2)
    router.open(a)
    #expect(router.submit(request(1), to: a) == .queued)
    #expect(router.submit(request(2), to: a) == .queued)
    #expect(router.submit(request(3), to: a) == .busy)
    #expect(router.submit(request(4), to: b) == .unknownCallpoint)
  }

  @Test func `a nested request goes beyond the credit`() {
    let router = Router()
    router.open(a)
    _ = router.endpointReady(EndpointID(1), serving: [a: 0], credit: 1)
    #expect(router.submit(request(1), to: a) == .send(to(1, request(1))))
    #expect(router.submit(request(2), to: a) == .queued)
    #expect(router.submit(request(3), to: a, isNested: true) == .send(to(1, request(3))))
  }

  @Test func `the least loaded worker gets the next request`() {
    let router = Router()
    router.open(a)
    _ = router.endpointReady(EndpointID(1), serving: [a: 0], credit: 4)
    _ = router.endpointReady(EndpointID(2), serving: [a: 0], credit: 4)
    let targets = (1...4).map { router.submit(request($0), to: a) }
    let expected = zip([1, 2, 1, 2], UInt64(1)...4).map { Router.Admission.send(to($0, request($1))) }
    #expect(targets == expected)
  }

  @Test func `one callpoint leaves one thread to the others that its endpoint serves`() {
    let router = Router()
    router.open(a)
    router.open(b)
    _ = router.endpointReady(EndpointID(1), serving: [a: 4, b: 5], credit: 3)
    let slow = (1...3).map { router.submit(request($0), to: a) }
    #expect(
      slow == [.send(to(1, request(1), registration: 4)), .send(to(1, request(2), registration: 4)), .queued])
    #expect(router.submit(request(4), to: b) == .send(to(1, request(4), registration: 5)))
    // The thread that is free again is not for the callpoint that has all but one.
    let afterOther = router.finished(request(4))
    #expect(afterOther == [])
    let afterOwn = router.finished(request(1))
    #expect(afterOwn == [to(1, request(3), registration: 4)])
  }

  @Test func `an endpoint that is retired keeps what it has and gets nothing new`() {
    let router = Router()
    router.open(a)
    _ = router.endpointReady(EndpointID(1), serving: [a: 0], credit: 1)
    _ = router.submit(request(1), to: a)
    router.retire(EndpointID(1))
    #expect(router.submit(request(2), to: a) == .queued)
    #expect(router.submit(request(3), to: a, isNested: true) == .queued)
    let next = router.endpointReady(EndpointID(2), serving: [a: 7], credit: 4)
    #expect(next == [to(2, request(2), registration: 7), to(2, request(3), registration: 7)])
    let freed = router.finished(request(1))
    #expect(freed == [])
    let loss = router.endpointLost(EndpointID(1), over: [])
    #expect(loss == Router.Loss(lost: [], moved: []))
  }

  @Test func `callpoints that share an endpoint take turns`() {
    let router = Router()
    router.open(a)
    router.open(b)
    _ = router.endpointReady(EndpointID(1), serving: [a: 0, b: 1], credit: 1)
    _ = router.submit(request(1), to: a)
    for number in UInt64(2)...4 { _ = router.submit(request(number), to: a) }
    _ = router.submit(request(5), to: b)
    let first = router.finished(request(1))?.map(\.request)
    let second = first.flatMap { router.finished($0[0]) }?.map(\.request)
    #expect(Set([first, second]) == [[request(2)], [request(5)]])
  }

  @Test func `a lost worker costs what it had started and nothing else`() {
    let router = Router()
    router.open(a)
    _ = router.endpointReady(EndpointID(1), serving: [a: 0], credit: 4)
    for number in UInt64(1)...3 { _ = router.submit(request(number), to: a) }
    let loss = router.endpointLost(EndpointID(1), over: [request(1)])
    #expect(loss.lost == [request(1)])
    #expect(loss.moved.isEmpty)
    let resumed = router.endpointReady(EndpointID(2), serving: [a: 0], credit: 4)
    #expect(resumed.map(\.request) == [request(2), request(3)])
  }

  @Test func `what a lost worker had not started goes to its sibling at once`() {
    let router = Router()
    router.open(a)
    _ = router.endpointReady(EndpointID(1), serving: [a: 0], credit: 4)
    _ = router.submit(request(1), to: a)
    _ = router.submit(request(2), to: a)
    _ = router.endpointReady(EndpointID(2), serving: [a: 0], credit: 4)
    let loss = router.endpointLost(EndpointID(1), over: [request(1)])
    #expect(loss == Router.Loss(lost: [request(1)], moved: [to(2, request(2))]))
  }

  @Test func `closing a callpoint hands back what waited`() {
    let router = Router()
    router.open(a)
    _ = router.submit(request(1), to: a)
    _ = router.submit(request(2), to: a)
    let first = router.withdraw(request(1))
    let second = router.withdraw(request(1))
    #expect(first && !second)
    let waiting = router.close(a)
    #expect(waiting == [request(2)])
  }

  /// Whatever happens in whatever order, each accepted request leaves the router exactly once, and none that had
  /// started is given to a second endpoint.
  @Test(arguments: 0..<200) func `every accepted request leaves exactly once`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let router = Router(queueLimit: 20)
    let callpoints = (0..<4).map { CallpointID($0) }
    for callpoint in callpoints { router.open(callpoint) }
    var accepted: Set<RequestID> = []
    var settled: Set<RequestID> = []
    var running: [RequestID: EndpointID] = [:]
    var started: Set<RequestID> = []
    var live: [EndpointID] = []
    var nextRequest: UInt64 = 1
    var nextEndpoint = 1

    func settle(_ request: RequestID) {
      #expect(settled.insert(request).inserted, "request \(request.number) settled twice, seed \(seed)")
      running[request] = nil
    }
    func send(_ dispatches: [Router.Dispatch]) {
      for dispatch in dispatches {
        #expect(running[dispatch.request] == nil && !started.contains(dispatch.request), "run twice, seed \(seed)")
        running[dispatch.request] = dispatch.endpoint
      }
    }
    for _ in 0..<400 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<4:
        let request = RequestID(nextRequest)
        nextRequest += 1
        let target = callpoints[Int.random(in: 0..<4, using: &random)]
        switch router.submit(request, to: target, isNested: Bool.random(using: &random)) {
        case .send(let dispatch):
          accepted.insert(request)
          send([dispatch])
        case .queued: accepted.insert(request)
        case .busy, .unknownCallpoint: break
        }
      case 4..<7:
        guard let request = running.keys.sorted().randomElement(using: &random) else { continue }
        started.insert(request)
        if let more = router.finished(request) { send(more) }
        settle(request)
      case 7:
        let endpoint = EndpointID(nextEndpoint)
        nextEndpoint += 1
        live.append(endpoint)
        let served = callpoints.filter { _ in Bool.random(using: &random) }
        let numbers = Dictionary(uniqueKeysWithValues: served.map { ($0, $0.number) })
        send(router.endpointReady(endpoint, serving: numbers, credit: Int.random(in: 1...3, using: &random)))
      case 8:
        guard let endpoint = live.randomElement(using: &random) else { continue }
        live.removeAll { $0 == endpoint }
        let held = running.filter { $0.value == endpoint }.keys.sorted()
        let begun = Set(held.filter { _ in Bool.random(using: &random) })
        started.formUnion(begun)
        let loss = router.endpointLost(endpoint, over: begun)
        #expect(Set(loss.lost) == begun)
        for request in held { running[request] = nil }
        for request in loss.lost { settle(request) }
        send(loss.moved)
      default:
        let waiting = accepted.subtracting(settled).subtracting(running.keys).sorted()
        if let request = waiting.randomElement(using: &random), router.withdraw(request) { settle(request) }
      }
    }
    for endpoint in live {
      let held = Set(running.filter { $0.value == endpoint }.keys)
      for request in router.endpointLost(endpoint, over: held).lost { settle(request) }
    }
    for callpoint in callpoints { for request in router.close(callpoint) { settle(request) } }
    #expect(settled == accepted, "seed \(seed)")
  }
}
