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
  final class Open: CustomStringConvertible {
    let request: RequestID
    let submission: RequestLedger.Submission
    let isNested: Bool
    let accepted: Duration
    /// How long the host had been stopped altogether when it was accepted.
    let stopped: Duration
    var place = Place.queue
    var isAwaited = true
    var hasStarted = false

    init(
      _ request: RequestID, _ submission: RequestLedger.Submission, isNested: Bool, accepted: Duration,
      stopped: Duration
    ) {
      self.request = request
      self.submission = submission
      self.isNested = isNested
      self.accepted = accepted
      self.stopped = stopped
    }

    var callpoint: Int { submission.callpoint.number }

    var description: String {
      "\(submission), accepted at \(accepted), \(place), \(isAwaited ? "awaited" : "answered")"
    }
  }

  /// An endpoint that serves.
  final class Serving {
    let endpoint: EndpointID
    /// The callpoints' numbers, and what they are registered as.
    let callpoints: [Int]
    let registrations: [Int]
    let credit: Int
    let share: Int
    let bearsStuckCallbacks: Bool
    var isRetired = false
    var held: [Open] = []
    var stuck: [Open] = []
    var isDeaf = false

    init(_ endpoint: EndpointID, serving served: [CallpointID: Int], credit: Int, bearsStuckCallbacks: Bool) {
      self.endpoint = endpoint
      self.credit = credit
      self.bearsStuckCallbacks = bearsStuckCallbacks
      let sorted = served.sorted { $0.key.number < $1.key.number }
      callpoints = sorted.map(\.key.number)
      registrations = sorted.map(\.value)
      share = served.count > 1 && credit > 1 ? credit - 1 : credit
    }

    /// How many requests it has for a callpoint.
    func held(for callpoint: Int) -> Int { held.count { $0.callpoint == callpoint } }

    /// Whether stuck callbacks have left it, or one of its callpoints, without a usable thread.
    var isExhausted: Bool {
      if isDeaf { return true }
      if stuck.isEmpty { return false }
      if stuck.count >= (bearsStuckCallbacks ? credit : 1) { return true }
      return stuck.contains { one in stuck.count { $0.callpoint == one.callpoint } >= share }
    }
  }

  private(set) var broken: Broken?
  private(set) var open: [RequestID: Open] = [:]
  private var serving: [Serving] = []
  /// How many requests wait, by callpoint.
  private var waiting: [Int]
  private var allWaiting = 0
  private var bytes = 0
  private(set) var accepted = 0
  private(set) var outcomes = 0
  private let limits: RequestLedger.Limits

  init(limits: RequestLedger.Limits, callpoints: Int) {
    self.limits = limits
    waiting = Array(repeating: 0, count: callpoints)
  }

  /// Whether something holds that was promised.
  func expect(_ holds: Bool, _ text: @autoclosure () -> String) {
    if !holds, broken == nil { broken = Broken(description: text()) }
  }

  // MARK: What clients see

  func accepted(_ request: RequestID, _ submission: RequestLedger.Submission, at now: Duration, stopped: Duration) {
    let isNested = submission.parent.map { open[$0] != nil } ?? false
    expect(open[request] == nil, "request \(request.number) was accepted twice")
    expect(isNested || bytes + submission.bytes <= limits.bytes, "more bytes than allowed were accepted")
    let entry = Open(request, submission, isNested: isNested, accepted: now, stopped: stopped)
    open[request] = entry
    accepted += 1
    bytes += submission.bytes
    beganToWait(entry)
  }

  /// After the actions of its acceptance: a queue was only used within its bound.
  func settledIn(_ request: RequestID) {
    guard let entry = open[request], entry.place == .queue, !entry.isNested else { return }
    let count = waiting[entry.callpoint]
    expect(count <= limits.queue, "\(count) requests wait, which is beyond the queue's bound")
  }

  func refused(_ submission: RequestLedger.Submission, with error: CallError, isClosed: Bool) {
    let isNested = submission.parent.map { open[$0] != nil } ?? false
    switch error.kind {
    case .busy:
      let isFull = waiting[submission.callpoint.number] >= limits.queue
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
    bytes -= entry.submission.bytes
    if error?.kind == .timeout {
      let ran = now - entry.accepted - (stopped - entry.stopped)
      let timeout = entry.submission.timeout
      expect(ran >= timeout, "request \(request.number) timed out after \(ran) instead of \(timeout)")
    }
    entry.isAwaited = false
    if isOver { over(request) }
  }

  // MARK: What endpoints see

  func endpointReady(
    _ endpoint: EndpointID, serving registrations: [CallpointID: Int], credit: Int, bearsStuckCallbacks: Bool
  ) {
    serving.append(
      Serving(endpoint, serving: registrations, credit: credit, bearsStuckCallbacks: bearsStuckCallbacks))
  }

  func retired(_ endpoint: EndpointID) { target(endpoint)?.isRetired = true }

  /// Before the ledger hears of it: what was there is nowhere now.
  func endpointLost(_ endpoint: EndpointID) {
    for entry in target(endpoint)?.held ?? [] { beganToWait(entry) }
    serving.removeAll { $0.endpoint == endpoint }
  }

  func sent(_ dispatch: Router.Dispatch) {
    let request = dispatch.request
    guard let entry = open[request], let target = target(dispatch.endpoint) else {
      return expect(false, "request \(request.number) was sent although it is over, or to an endpoint that is gone")
    }
    expect(entry.isAwaited, "request \(request.number) was sent although nobody waits for it")
    expect(entry.place == .queue, "request \(request.number) was sent while another endpoint has it")
    expect(!entry.hasStarted, "request \(request.number) was sent again after it had started")
    expect(!target.isRetired, "request \(request.number) was sent to an endpoint that is retired")
    expect(!target.isExhausted, "request \(request.number) was sent to an endpoint without a usable thread")
    let place = target.callpoints.firstIndex(of: entry.callpoint)
    expect(
      place.map { target.registrations[$0] } == dispatch.registration,
      "request \(request.number) was sent with another registration's number")
    if !entry.isNested {
      expect(target.held.count < target.credit, "endpoint \(dispatch.endpoint.number) has more than its credit")
      expect(
        target.held(for: entry.callpoint) < target.share,
        "a callpoint has more than its share of endpoint \(dispatch.endpoint.number)")
    }
    ceasedToWait(entry)
    target.held.append(entry)
    entry.place = .endpoint(dispatch.endpoint)
  }

  func ran(_ request: RequestID) {
    guard let entry = open[request] else { return expect(false, "request \(request.number) ran although it is over") }
    expect(!entry.hasStarted, "request \(request.number) ran twice")
    entry.hasStarted = true
  }

  func stuck(_ callback: StuckCallback) {
    guard let target = target(callback.endpoint), let entry = open[callback.request] else {
      return expect(false, "request \(callback.request.number) is stuck although it or its endpoint is gone")
    }
    if callback.isUnread { target.isDeaf = true } else { target.stuck.append(entry) }
  }

  /// An endpoint is done with a request, of which the ledger hears next.
  func done(_ request: RequestID) {
    guard let entry = open[request], case .endpoint(let endpoint) = entry.place else { return }
    entry.place = .done
    guard let target = target(endpoint) else { return }
    target.held.removeAll { $0 === entry }
    target.stuck.removeAll { $0 === entry }
    target.isDeaf = false
  }

  /// The ledger has let a request go.
  func over(_ request: RequestID) {
    guard let entry = open.removeValue(forKey: request) else { return }
    expect(!entry.isAwaited, "request \(request.number) is over without an outcome")
    if entry.place == .queue { ceasedToWait(entry) }
    if case .endpoint = entry.place { expect(false, "request \(request.number) is over while an endpoint has it") }
  }

  // MARK: After every step

  func check(bytes counted: Int) {
    expect(counted == bytes, "the ledger counts \(counted) bytes instead of \(bytes)")
    guard allWaiting > 0 else { return }
    for target in serving where !target.isRetired && target.held.count < target.credit && !target.isExhausted {
      for callpoint in target.callpoints where waiting[callpoint] > 0 {
        expect(
          target.held(for: callpoint) >= target.share,
          "a request waits although endpoint \(target.endpoint.number) has room for it")
      }
    }
  }

  /// When every deadline and grace period has passed: nobody waits any more, and what still runs is known to be stuck.
  func checkAnswered() {
    for (request, entry) in open.sorted(by: { $0.key < $1.key }) {
      expect(!entry.isAwaited, "request \(request.number) has no outcome after its deadline: \(entry)")
      guard case .endpoint(let endpoint) = entry.place, let target = target(endpoint) else { continue }
      expect(
        target.bearsStuckCallbacks && target.stuck.contains { $0 === entry } && !target.isExhausted,
        "nobody has noticed that request \(request.number) is stuck: \(entry)")
    }
  }

  func checkRest(bytes counted: Int) {
    for request in open.keys.sorted().prefix(3) {
      expect(false, "request \(request.number) has never been settled: \(open[request].map { "\($0)" } ?? "")")
    }
    expect(accepted == outcomes, "\(accepted) requests were accepted and \(outcomes) have an outcome")
    expect(counted == 0, "\(counted) bytes are never given back")
  }

  private func target(_ endpoint: EndpointID) -> Serving? { serving.first { $0.endpoint == endpoint } }

  private func beganToWait(_ entry: Open) {
    entry.place = .queue
    waiting[entry.callpoint] += 1
    allWaiting += 1
  }

  private func ceasedToWait(_ entry: Open) {
    waiting[entry.callpoint] -= 1
    allWaiting -= 1
  }
}
