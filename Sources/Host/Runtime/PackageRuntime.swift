import Packages
import PythonVM

/// The packages of a host and their VMs.
///
/// Owner: the reactor's thread.
final class PackageRuntime {
  /// The packages, with their schema.
  let packages: PackageSet
  /// The VMs, in load order.
  private(set) var machines: [VirtualMachine] = []

  /// Creates a runtime without VMs.
  init(packages: PackageSet) { self.packages = packages }

  /// Makes the VMs; none is started.
  func makeMachines(_ make: (VMPlan) -> VirtualMachine) {
    machines = packages.plan.vms.map(make)
  }

  /// The VM with a name.
  func machine(named name: String) -> VirtualMachine? { machines.first { $0.plan.name == name } }

  /// The VM whose present process was given a token.
  func machine(withToken token: String) -> VirtualMachine? {
    machines.first { !$0.token.isEmpty && $0.token == token }
  }
}
