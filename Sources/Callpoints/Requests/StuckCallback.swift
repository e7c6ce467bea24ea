/// A callback that goes on although its deadline and the grace period have passed.
package struct StuckCallback: Hashable, Sendable {
  /// The request that it serves.
  package let request: RequestID
  /// The callpoint that was called.
  package let callpoint: CallpointID
  /// The callpoint's name in messages: `action reset`.
  package let label: String
  /// Where it runs.
  package let endpoint: EndpointID
  /// How long the endpoint has had it.
  package let age: Duration
  /// Whether the endpoint has not even read it.
  package let isUnread: Bool

  /// What is wrong, as a clause.
  package var reason: String {
    isUnread
      ? "it is not read, and nothing else is being done" : "it goes on after its deadline and the grace period"
  }
}
