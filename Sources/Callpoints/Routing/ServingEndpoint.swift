/// What an endpoint can take on, and what it has.
final class ServingEndpoint {
  /// A callpoint that the endpoint serves.
  final class Service {
    /// The callpoint.
    let callpoint: CallpointID
    /// The callpoint's number there.
    let registration: Int
    /// How many requests for it the endpoint has.
    fileprivate var held = 0
    /// Whether it is among those that get the next free credit.
    fileprivate var isListed = false

    fileprivate init(_ callpoint: CallpointID, registration: Int) {
      self.callpoint = callpoint
      self.registration = registration
    }
  }

  /// The endpoint's number.
  let id: EndpointID
  /// How many requests it may have at a time.
  let credit: Int
  /// How many of them may be for one callpoint.
  let share: Int
  /// How many stuck callbacks make it useless.
  let endurance: Int
  /// What it serves, in the order of the callpoints' numbers, so that the same events have the same effects.
  let services: [Service]
  /// The requests that it has.
  private(set) var inFlight = NumberTable<RequestID, Void>()
  /// The requests whose callbacks went on too long after their deadlines; they are in flight too.
  private var stuck: [RequestID: Service] = [:]
  /// The callpoints that wait and have room in their share, the one whose turn it is first.
  private var listed = WaitingLine<Service>()
  /// Whether it gets no new requests.
  var isRetired = false
  /// Whether it leaves requests unread although nothing keeps it from reading.
  private var isDeaf = false

  /// Creates an endpoint without requests.
  ///
  /// - Parameters:
  ///   - id: The endpoint's number.
  ///   - served: The callpoints, each with its number at this endpoint.
  ///   - credit: How many requests it may have at a time.
  ///   - bearsStuckCallbacks: Whether it can go on while a callback is stuck, with a thread less.
  init(_ id: EndpointID, serving served: [CallpointID: Int], credit: Int, bearsStuckCallbacks: Bool) {
    self.id = id
    self.credit = credit
    // One callpoint alone must not take every thread from the others.
    share = served.count > 1 && credit > 1 ? credit - 1 : credit
    endurance = bearsStuckCallbacks ? credit : 1
    services = served.sorted { $0.key.number < $1.key.number }.map { Service($0.key, registration: $0.value) }
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
  func stuckCount(of service: Service) -> Int { stuck.values.count { $0 === service } }

  /// Whether a request's callback is stuck in it.
  func isStuck(_ request: RequestID) -> Bool { stuck[request] != nil }

  /// Whether nothing but stuck callbacks keeps it from reading.
  func readsNothing(running: Set<RequestID>) -> Bool { running.allSatisfy { stuck[$0] != nil } }

  /// Whether it has room for a request of a callpoint.
  func hasRoom(for service: Service) -> Bool { inFlight.count < credit && service.held < share && isOpen }

  /// Takes on a request.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - service: The callpoint it is for.
  func start(_ request: RequestID, of service: Service) {
    inFlight[request] = ()
    service.held += 1
  }

  /// Takes note that a request is over.
  func finish(_ request: RequestID, of service: Service) {
    inFlight[request] = nil
    service.held -= 1
    if !stuck.isEmpty { stuck[request] = nil }
    isDeaf = false
  }

  /// Takes note that a request's callback is stuck.
  func becameStuck(_ request: RequestID, of service: Service) { stuck[request] = service }

  /// Takes note that it does not read.
  func becameDeaf() { isDeaf = true }

  /// Puts a callpoint that waits among those that get the next free credit, if its share has room.
  func list(_ service: Service) {
    guard !service.isListed, service.held < share else { return }
    service.isListed = true
    listed.append(service)
  }

  /// Takes the callpoint whose turn it is, if there is credit.
  func nextTurn() -> Service? {
    guard listed.count > 0, inFlight.count < credit, isOpen else { return nil }
    while let service = listed.popFirst() {
      service.isListed = false
      // Calls from inside callbacks may have used its share up; the next reply lists it again.
      if service.held < share { return service }
    }
    return nil
  }
}
