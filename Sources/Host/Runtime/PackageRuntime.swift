import Packages
import PythonVM

/// The packages of a host and their VMs.
///
/// Owner: the reactor's thread.
final class PackageRuntime {
  /// A VM in its place, with what it was started from.
  private struct Tenant {
    let blueprint: Blueprint
    let machine: VirtualMachine
  }

  /// The packages, with their schema.
  var packages: PackageSet
  private var tenants: [Tenant] = []
  /// VMs that are on trial, have failed it or make way: they serve nobody new, and are forgotten when they have stopped.
  private(set) var guests: [VirtualMachine] = []

  /// Creates a runtime without VMs.
  init(packages: PackageSet) { self.packages = packages }

  /// The VMs that serve or should serve, in load order.
  var machines: [VirtualMachine] { tenants.map(\.machine) }

  /// Every VM that may have a process.
  var everyMachine: [VirtualMachine] { machines + guests }

  /// What the VMs were started from.
  var blueprints: [Blueprint] { tenants.map(\.blueprint) }

  /// The VM with a name.
  func machine(named name: String) -> VirtualMachine? { machines.first { $0.plan.name == name } }

  /// The VM whose present process was given a token.
  func machine(withToken token: String) -> VirtualMachine? {
    everyMachine.first { !$0.token.isEmpty && $0.token == token }
  }

  /// Takes in a VM that has no place yet.
  func invite(_ machine: VirtualMachine) { guests.append(machine) }

  /// Gives VMs the places of others, which become guests.
  ///
  /// - Parameters:
  ///   - old: The names of the VMs that go.
  ///   - new: The VMs that come, guests or not, with what they were started from.
  /// - Returns: The VMs that have gone.
  func exchange(_ old: Set<String>, for new: [(Blueprint, VirtualMachine)]) -> [VirtualMachine] {
    let leaving = machines.filter { old.contains($0.plan.name) }
    guests.removeAll { guest in new.contains { $0.1 === guest } }
    guests += leaving
    tenants.removeAll { old.contains($0.blueprint.plan.name) }
    tenants += new.map { Tenant(blueprint: $0, machine: $1) }
    return leaving
  }

  /// Puts the VMs into the order in which the present packages are loaded.
  func sort() {
    let order = packages.plan.vms.map(\.name)
    func place(_ tenant: Tenant) -> Int { order.firstIndex(of: tenant.blueprint.plan.name) ?? order.count }
    tenants.sort { place($0) < place($1) }
  }

  /// Forgets the guests that have stopped.
  func seeOff() { guests.removeAll { $0.state == .stopped } }
}
