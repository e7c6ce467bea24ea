/// Decides which endpoint runs which request, and how every request ends.
///
/// The router performs no I/O and knows no clock. It promises that each request that ``submit(_:to:isNested:)``
/// accepts leaves it exactly once: by ``replied(_:)``, by ``withdraw(_:)``, or in the `lost` list of an endpoint's or
/// a callpoint's end. A request that may have started is never given to a second endpoint.
package struct Router: Sendable {
  /// What to do with a request.
  package enum Admission: Hashable, Sendable {
    /// Write it to this endpoint now.
    case send(EndpointID)
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

    /// Creates a dispatch.
    package init(request: RequestID, endpoint: EndpointID) {
      self.request = request
      self.endpoint = endpoint
    }
  }

  /// What the end of an endpoint means for its requests.
  package struct Loss: Hashable, Sendable {
    /// The requests that had started; they are over.
    package let lost: [RequestID]
    /// The requests that had not started and go to another endpoint now.
    package let moved: [Dispatch]
  }

  private struct Callpoint {
    var endpoints: [EndpointID] = []
    var waiting = RequestQueue()
  }

  private struct Endpoint {
    let callpoints: [CallpointID]
    let credit: Int
    var inFlight: Set<RequestID> = []
    /// Where the search for the next callpoint with a waiting request begins, so that each gets its turn.
    var turn = 0
  }

  private let queueLimit: Int
  private var callpoints: [CallpointID: Callpoint] = [:]
  private var endpoints: [EndpointID: Endpoint] = [:]
  private var places: [RequestID: (callpoint: CallpointID, endpoint: EndpointID?)] = [:]

  /// Creates a router.
  ///
  /// - Parameter queueLimit: How many requests may wait for one callpoint.
  package init(queueLimit: Int = 1024) {
    self.queueLimit = queueLimit
  }

  /// Makes a callpoint known, unless it is; its requests wait until an endpoint serves it.
  package mutating func open(_ callpoint: CallpointID) {
    if callpoints[callpoint] == nil { callpoints[callpoint] = Callpoint() }
  }

  /// Forgets a callpoint.
  ///
  /// - Returns: The requests that were waiting for it. Those in flight stay with their endpoints.
  package mutating func close(_ callpoint: CallpointID) -> [RequestID] {
    guard let closed = callpoints.removeValue(forKey: callpoint) else { return [] }
    let waiting = closed.waiting.requests
    for request in waiting { places[request] = nil }
    return waiting
  }

  /// Takes back everything that waits for a callpoint, which stays open.
  ///
  /// - Parameter callpoint: The callpoint.
  /// - Returns: The requests that were waiting.
  package mutating func flush(_ callpoint: CallpointID) -> [RequestID] {
    let waiting = callpoints[callpoint]?.waiting.requests ?? []
    callpoints[callpoint]?.waiting = RequestQueue()
    for request in waiting { places[request] = nil }
    return waiting
  }

  /// Takes in a request.
  ///
  /// - Parameters:
  ///   - request: The request, which must be new.
  ///   - callpoint: The callpoint to call.
  ///   - isNested: Whether it was made from inside a callback. Such a request goes beyond an endpoint's credit, as the
  ///     callback that waits for it may hold the last thread.
  /// - Returns: What to do with it now.
  package mutating func submit(_ request: RequestID, to callpoint: CallpointID, isNested: Bool = false) -> Admission {
    precondition(places[request] == nil, "request \(request.number) is submitted twice")
    guard let target = callpoints[callpoint] else { return .unknownCallpoint }
    if let endpoint = leastLoaded(of: target, beyondCredit: isNested) {
      start(request, of: callpoint, on: endpoint)
      return .send(endpoint)
    }
    guard target.waiting.count < queueLimit else { return .busy }
    callpoints[callpoint]?.waiting.append(request)
    places[request] = (callpoint, nil)
    return .queued
  }

  /// Takes note of an endpoint that can serve.
  ///
  /// - Parameters:
  ///   - endpoint: The endpoint, which must be new.
  ///   - served: The callpoints it serves.
  ///   - credit: How many requests it may have at a time.
  /// - Returns: The waiting requests that go to it.
  package mutating func endpointReady(
    _ endpoint: EndpointID, serving served: [CallpointID], credit: Int
  ) -> [Dispatch] {
    endpoints[endpoint] = Endpoint(callpoints: served, credit: credit)
    for callpoint in served { callpoints[callpoint]?.endpoints.append(endpoint) }
    return fill(endpoint)
  }

  /// Takes note of a request's reply.
  ///
  /// - Returns: The waiting request that takes its place, if any; `nil` if the request was not in flight.
  package mutating func replied(_ request: RequestID) -> [Dispatch]? {
    guard let place = places[request], let endpoint = place.endpoint else { return nil }
    places[request] = nil
    endpoints[endpoint]?.inFlight.remove(request)
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

  /// Takes note of an endpoint's end, after everything that it wrote has been read.
  ///
  /// - Parameters:
  ///   - endpoint: The endpoint.
  ///   - started: The requests that its page says were running.
  /// - Returns: What becomes of its requests. One that had not started waits at the front of its queue if no other
  ///   endpoint has room.
  package mutating func endpointLost(_ endpoint: EndpointID, started: Set<RequestID>) -> Loss {
    guard let gone = endpoints.removeValue(forKey: endpoint) else { return Loss(lost: [], moved: []) }
    for callpoint in gone.callpoints {
      callpoints[callpoint]?.endpoints.removeAll { $0 == endpoint }
    }
    var lost: [RequestID] = []
    var moved: [Dispatch] = []
    for request in gone.inFlight.sorted().reversed() {
      guard let callpoint = places[request]?.callpoint, !started.contains(request), callpoints[callpoint] != nil else {
        places[request] = nil
        lost.append(request)
        continue
      }
      callpoints[callpoint]?.waiting.prepend(request)
      places[request] = (callpoint, nil)
    }
    for other in Set(gone.callpoints.flatMap { callpoints[$0]?.endpoints ?? [] }).sorted(by: { $0.number < $1.number })
    {
      moved += fill(other)
    }
    return Loss(lost: lost.reversed(), moved: moved)
  }

  /// The number of requests that wait for a callpoint.
  package func waiting(for callpoint: CallpointID) -> Int { callpoints[callpoint]?.waiting.count ?? 0 }

  /// The requests for a callpoint that endpoints have.
  package func inFlight(for callpoint: CallpointID) -> Set<RequestID> {
    Set(places.lazy.filter { $0.value.callpoint == callpoint && $0.value.endpoint != nil }.map(\.key))
  }

  /// The requests an endpoint has been given and has not answered.
  package func inFlight(on endpoint: EndpointID) -> Set<RequestID> { endpoints[endpoint]?.inFlight ?? [] }

  /// The endpoint a request was given to, or `nil` if it waits or is over.
  package func endpoint(of request: RequestID) -> EndpointID? { places[request]?.endpoint }

  /// The endpoints that serve a callpoint.
  package func endpoints(of callpoint: CallpointID) -> [EndpointID] { callpoints[callpoint]?.endpoints ?? [] }

  private func leastLoaded(of callpoint: Callpoint, beyondCredit: Bool) -> EndpointID? {
    var best: (endpoint: EndpointID, load: Int)?
    for candidate in callpoint.endpoints {
      guard let endpoint = endpoints[candidate] else { continue }
      let load = endpoint.inFlight.count
      guard beyondCredit || load < endpoint.credit else { continue }
      if let known = best, known.load <= load { continue }
      best = (candidate, load)
    }
    return best?.endpoint
  }

  private mutating func start(_ request: RequestID, of callpoint: CallpointID, on endpoint: EndpointID) {
    endpoints[endpoint]?.inFlight.insert(request)
    places[request] = (callpoint, endpoint)
  }

  /// Gives an endpoint waiting requests, one callpoint after the other, until its credit is used.
  private mutating func fill(_ id: EndpointID) -> [Dispatch] {
    guard let endpoint = endpoints[id], endpoint.inFlight.count < endpoint.credit else { return [] }
    var dispatches: [Dispatch] = []
    var room = endpoint.credit - endpoint.inFlight.count
    var turn = endpoint.turn
    var empty = 0
    let served = endpoint.callpoints
    while room > 0, empty < served.count {
      let callpoint = served[turn % served.count]
      turn = (turn + 1) % served.count
      guard let request = callpoints[callpoint]?.waiting.popFirst() else {
        empty += 1
        continue
      }
      empty = 0
      room -= 1
      start(request, of: callpoint, on: id)
      dispatches.append(Dispatch(request: request, endpoint: id))
    }
    endpoints[id]?.turn = turn
    return dispatches
  }
}
