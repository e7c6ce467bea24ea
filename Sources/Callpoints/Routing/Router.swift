/// Decides which endpoint runs which request.
///
/// The router performs no I/O and knows no clock. It promises that each request that ``submit(_:to:isNested:)``
/// accepts leaves it exactly once: by ``finished(_:)``, by ``withdraw(_:)``, or in the `lost` list of an endpoint's or
/// a callpoint's end. A request that may have started is never given to a second endpoint. While a request waits, no
/// endpoint that could take it has room. Every operation costs the same with one callpoint and with a thousand.
package final class Router {
  /// What to do with a request.
  package enum Admission: Hashable, Sendable {
    /// Write it to this endpoint now.
    case send(Dispatch)
    /// It waits; a later event sends it.
    case queued
    /// The callpoint's queue is full.
    case busy
    /// No such callpoint, or it has been closed.
    case unknownCallpoint
  }

  /// A request that is to be written to an endpoint.
  package struct Dispatch: Hashable, Sendable {
    /// The request.
    package let request: RequestID
    /// Where it goes.
    package let endpoint: EndpointID
    /// The callpoint's number at that endpoint.
    package let registration: Int

    /// Creates a dispatch.
    package init(request: RequestID, endpoint: EndpointID, registration: Int) {
      self.request = request
      self.endpoint = endpoint
      self.registration = registration
    }
  }

  /// What the end of an endpoint means for its requests.
  package struct Loss: Hashable, Sendable {
    /// The requests that are over.
    package let lost: [RequestID]
    /// The requests that go to another endpoint now.
    package let moved: [Dispatch]
  }

  private final class Callpoint {
    let id: CallpointID
    /// Those who serve it and are not retired.
    var servers: [Server] = []
    var waiting = WaitingLine<RequestID>()
    var inFlight = 0

    init(_ id: CallpointID) { self.id = id }
  }

  /// An endpoint that serves a callpoint.
  private final class Server {
    let endpoint: ServingEndpoint
    let service: ServingEndpoint.Service

    init(endpoint: ServingEndpoint, service: ServingEndpoint.Service) {
      self.endpoint = endpoint
      self.service = service
    }
  }

  /// Where a request is.
  private struct Place {
    let callpoint: Callpoint
    /// Who has it, unless it waits.
    var server: Server?
  }

  private let queueLimit: Int
  private var callpoints = NumberTable<CallpointID, Callpoint>()
  private var endpoints = NumberTable<EndpointID, ServingEndpoint>()
  private var places = NumberTable<RequestID, Place>()

  /// Creates a router.
  ///
  /// - Parameter queueLimit: How many requests may wait for one callpoint.
  package init(queueLimit: Int = 1024) {
    self.queueLimit = queueLimit
  }

  // MARK: Callpoints

  /// Makes a callpoint known, unless it is; its requests wait until an endpoint serves it.
  package func open(_ callpoint: CallpointID) {
    if callpoints[callpoint] == nil { callpoints[callpoint] = Callpoint(callpoint) }
  }

  /// Forgets a callpoint.
  ///
  /// - Returns: The requests that were waiting for it. Those in flight stay with their endpoints.
  package func close(_ callpoint: CallpointID) -> [RequestID] {
    let waiting = flush(callpoint)
    callpoints[callpoint] = nil
    return waiting
  }

  /// Takes back everything that waits for a callpoint, which stays open.
  ///
  /// - Parameter callpoint: The callpoint.
  /// - Returns: The requests that were waiting.
  package func flush(_ callpoint: CallpointID) -> [RequestID] {
    let waiting = callpoints[callpoint]?.waiting.elements ?? []
    callpoints[callpoint]?.waiting = WaitingLine()
    for request in waiting { places[request] = nil }
    return waiting
  }

  // MARK: Requests

  /// Takes in a request.
  ///
  /// - Parameters:
  ///   - request: The request, which must be new.
  ///   - callpoint: The callpoint to call.
  ///   - isNested: Whether it was made from inside a callback. Such a request goes beyond every limit, as the callback
  ///     that waits for it may hold the last thread.
  /// - Returns: What to do with it now.
  package func submit(_ request: RequestID, to callpoint: CallpointID, isNested: Bool = false) -> Admission {
    guard let callpoint = callpoints[callpoint] else { return .unknownCallpoint }
    let server = leastLoaded(of: callpoint.servers, beyondCredit: isNested)
    guard server != nil || isNested || callpoint.waiting.count < queueLimit else { return .busy }
    let old = places.updateValue(Place(callpoint: callpoint, server: server), forKey: request)
    precondition(old == nil, "request \(request.number) is submitted twice")
    if let server { return .send(start(request, of: callpoint, on: server)) }
    callpoint.waiting.append(request)
    for server in callpoint.servers { server.endpoint.list(server.service) }
    return .queued
  }

  /// Takes note that an endpoint is done with a request.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - endpoint: The endpoint, or `nil` for whichever has it.
  /// - Returns: The waiting requests that take its place; `nil` if the request was not in flight there.
  package func finished(_ request: RequestID, on endpoint: EndpointID? = nil) -> [Dispatch]? {
    guard let place = places[request], let server = place.server, endpoint == nil || endpoint == server.endpoint.id
    else { return nil }
    places[request] = nil
    let callpoint = place.callpoint
    callpoint.inFlight -= 1
    server.endpoint.finish(request, of: server.service)
    list(callpoint, on: server)
    return fill(server.endpoint)
  }

  /// Takes a request back that waits.
  ///
  /// - Returns: Whether it was waiting; a request that was sent stays in flight until its endpoint answers or ends.
  package func withdraw(_ request: RequestID) -> Bool {
    guard let place = places[request], place.server == nil else { return false }
    place.callpoint.waiting.remove(request)
    places[request] = nil
    return true
  }

  // MARK: Endpoints

  /// Takes note of an endpoint that can serve.
  ///
  /// - Parameters:
  ///   - endpoint: The endpoint, which must be new.
  ///   - served: The callpoints it serves, each with its number there.
  ///   - credit: How many requests it may have at a time; if it serves several callpoints, one of them may have all but
  ///     one.
  ///   - bearsStuckCallbacks: Whether it can go on while a callback is stuck, with a thread less.
  /// - Returns: The waiting requests that go to it.
  package func endpointReady(
    _ endpoint: EndpointID, serving served: [CallpointID: Int], credit: Int, bearsStuckCallbacks: Bool = true
  ) -> [Dispatch] {
    let endpoint = ServingEndpoint(
      endpoint, serving: served, credit: credit, bearsStuckCallbacks: bearsStuckCallbacks)
    endpoints[endpoint.id] = endpoint
    for service in endpoint.services {
      guard let callpoint = callpoints[service.callpoint] else { continue }
      let server = Server(endpoint: endpoint, service: service)
      callpoint.servers.append(server)
      list(callpoint, on: server)
    }
    return fill(endpoint)
  }

  /// Gives an endpoint no new requests any more; those that it has stay with it.
  package func retire(_ endpoint: EndpointID) {
    guard let endpoint = endpoints[endpoint] else { return }
    endpoint.isRetired = true
    for service in endpoint.services { callpoints[service.callpoint]?.servers.removeAll { $0.endpoint === endpoint } }
  }

  /// Takes note of an endpoint's end, after everything that it wrote has been read.
  ///
  /// - Parameters:
  ///   - endpoint: The endpoint.
  ///   - over: Those of its requests that must not run elsewhere: those that had started, above all.
  /// - Returns: What becomes of its requests. One that may run elsewhere waits at the front of its queue if no other
  ///   endpoint has room.
  package func endpointLost(_ endpoint: EndpointID, over: Set<RequestID>) -> Loss {
    retire(endpoint)
    guard let gone = endpoints.removeValue(forKey: endpoint) else { return Loss(lost: [], moved: []) }
    var lost: [RequestID] = []
    var others: [EndpointID: ServingEndpoint] = [:]
    for request in gone.inFlight.keys.sorted().reversed() {
      guard let callpoint = places[request]?.callpoint else { continue }
      callpoint.inFlight -= 1
      guard !over.contains(request), let target = callpoints[callpoint.id] else {
        places[request] = nil
        lost.append(request)
        continue
      }
      target.waiting.prepend(request)
      places[request] = Place(callpoint: target)
      for other in target.servers {
        other.endpoint.list(other.service)
        others[other.endpoint.id] = other.endpoint
      }
    }
    let moved = others.values.sorted { $0.id.number < $1.id.number }.flatMap { fill($0) }
    return Loss(lost: lost.reversed(), moved: moved)
  }

  // MARK: Stuck callbacks

  /// Takes note that a request's callback goes on too long after its deadline: its thread is not counted on.
  package func becameStuck(_ request: RequestID) {
    guard let server = places[request]?.server else { return }
    server.endpoint.becameStuck(request, of: server.service)
  }

  /// Takes note that an endpoint does not read, although nothing keeps it from reading.
  package func becameDeaf(_ endpoint: EndpointID) { endpoints[endpoint]?.becameDeaf() }

  /// Whether stuck callbacks have left an endpoint, or one of its callpoints there, without a usable thread.
  package func isExhausted(_ endpoint: EndpointID) -> Bool { endpoints[endpoint]?.isExhausted ?? false }

  /// Whether a request's callback is stuck.
  package func isStuck(_ request: RequestID) -> Bool {
    places[request]?.server?.endpoint.isStuck(request) ?? false
  }

  /// Whether nothing but stuck callbacks keeps an endpoint from reading.
  package func readsNothing(_ endpoint: EndpointID, running: Set<RequestID>) -> Bool {
    endpoints[endpoint]?.readsNothing(running: running) ?? false
  }

  /// How many callbacks are stuck in an endpoint.
  package func stuckCount(on endpoint: EndpointID) -> Int { endpoints[endpoint]?.stuckCount ?? 0 }

  /// How many callbacks of a callpoint are stuck.
  package func stuckCount(of callpoint: CallpointID) -> Int {
    (callpoints[callpoint]?.servers ?? []).reduce(0) { $0 + $1.endpoint.stuckCount(of: $1.service) }
  }

  // MARK: Looking

  /// The number of requests that wait for a callpoint.
  package func waiting(for callpoint: CallpointID) -> Int { callpoints[callpoint]?.waiting.count ?? 0 }

  /// The number of requests for a callpoint that endpoints have.
  package func inFlight(for callpoint: CallpointID) -> Int { callpoints[callpoint]?.inFlight ?? 0 }

  /// The requests an endpoint has been given and has not answered.
  package func inFlight(on endpoint: EndpointID) -> Set<RequestID> {
    endpoints[endpoint].map { Set($0.inFlight.keys) } ?? []
  }

  /// How many requests an endpoint has been given and has not answered.
  package func inFlightCount(on endpoint: EndpointID) -> Int { endpoints[endpoint]?.inFlight.count ?? 0 }

  /// The endpoint a request was given to, or `nil` if it waits or is over.
  package func endpoint(of request: RequestID) -> EndpointID? { places[request]?.server?.endpoint.id }

  /// The endpoints that serve a callpoint, without those that are retired.
  package func endpoints(of callpoint: CallpointID) -> [EndpointID] {
    (callpoints[callpoint]?.servers ?? []).map(\.endpoint.id)
  }

  private func leastLoaded(of candidates: [Server], beyondCredit: Bool) -> Server? {
    var best: (server: Server, load: Int)?
    for candidate in candidates {
      let endpoint = candidate.endpoint
      guard beyondCredit ? endpoint.isOpen : endpoint.hasRoom(for: candidate.service) else { continue }
      let load = endpoint.inFlight.count
      if let known = best, known.load <= load { continue }
      best = (candidate, load)
    }
    return best?.server
  }

  private func start(_ request: RequestID, of callpoint: Callpoint, on server: Server) -> Dispatch {
    callpoint.inFlight += 1
    server.endpoint.start(request, of: server.service)
    return Dispatch(request: request, endpoint: server.endpoint.id, registration: server.service.registration)
  }

  /// Puts a callpoint in line for an endpoint's next free credit, if requests for it wait.
  private func list(_ callpoint: Callpoint, on server: Server) {
    if callpoint.waiting.count > 0 { server.endpoint.list(server.service) }
  }

  /// Gives an endpoint waiting requests, one callpoint after the other, until its credit is used.
  private func fill(_ endpoint: ServingEndpoint) -> [Dispatch] {
    var dispatches: [Dispatch] = []
    while let service = endpoint.nextTurn() {
      guard let callpoint = callpoints[service.callpoint], let request = callpoint.waiting.popFirst() else { continue }
      let server = Server(endpoint: endpoint, service: service)
      places[request]?.server = server
      dispatches.append(start(request, of: callpoint, on: server))
      list(callpoint, on: server)
    }
    return dispatches
  }
}
