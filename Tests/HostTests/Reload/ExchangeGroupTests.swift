import Testing

@testable import Host
@testable import Packages

@Suite struct `Exchange groups` {
  /// A VM of packages, started from files that look like a directory that does not exist.
  private func vm(_ name: String, _ packages: [String]? = nil, model: PackageMetadata.CallpointModel = .threading)
    -> Blueprint
  {
    Blueprint(
      plan: VMPlan(
        name: name, packages: packages ?? [name], model: model, components: [], pythonPath: [],
        virtualEnvironment: nil),
      files: [name: PackageFingerprint(of: "/nowhere")])
  }

  private func groups(_ current: [Blueprint], _ next: [Blueprint]) -> Set<ExchangeGroup> {
    Set(ExchangeGroup.groups(from: current, to: next))
  }

  @Test func `what is the same is left alone, what changed has its successor, what came and went is alone`() {
    let changed = vm("b", model: .multiprocessing)
    #expect(groups([vm("a")], [vm("a")]).isEmpty)
    #expect(
      groups([vm("a"), vm("b"), vm("c")], [vm("a"), changed, vm("d")]) == [
        ExchangeGroup(old: ["b"], new: [changed]), ExchangeGroup(old: ["c"], new: []),
        ExchangeGroup(old: [], new: [vm("d")]),
      ])
  }

  @Test func `packages that begin or cease to share a VM change places together`() {
    let shared = vm("shared", ["a", "b"])
    #expect(groups([vm("a"), vm("b")], [shared]) == [ExchangeGroup(old: ["a", "b"], new: [shared])])
    #expect(groups([shared], [vm("a"), vm("b")]) == [ExchangeGroup(old: ["shared"], new: [vm("a"), vm("b")])])
    let joined = vm("b", ["b", "c"])
    #expect(
      groups([vm("a"), vm("b"), vm("c")], [vm("a"), joined]) == [ExchangeGroup(old: ["b", "c"], new: [joined])])
  }

  @Test func `every VM that changes is in one group, whatever the packages do`() {
    for first in partitions(of: ["a", "b", "c", "d"]) {
      for second in partitions(of: ["a", "b", "c", "d"]) {
        let current = first.map { vm($0[0], $0) }
        let next = second.map { vm($0[0] + "'", $0) }
        let groups = ExchangeGroup.groups(from: current, to: next)
        #expect(groups.flatMap(\.old).sorted() == current.map(\.plan.name).sorted())
        #expect(groups.flatMap(\.new).map(\.plan.name).sorted() == next.map(\.plan.name).sorted())
        for group in groups {
          let before = Set(current.filter { group.old.contains($0.plan.name) }.flatMap(\.plan.packages))
          #expect(before == Set(group.packages))
        }
      }
    }
  }

  /// Every way to put names into groups.
  private func partitions(of names: [String]) -> [[[String]]] {
    guard let first = names.first else { return [[]] }
    return partitions(of: Array(names.dropFirst())).flatMap { rest in
      [[[first]] + rest]
        + rest.indices.map { place in
          var copy = rest
          copy[place].append(first)
          return copy
        }
    }
  }
}
