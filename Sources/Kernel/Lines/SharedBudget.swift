/// How much of something limited the members of a group hold.
///
/// Each member has a share that nobody else can take; what goes beyond comes from a common pool. When the pool is used
/// up, whoever has taken most of it is to pay, so that one member does not take what the others need.
package struct SharedBudget<Member: Hashable & Sendable>: Sendable {
  /// What each member has for itself.
  package let share: Int
  /// What all members together may hold beyond their shares.
  package let pool: Int
  /// What is taken from the pool.
  package private(set) var taken = 0

  private var beyond: [Member: Int] = [:]

  /// A budget of which nothing is used.
  package init(share: Int, pool: Int) {
    self.share = share
    self.pool = pool
  }

  /// Whether more is taken than there is.
  package var isExceeded: Bool { taken > pool }

  /// Takes note of how much a member holds now; 0 when it leaves.
  package mutating func set(_ amount: Int, of member: Member) {
    let excess = max(0, amount - share)
    if excess == 0, beyond.isEmpty { return }
    let before = excess == 0 ? beyond.removeValue(forKey: member) : beyond.updateValue(excess, forKey: member)
    taken += excess - (before ?? 0)
  }

  /// How much a member has taken from the pool.
  package func taken(by member: Member) -> Int { beyond[member] ?? 0 }

  /// Whoever has taken most from the pool.
  package var largest: Member? { beyond.max { $0.value < $1.value }?.key }
}
