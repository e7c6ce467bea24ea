/// What an endpoint can take on, and what it has.
struct ServingEndpoint: Sendable {
  /// A callpoint that the endpoint serves.
  struct Service: Sendable {
    /// The callpoint's number there.
    let registration: Int
    /// How many requests for it the endpoint has.
    var held = 0
    /// Whether it is among those that get the next free credit.
    var isListed = false
  }

  /// How many requests it may have at a time.
  let credit: Int
  /// How many of them may be for one callpoint.
  let share: Int
  /// How many stuck callbacks make it useless.
  let endurance: Int
  private(set) var services = NumberTable<CallpointID, Service>()
  /// The requests that it has, each with its callpoint.
  private(set) var inFlight = NumberTable<RequestID, CallpointID>()
  /// The requests whose callbacks went on too long after their deadlines; they are in flight too.
  private var stuck: [RequestID: CallpointID] = [:]
  /// The callpoints that wait and have room in their share, the one whose turn it is first.
  private var listed = WaitingLine<CallpointID>()
  /// Whether it gets no new requests.
  var isRetired = false
  /// Whether it leaves requests unread although nothing keeps it from reading.
  private var isDeaf = false

  /// Creates an endpoint without requests.
  ///
  /// - Parameters:
  ///   - served: The callpoints, each with its number at this endpoint.
  ///   - credit: How many requests it may have at a time.
  ///   - bearsStuckCallbacks: Whether it can go on while a callback is stuck, with a thread less.
  init(serving served: [CallpointID: Int], credit: Int, bearsStuckCallbacks: Bool) {
    self.credit = credit
    // One callpoint alone must not take every thread from the others.
    share = served.count > 1 && credit > 1 ? credit - 1 : credit
    endurance = bearsStuckCallbacks ? credit : 1
    for (callpoint, registration) in served { services[callpoint] = Service(registration: registration) }
  }

  /// Whether no thread is left for at least one of its callpoints, and none will come back soon.
  var isExhausted: Bool {
    if isDeaf { return true }
    guard !stuck.isEmpty else { return false }
    return stuck.count >= endurance || stuck.values.contains { stuckCount(of: $0) >= share }
  }

  /// Whether it may be given new requests.
  var isOpen: Bool { !isRetired && !isExhausted }

  /// How many callbacks are stuck in it.
  var stuckCount: Int { stuck.count }

  /// How many callbacks of a callpoint are stuck in it.
  func stuckCount(of callpoint: CallpointID) -> Int { stuck.values.count { $0 == callpoint } }

  /// Whether a request's callback is stuck in it.
  func isStuck(_ request: RequestID) -> Bool { stuck[request] != nil }

  /// Whether nothing but stuck callbacks keeps it from reading.
  func readsNothing(running: Set<RequestID>) -> Bool { running.allSatisfy { stuck[$0] != nil } }

  /// Whether it has room for a request of a callpoint.
  func hasRoom(for callpoint: CallpointID) -> Bool {
    guard inFlight.count < credit, isOpen, let held = services[callpoint]?.held else { return false }
    return held < share
  }

  /// Takes on a request.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - callpoint: The callpoint it is for.
  /// - Returns: The callpoint's number here.
  mutating func start(_ request: RequestID, of callpoint: CallpointID) -> Int {
    inFlight[request] = callpoint
    services[callpoint]?.held += 1
    return services[callpoint]?.registration ?? 0
  }

  /// Takes note that a request is over.
  mutating func finish(_ request: RequestID, of callpoint: CallpointID) {
    inFlight[request] = nil
    services[callpoint]?.held -= 1
    if !stuck.isEmpty { stuck[request] = nil }
    isDeaf = false
  }

  /// Takes note that a request's callback is stuck.
  mutating func becameStuck(_ request: RequestID, of callpoint: CallpointID) { stuck[request] = callpoint }

  /// Takes note that it does not read.
  mutating func becameDeaf() { isDeaf = true }

  /// Puts a callpoint that waits among those that get the next free credit, if its share has room.
  mutating func list(_ callpoint: CallpointID) {
    guard let service = services[callpoint], !service.isListed, service.held < share else { return }
    services[callpoint]?.isListed = true
    listed.append(callpoint)
  }

  /// Takes the callpoint whose turn it is, if there is credit.
  mutating func nextTurn() -> CallpointID? {
    guard inFlight.count < credit, listed.count > 0, isOpen else { return nil }
    while let callpoint = listed.popFirst() {
      services[callpoint]?.isListed = false
      // Calls from inside callbacks may have used its share up; the next reply lists it again.
      if let service = services[callpoint], service.held < share { return callpoint }
    }
    return nil
  }
}
