import Callpoints
import JSON
import Kernel
import TestSupport
import Testing

@testable import PythonVM

@Suite struct `Request dispatcher` {
  private let reactor: Reactor
  private let dispatcher: Dispatcher
  private let callpoint = CallpointID(1)
  private let outcomes = Outcomes()

  /// How each request ended, in the order of the completions.
  private final class Outcomes {
    var all: [(request: RequestID, word: String)] = []
    var made: [RequestID] = []

    func words(of request: RequestID) -> [String] { all.filter { $0.request == request }.map(\.word) }
  }

  init() throws {
    reactor = try Reactor()
    dispatcher = Dispatcher(
      reactor: reactor, limits: RequestLedger.Limits(grace: .milliseconds(1)), messageLimit: 1 << 20)
    dispatcher.open(callpoint, label: "action a")
  }

  private func worker(_ number: Int, credit: Int = 4) throws -> FakeWorker {
    let worker = try FakeWorker(number, of: dispatcher, on: reactor)
    dispatcher.endpointReady(
      worker.endpoint, serving: [callpoint: 0], credit: credit, bearsStuckCallbacks: false)
    return worker
  }

  @discardableResult
  private func call(timeout: Duration = .seconds(3600)) -> RequestID {
    let request = RequestID(dispatcher.makeNumber())
    outcomes.made.append(request)
    return dispatcher.call(callpoint, RequestBody("action") { _ in }, timeout: timeout, as: request) { [outcomes] in
      switch $0 {
      case .success: outcomes.all.append((request, "ok"))
      case .failure(let error): outcomes.all.append((request, error.kind.rawValue))
      }
    }
  }

  /// Whether no request is open.
  private var isIdle: Bool { !outcomes.made.contains { dispatcher.isOpen($0) } }

  private func end(_ worker: FakeWorker) {
    worker.endpoint.drain()
    dispatcher.endpointLost(worker.endpoint, because: CallError(.workerLost, "signal 9"))
    worker.endpoint.close()
  }

  @Test func `a request is written once and its reply settles it once`() throws {
    let worker = try worker(1)
    let request = call()
    #expect(try worker.requests().map { $0["id"]?.uint } == [request.number])
    worker.answer(request)
    worker.endpoint.drain()
    #expect(outcomes.words(of: request) == ["ok"] && isIdle)
    worker.answer(request)
    worker.endpoint.drain()
    #expect(outcomes.words(of: request) == ["ok"])
    #expect(worker.complaints == ["it answered request \(request.number), which it was not given"])
    #expect(dispatcher.statistics(of: callpoint).calls == 1)
  }

  @Test func `a lost worker costs what it ran; what it had answered counts, and the rest goes to the next`() throws {
    let first = try worker(1)
    let requests = (0..<3).map { _ in call() }
    #expect(try first.requests().count == 3)
    first.answer(requests[0])
    first.start(requests[1])
    end(first)
    #expect(outcomes.words(of: requests[0]) == ["ok"])
    #expect(outcomes.words(of: requests[1]) == ["worker-lost"])
    #expect(outcomes.words(of: requests[2]) == [])
    let second = try worker(2)
    #expect(try second.requests().map { $0["id"]?.uint } == [requests[2].number])
    second.answer(requests[2])
    end(second)
    #expect(outcomes.words(of: requests[2]) == ["ok"] && isIdle)
  }

  @Test func `at its deadline the caller is answered, and a late reply is dropped`() throws {
    let worker = try worker(1, credit: 1)
    let running = call(timeout: .milliseconds(1))
    let waiting = call(timeout: .milliseconds(2))
    worker.start(running)
    reactor.after(.milliseconds(5)) { [reactor] in reactor.stop() }
    reactor.run()
    #expect(outcomes.words(of: running) == ["timeout"] && outcomes.words(of: waiting) == ["timeout"])
    #expect(dispatcher.isOpen(running) && !dispatcher.isOpen(waiting))
    worker.answer(running)
    end(worker)
    #expect(outcomes.words(of: running) == ["timeout"] && isIdle)
  }

  @Test func `what lies unread behind a callback is read by another thread, also after a reply has come meanwhile`()
    throws
  {
    let worker = try worker(1)
    let requests = (0..<3).map { _ in call() }
    worker.start(requests[0])
    // In the second half of the watch, which begins anew then.
    reactor.after(.microseconds(1500)) {
      worker.answer(requests[0])
      worker.start(requests[1])
    }
    var orders: [String] = []
    func look() {
      orders += worker.orders()
      if outcomes.all.isEmpty || orders.isEmpty {
        reactor.after(.milliseconds(1), look)
      } else {
        reactor.stop()
      }
    }
    reactor.after(.milliseconds(1), look)
    reactor.after(.seconds(60)) { [reactor] in reactor.stop() }
    reactor.run()
    #expect(outcomes.words(of: requests[0]) == ["ok"])
    #expect(!orders.isEmpty && orders.allSatisfy { $0.contains("take-over") }, "\(orders)")
    worker.answer(requests[1])
    worker.answer(requests[2])
    end(worker)
    #expect(isIdle)
  }

  @Test func `a moved deadline counts from then`() throws {
    let worker = try worker(1)
    let request = call(timeout: .milliseconds(1))
    worker.write(#"{"timeout":{"id":\#(request.number),"seconds":3600}}"#)
    worker.endpoint.drain()
    reactor.after(.milliseconds(5)) { [reactor] in reactor.stop() }
    reactor.run()
    #expect(outcomes.words(of: request) == [])
    worker.answer(request)
    end(worker)
    #expect(outcomes.words(of: request) == ["ok"])
  }

  @Test func `refusing a callpoint answers what waits and what comes, not what runs`() throws {
    let worker = try worker(1, credit: 1)
    let running = call()
    let waiting = call()
    dispatcher.refuse(callpoint, because: "VM v is stopped")
    let late = call()
    #expect(outcomes.words(of: waiting) == ["unavailable"] && outcomes.words(of: late) == ["unavailable"])
    worker.answer(running)
    end(worker)
    #expect(outcomes.words(of: running) == ["ok"] && isIdle)
  }

  /// Whatever happens in whatever order, every request has exactly one outcome, and none that had started goes to a
  /// second worker.
  @Test(arguments: 0..<60) func `every request has exactly one outcome`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var workers: [FakeWorker] = []
    var requests: [RequestID] = []
    var held: [RequestID: Int] = [:]
    var started: Set<RequestID> = []
    func look() throws {
      for worker in workers {
        for request in try worker.requests() {
          let id = RequestID(request["id"]?.uint ?? 0)
          #expect(!started.contains(id), "request \(id.number) ran twice, seed \(seed)")
          held[id] = worker.endpoint.id.number
        }
      }
    }
    for step in 0..<120 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<4: requests.append(call())
      case 4..<6:
        guard let (id, number) = held.sorted(by: { $0.key < $1.key }).randomElement(using: &random) else { continue }
        guard let worker = workers.first(where: { $0.endpoint.id.number == number }) else { continue }
        started.insert(id)
        held[id] = nil
        worker.answer(id)
        worker.endpoint.drain()
      case 6: workers.append(try worker(step + 1, credit: Int.random(in: 1...3, using: &random)))
      case 7:
        guard let worker = workers.randomElement(using: &random) else { continue }
        let number = worker.endpoint.id.number
        let running = held.filter { $0.value == number }.keys.sorted().prefix(2)
        for (thread, id) in running.enumerated() {
          worker.start(id, thread: thread)
          started.insert(id)
        }
        workers.removeAll { $0 === worker }
        for id in held.filter({ $0.value == number }).keys { held[id] = nil }
        end(worker)
      case 8: if let request = requests.randomElement(using: &random) { dispatcher.cancel(request) }
      default: break
      }
      try look()
    }
    for worker in workers { end(worker) }
    dispatcher.close(callpoint, because: CallError(.unavailable, "gone"))
    for request in requests { #expect(outcomes.words(of: request).count == 1, "\(request.number), seed \(seed)") }
    #expect(isIdle)
  }
}
