import Packages

/// VMs that make way for others, and those others: they change places together or not at all.
///
/// As a rule it is one VM and its successor. There are more of them when packages begin to share a VM, or cease to.
struct ExchangeGroup: Hashable {
  /// The names of the VMs that go.
  var old: Set<String>
  /// What starts in their place, in load order.
  var new: [Blueprint]

  /// The packages of the VMs that start.
  var packages: [String] { new.flatMap(\.plan.packages) }

  /// Finds out which VMs have to change.
  ///
  /// - Parameters:
  ///   - current: What the VMs that there are were started from.
  ///   - next: What those that there should be would be started from.
  /// - Returns: The groups. A VM that would be started from the same is in none of them, every other is in one.
  static func groups(from current: [Blueprint], to next: [Blueprint]) -> [ExchangeGroup] {
    var groups = next.filter { !current.contains($0) }.map { ExchangeGroup(old: [], new: [$0]) }
    for old in current.filter({ !next.contains($0) }).map(\.plan) {
      let heirs = groups.filter { group in
        group.new.contains { $0.plan.name == old.name || !Set($0.plan.packages).isDisjoint(with: old.packages) }
      }
      groups.removeAll { heirs.contains($0) }
      groups.append(
        ExchangeGroup(old: heirs.reduce(into: [old.name]) { $0.formUnion($1.old) }, new: heirs.flatMap(\.new)))
    }
    return groups
  }
}
