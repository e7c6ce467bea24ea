import Callpoints

/// What must hold in every world, kept by somebody who knows nothing of the ledger's insides.
///
/// It sees what the ledger orders and what the processes do, draws its own picture from that, and compares.
final class Promises {
  /// A promise that was broken.
  struct Broken: Error, CustomStringConvertible {
    let description: String
  }

  /// Where a request is.
  enum Place: Equatable {
    case queue
    case endpoint(EndpointID)
    /// Its endpoint is done with it.
    case done
  }

  /// A request that was accepted and is not over.
  struct Open {
    let callpoint: CallpointID
    let bytes: Int
    let isNested: Bool
    let timeout: Duration
    let accepted: Duration
    /// How long the host had been stopped altogether when it was accepted.
    let stopped: Duration
    var place = Place.queue
    var isAwaited = true
  }

  /// An endpoint that serves.
  struct Serving {
    let registrations: [CallpointID: Int]
    let credit: Int
    let bearsStuckCallbacks: Bool
    var isRetired = false
    var held: [RequestID] = []
    var stuck: [RequestID] = []
    var isDeaf = false

    var share: Int { registrations.count > 1 && credit > 1 ? credit - 1 : credit }
  }

  private(set) var broken: Broken?
  private(set) var open: [RequestID: Open] = [:]
  private(set) var serving: [EndpointID: Serving] = [:]
  private var order: [EndpointID] = []
  private var waiting: [CallpointID: Int] = [:]
  private var started: Set<RequestID> = []
  private var bytes = 0
  private(set) var accepted = 0
  private(set) var outcomes = 0
  private let limits: RequestLedger.Limits

  init(limits: RequestLedger.Limits) { self.limits = limits }

  /// Whether something holds that was promised.
  func expect(_ holds: Bool, _ text: @autoclosure () -> String) {
    if !holds, broken == nil { broken = Broken(description: text()) }
  }

  // MARK: What clients see

  func accepted(_ request: RequestID, _ submission: RequestLedger.Submission, at now: Duration, stopped: Duration) {
    let isNested = submission.parent.map { open[$0] != nil } ?? false
    expect(open[request] == nil, "request \(request.number) was accepted twice")
    expect(isNested || bytes + submission.bytes <= limits.bytes, "more bytes than allowed were accepted")
    open[request] = Open(
      callpoint: submission.callpoint, bytes: submission.bytes, isNested: isNested, timeout: submission.timeout,
      accepted: now, stopped: stopped)
    accepted += 1
    bytes += submission.bytes
    waiting[submission.callpoint, default: 0] += 1
  }

  /// After the actions of its acceptance: a queue was only used within its bound.
  func settledIn(_ request: RequestID) {
    guard let entry = open[request], entry.place == .queue, !entry.isNested else { return }
    let count = waiting[entry.callpoint] ?? 0
    expect(count <= limits.queue, "\(count) requests wait, which is beyond the queue's bound")
  }

  func refused(_ submission: RequestLedger.Submission, with error: CallError, isClosed: Bool) {
    let isNested = submission.parent.map { open[$0] != nil } ?? false
    switch error.kind {
    case .busy:
      let isFull = waiting[submission.callpoint] ?? 0 >= limits.queue
      let isHeavy = bytes + submission.bytes > limits.bytes
      expect(isNested || isFull || isHeavy, "a request was refused without need: \(error)")
      expect(!isNested || "\(error)".contains("deep"), "a call from inside a callback was refused: \(error)")
    case .unavailable: expect(isClosed, "a request was refused although its callpoint is open: \(error)")
    default: expect(false, "a request was refused with \(error.kind)")
    }
  }

  func outcome(of request: RequestID, _ error: CallError?, isOver: Bool, at now: Duration, stopped: Duration) {
    guard let entry = open[request], entry.isAwaited else {
      return expect(false, "request \(request.number) has a second outcome, or was never accepted")
    }
    outcomes += 1
    bytes -= entry.bytes
    if error?.kind == .timeout {
      let ran = now - entry.accepted - (stopped - entry.stopped)
      expect(ran >= entry.timeout, "request \(request.number) timed out after \(ran) instead of \(entry.timeout)")
    }
    open[request]?.isAwaited = false
    if isOver { over(request) }
  }

  // MARK: What endpoints see

  func endpointReady(
    _ endpoint: EndpointID, serving registrations: [CallpointID: Int], credit: Int, bearsStuckCallbacks: Bool
  ) {
    serving[endpoint] = Serving(
      registrations: registrations, credit: credit, bearsStuckCallbacks: bearsStuckCallbacks)
    order.append(endpoint)
  }

  func retired(_ endpoint: EndpointID) { serving[endpoint]?.isRetired = true }

  /// Before the ledger hears of it: what was there is nowhere now.
  func endpointLost(_ endpoint: EndpointID) {
    guard let gone = serving.removeValue(forKey: endpoint) else { return }
    order.removeAll { $0 == endpoint }
    for request in gone.held {
      open[request]?.place = .queue
      if let callpoint = open[request]?.callpoint { waiting[callpoint, default: 0] += 1 }
    }
  }

  func sent(_ dispatch: Router.Dispatch) {
    let request = dispatch.request
    guard let entry = open[request], let target = serving[dispatch.endpoint] else {
      return expect(false, "request \(request.number) was sent although it is over, or to an endpoint that is gone")
    }
    expect(entry.isAwaited, "request \(request.number) was sent although nobody waits for it")
    expect(entry.place == .queue, "request \(request.number) was sent while another endpoint has it")
    expect(!started.contains(request), "request \(request.number) was sent again after it had started")
    expect(!target.isRetired, "request \(request.number) was sent to an endpoint that is retired")
    expect(!isExhausted(target), "request \(request.number) was sent to an endpoint without a usable thread")
    expect(
      target.registrations[entry.callpoint] == dispatch.registration,
      "request \(request.number) was sent with another registration's number")
    if !entry.isNested {
      expect(target.held.count < target.credit, "endpoint \(dispatch.endpoint.number) has more than its credit")
      let same = target.held.count { open[$0]?.callpoint == entry.callpoint }
      expect(same < target.share, "a callpoint has more than its share of endpoint \(dispatch.endpoint.number)")
    }
    serving[dispatch.endpoint]?.held.append(request)
    open[request]?.place = .endpoint(dispatch.endpoint)
    waiting[entry.callpoint, default: 0] -= 1
  }

  func ran(_ request: RequestID) {
    expect(started.insert(request).inserted, "request \(request.number) ran twice")
  }

  func stuck(_ callback: StuckCallback) {
    if callback.isUnread {
      serving[callback.endpoint]?.isDeaf = true
    } else {
      serving[callback.endpoint]?.stuck.append(callback.request)
    }
  }

  /// An endpoint is done with a request, of which the ledger hears next.
  func done(_ request: RequestID) {
    guard let entry = open[request], case .endpoint(let endpoint) = entry.place else { return }
    open[request]?.place = .done
    serving[endpoint]?.held.removeAll { $0 == request }
    serving[endpoint]?.stuck.removeAll { $0 == request }
    serving[endpoint]?.isDeaf = false
  }

  /// The ledger has let a request go.
  func over(_ request: RequestID) {
    guard let entry = open.removeValue(forKey: request) else { return }
    expect(!entry.isAwaited, "request \(request.number) is over without an outcome")
    if entry.place == .queue { waiting[entry.callpoint, default: 0] -= 1 }
    if case .endpoint = entry.place { expect(false, "request \(request.number) is over while an endpoint has it") }
  }

  // MARK: After every step

  func check(_ ledger: RequestLedger) {
    expect(ledger.bytes == bytes, "the ledger counts \(ledger.bytes) bytes instead of \(bytes)")
    guard waiting.values.contains(where: { $0 > 0 }) else { return }
    for endpoint in order {
      guard let target = serving[endpoint], !target.isRetired, !isExhausted(target) else { continue }
      guard target.held.count < target.credit else { continue }
      for callpoint in target.registrations.keys where waiting[callpoint] ?? 0 > 0 {
        let same = target.held.count { open[$0]?.callpoint == callpoint }
        expect(same >= target.share, "a request waits although endpoint \(endpoint.number) has room for it")
      }
    }
  }

  /// When every deadline and grace period has passed: nobody waits any more, and what still runs is known to be stuck.
  func checkAnswered() {
    for (request, entry) in open.sorted(by: { $0.key < $1.key }) {
      expect(!entry.isAwaited, "request \(request.number) has no outcome after its deadline: \(entry)")
      guard case .endpoint(let endpoint) = entry.place, let target = serving[endpoint] else { continue }
      expect(
        target.bearsStuckCallbacks && target.stuck.contains(request) && !isExhausted(target),
        "nobody has noticed that request \(request.number) is stuck: \(entry)")
    }
  }

  func checkRest(_ ledger: RequestLedger) {
    for request in open.keys.sorted().prefix(3) {
      expect(false, "request \(request.number) has never been settled: \(open[request].map { "\($0)" } ?? "")")
    }
    expect(accepted == outcomes, "\(accepted) requests were accepted and \(outcomes) have an outcome")
    expect(ledger.bytes == 0, "\(ledger.bytes) bytes are never given back")
  }

  private func isExhausted(_ target: Serving) -> Bool {
    if target.isDeaf { return true }
    if target.stuck.count >= (target.bearsStuckCallbacks ? target.credit : 1) { return true }
    return target.stuck.contains { request in
      target.stuck.count { open[$0]?.callpoint == open[request]?.callpoint } >= target.share
    }
  }
}
