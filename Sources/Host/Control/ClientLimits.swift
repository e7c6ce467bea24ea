import Kernel

/// What the clients of a host may take together.
///
/// Each of them has a little of everything for itself; see ``SharedBudget`` for the rest.
struct ClientLimits {
  typealias Client = ObjectIdentifier

  /// Connections, by the process at the other end.
  var connections: SharedBudget<Int32>
  /// Bytes of lines that have no end yet.
  var unfinished: SharedBudget<Client>
  /// Bytes of requests that have not been answered.
  var unanswered: SharedBudget<Client>
  /// Bytes of answers that have not been read.
  var unread: SharedBudget<Client>

  /// Limits for a host.
  ///
  /// - Parameters:
  ///   - descriptors: How many descriptors the host may have open.
  ///   - messageLimit: The longest message, in bytes.
  init(descriptors: UInt, messageLimit: Int) {
    connections = SharedBudget(share: 0, pool: Int(min(1024, descriptors / 4)))
    let share = 64 << 10
    let pool = max(64 << 20, 4 * messageLimit)
    unfinished = SharedBudget(share: share, pool: pool)
    unanswered = SharedBudget(share: share, pool: pool)
    unread = SharedBudget(share: share, pool: pool)
  }

  /// A client has gone.
  mutating func remove(_ client: Client) {
    unfinished.set(0, of: client)
    unanswered.set(0, of: client)
    unread.set(0, of: client)
  }
}
