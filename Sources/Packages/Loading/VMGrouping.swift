/// Decides which VMs the packages need: one for each package with a Python class, or one for each `vm-name`.
///
/// Only packages in the threading model share a VM; `vm-name` means nothing in the multiprocessing model.
struct VMGrouping {
  /// The VMs in the order of their first packages.
  private(set) var vms: [VMPlan] = []

  private let packages: [String: LoadedPackage]

  /// Groups packages.
  ///
  /// - Parameter usable: The packages that can be used, in load order.
  init(of usable: [LoadedPackage]) {
    packages = Dictionary(usable.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for package in usable where package.isPython { add(package) }
    for place in vms.indices { vms[place].pythonPath = pythonPath(of: vms[place]) }
  }

  /// The packages that want to share the VM of a package that shares its VM with nobody.
  ///
  /// - Parameter usable: The packages that can be used.
  /// - Returns: The errors, by package directory.
  static func nameConflicts(among usable: [LoadedPackage]) -> [String: PackageError] {
    let python = usable.filter(\.isPython)
    let own = Set(python.filter { $0.callpointModel == .multiprocessing }.map(\.name))
    var conflicts: [String: PackageError] = [:]
    for package in python where package.callpointModel == .threading {
      guard let vmName = package.metadata?.pythonPackage?.vmName, own.contains(vmName.value) else { continue }
      conflicts[package.directory] = PackageError(
        "vm-name \(vmName.value) is the VM of package \(vmName.value), whose callpoint-model is multiprocessing",
        file: package.metadataFile, line: vmName.line)
    }
    return conflicts
  }

  private mutating func add(_ package: LoadedPackage) {
    let shared = package.callpointModel == .threading ? package.metadata?.pythonPackage?.vmName?.value : nil
    let name = shared ?? package.name
    if let place = vms.firstIndex(where: { $0.name == name }) {
      vms[place].packages.append(package.name)
      vms[place].components += package.pythonComponents
      vms[place].virtualEnvironment = vms[place].virtualEnvironment ?? package.virtualEnvironment
    } else {
      vms.append(
        VMPlan(
          name: name, packages: [package.name], model: package.callpointModel, components: package.pythonComponents,
          pythonPath: [], virtualEnvironment: package.virtualEnvironment))
    }
  }

  /// The packages' own directories, then, level by level, those of what they require.
  private func pythonPath(of vm: VMPlan) -> [String] {
    var names = vm.packages
    var seen = Set(names)
    var place = 0
    while place < names.count {
      for requirement in packages[names[place]]?.metadata?.requiredPackages ?? []
      where seen.insert(requirement.name).inserted {
        names.append(requirement.name)
      }
      place += 1
    }
    return names.compactMap { packages[$0]?.pythonDirectory }
  }
}
