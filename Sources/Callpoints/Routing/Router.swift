/// Decides which endpoint runs which request.
///
/// The router performs no I/O and knows no clock. It promises that each request that ``submit(_:to:isNested:)``
/// accepts leaves it exactly once: by ``finished(_:)``, by ``withdraw(_:)``, or in the `lost` list of an endpoint's or
/// a callpoint's end. A request that may have started is never given to a second endpoint. While a request waits, no
/// endpoint that could take it has room. Every operation costs the same with one callpoint and with a thousand.
package struct Router: Sendable {
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

  private struct Callpoint {
    var endpoints: [EndpointID] = []
    var waiting = WaitingLine<RequestID>()
    var inFlight = 0
  }

  private let queueLimit: Int
  private var callpoints = NumberTable<CallpointID, Callpoint>()
  private var endpoints = NumberTable<EndpointID, ServingEndpoint>()
  private var places = NumberTable<RequestID, (callpoint: CallpointID, endpoint: EndpointID?)>()

  /// Creates a router.
  ///
  /// - Parameter queueLimit: How many requests may wait for one callpoint.
  package init(queueLimit: Int = 1024) {
    self.queueLimit = queueLimit
  }

  // MARK: Callpoints

  /// Makes a callpoint known, unless it is; its requests wait until an endpoint serves it.
  package mutating func open(_ callpoint: CallpointID) {
    if callpoints[callpoint] == nil { callpoints[callpoint] = Callpoint() }
  }

  /// Forgets a callpoint.
  ///
  /// - Returns: The requests that were waiting for it. Those in flight stay with their endpoints.
  package mutating func close(_ callpoint: CallpointID) -> [RequestID] {
    let waiting = flush(callpoint)
    callpoints[callpoint] = nil
    return waiting
  }

  /// Takes back everything that waits for a callpoint, which stays open.
  ///
  /// - Parameter callpoint: The callpoint.
  /// - Returns: The requests that were waiting.
  package mutating func flush(_ callpoint: CallpointID) -> [RequestID] {
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
  package mutating func submit(_ request: RequestID, to callpoint: CallpointID, isNested: Bool = false) -> Admission {
    precondition(places[request] == nil, "request \(request.number) is submitted twice")
    guard let candidates = callpoints[callpoint]?.endpoints else { return .unknownCallpoint }
    if let endpoint = leastLoaded(of: candidates, for: callpoint, beyondCredit: isNested) {
      return .send(start(request, of: callpoint, on: endpoint))
    }
    guard isNested || waiting(for: callpoint) < queueLimit else { return .busy }
    callpoints[callpoint]?.waiting.append(request)
    places[request] = (callpoint, nil)
    for endpoint in candidates { endpoints[endpoint]?.list(callpoint) }
    return .queued
  }

  /// Takes note that an endpoint is done with a request.
  ///
  /// - Returns: The waiting requests that take its place; `nil` if the request was not in flight.
  package mutating func finished(_ request: RequestID) -> [Dispatch]? {
    guard let endpoint = places[request]?.endpoint, let place = places.removeValue(forKey: request) else { return nil }
    callpoints[place.callpoint]?.inFlight -= 1
    endpoints[endpoint]?.finish(request, of: place.callpoint)
    list(place.callpoint, on: endpoint)
    return fill(endpoint)
  }

  /// Takes a request back that waits.
  ///
  /// - Returns: Whether it was waiting; a request that was sent stays in flight until its endpoint answers or ends.
  package mutating func withdraw(_ request: RequestID) -> Bool {
    guard let place = places[request], place.endpoint == nil else { return false }
    callpoints[place.callpoint]?.waiting.remove(request)
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
  package mutating func endpointReady(
    _ endpoint: EndpointID, serving served: [CallpointID: Int], credit: Int, bearsStuckCallbacks: Bool = true
  ) -> [Dispatch] {
    endpoints[endpoint] = ServingEndpoint(
      serving: served, credit: credit, bearsStuckCallbacks: bearsStuckCallbacks)
    // In the order of the callpoints' numbers, so that the same events have the same effects.
    for callpoint in served.keys.sorted(by: { $0.number < $1.number }) {
      callpoints[callpoint]?.endpoints.append(endpoint)
      list(callpoint, on: endpoint)
    }
    return fill(endpoint)
  }

  /// Gives an endpoint no new requests any more; those that it has stay with it.
  package mutating func retire(_ endpoint: EndpointID) {
    endpoints[endpoint]?.isRetired = true
    for callpoint in endpoints[endpoint]?.services.keys ?? [] {
      callpoints[callpoint]?.endpoints.removeAll { $0 == endpoint }
    }
  }

  /// Takes note of an endpoint's end, after everything that it wrote has been read.
  ///
  /// - Parameters:
  ///   - endpoint: The endpoint.
  ///   - over: Those of its requests that must not run elsewhere: those that had started, above all.
  /// - Returns: What becomes of its requests. One that may run elsewhere waits at the front of its queue if no other
  ///   endpoint has room.
  package mutating func endpointLost(_ endpoint: EndpointID, over: Set<RequestID>) -> Loss {
    retire(endpoint)
    guard let gone = endpoints.removeValue(forKey: endpoint) else { return Loss(lost: [], moved: []) }
    var lost: [RequestID] = []
    var others: Set<EndpointID> = []
    for request in gone.inFlight.keys.sorted().reversed() {
      guard let callpoint = places[request]?.callpoint else { continue }
      callpoints[callpoint]?.inFlight -= 1
      guard !over.contains(request), let target = callpoints[callpoint] else {
        places[request] = nil
        lost.append(request)
        continue
      }
      callpoints[callpoint]?.waiting.prepend(request)
      places[request] = (callpoint, nil)
      for other in target.endpoints {
        endpoints[other]?.list(callpoint)
        others.insert(other)
      }
    }
    let moved = others.sorted { $0.number < $1.number }.flatMap { fill($0) }
    return Loss(lost: lost.reversed(), moved: moved)
  }

  // MARK: Stuck callbacks

  /// Takes note that a request's callback goes on too long after its deadline: its thread is not counted on.
  package mutating func becameStuck(_ request: RequestID) {
    guard let place = places[request], let endpoint = place.endpoint else { return }
    endpoints[endpoint]?.becameStuck(request, of: place.callpoint)
  }

  /// Takes note that an endpoint does not read, although nothing keeps it from reading.
  package mutating func becameDeaf(_ endpoint: EndpointID) { endpoints[endpoint]?.becameDeaf() }

  /// Whether stuck callbacks have left an endpoint, or one of its callpoints there, without a usable thread.
  package func isExhausted(_ endpoint: EndpointID) -> Bool { endpoints[endpoint]?.isExhausted ?? false }

  /// Whether a request's callback is stuck.
  package func isStuck(_ request: RequestID) -> Bool {
    endpoint(of: request).flatMap { endpoints[$0]?.isStuck(request) } ?? false
  }

  /// Whether nothing but stuck callbacks keeps an endpoint from reading.
  package func readsNothing(_ endpoint: EndpointID, running: Set<RequestID>) -> Bool {
    endpoints[endpoint]?.readsNothing(running: running) ?? false
  }

  /// How many callbacks are stuck in an endpoint.
  package func stuckCount(on endpoint: EndpointID) -> Int { endpoints[endpoint]?.stuckCount ?? 0 }

  /// How many callbacks of a callpoint are stuck.
  package func stuckCount(of callpoint: CallpointID) -> Int {
    (callpoints[callpoint]?.endpoints ?? []).reduce(0) { $0 + (endpoints[$1]?.stuckCount(of: callpoint) ?? 0) }
  }

  // MARK: Looking

  /// The number of requests that wait for a callpoint.
  package func waiting(for callpoint: CallpointID) -> Int { callpoints[callpoint]?.waiting.count ?? 0 }

  /// The number of requests for a callpoint that endpoints have.
  package func inFlight(for callpoint: CallpointID) -> Int { callpoints[callpoint]?.inFlight ?? 0 }

  /// The requests an endpoint has been given and has not answered.
  package func inFlight(on endpoint: EndpointID) -> Set<RequestID> { Set(endpoints[endpoint]?.inFlight.keys ?? []) }

  /// How many requests an endpoint has been given and has not answered.
  package func inFlightCount(on endpoint: EndpointID) -> Int { endpoints[endpoint]?.inFlight.count ?? 0 }

  /// The endpoint a request was given to, or `nil` if it waits or is over.
  package func endpoint(of request: RequestID) -> EndpointID? { places[request]?.endpoint }

  /// The endpoints that serve a callpoint, without those that are retired.
  package func endpoints(of callpoint: CallpointID) -> [EndpointID] { callpoints[callpoint]?.endpoints ?? [] }

  private func leastLoaded(
    of candidates: [EndpointID], for callpoint: CallpointID, beyondCredit: Bool
  ) -> EndpointID? {
    var best: (endpoint: EndpointID, load: Int)?
    for candidate in candidates {
      let isFit = beyondCredit ? endpoints[candidate]?.isOpen : endpoints[candidate]?.hasRoom(for: callpoint)
      guard isFit == true, let load = endpoints[candidate]?.inFlight.count else { continue }
      if let known = best, known.load <= load { continue }
      best = (candidate, load)
    }
    return best?.endpoint
  }

  private mutating func start(
    _ request: RequestID, of callpoint: CallpointID, on endpoint: EndpointID
  ) -> Dispatch {
    places[request] = (callpoint, endpoint)
    callpoints[callpoint]?.inFlight += 1
    let registration = endpoints[endpoint]?.start(request, of: callpoint) ?? 0
    return Dispatch(request: request, endpoint: endpoint, registration: registration)
  }

  /// Puts a callpoint in line for an endpoint's next free credit, if requests for it wait.
  private mutating func list(_ callpoint: CallpointID, on endpoint: EndpointID) {
    guard let waiting = callpoints[callpoint]?.waiting.count, waiting > 0 else { return }
    endpoints[endpoint]?.list(callpoint)
  }

  /// Gives an endpoint waiting requests, one callpoint after the other, until its credit is used.
  private mutating func fill(_ endpoint: EndpointID) -> [Dispatch] {
    var dispatches: [Dispatch] = []
    while let callpoint = endpoints[endpoint]?.nextTurn() {
      guard let request = callpoints[callpoint]?.waiting.popFirst() else { continue }
      dispatches.append(start(request, of: callpoint, on: endpoint))
      list(callpoint, on: endpoint)
    }
    return dispatches
  }
}
