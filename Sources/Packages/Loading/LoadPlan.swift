/// Which packages there are, in load order, and which VMs they need.
///
/// A plan is a value that is computed from the packages alone. When something makes a package unusable later,
/// ``failing(_:)`` gives the plan without it.
package struct LoadPlan: Hashable, Sendable {
  /// The NSO version that packages are told to run on.
  package static let ncsVersion = PackageVersion("6.7")

  /// All packages: those that can be used in load order, then those that failed, by name.
  package let packages: [LoadedPackage]
  /// The VMs to start, in the order of their first packages.
  package let vms: [VMPlan]
  /// What is strange about the directories themselves.
  package let warnings: [String]
  /// The packages in the order in which they were found, without what the plan itself concluded.
  package let found: [LoadedPackage]

  /// Computes a plan.
  ///
  /// - Parameters:
  ///   - found: The packages in the order in which they were found, which decides between two of one name.
  ///   - warnings: What was strange about the directories.
  init(found: [LoadedPackage], warnings: [String]) {
    var found = found
    var resolution = DependencyResolution(of: found)
    var conflicts = VMGrouping.nameConflicts(among: resolution.usable)
    while !conflicts.isEmpty {
      found = found.map { $0.failing(with: conflicts[$0.directory]) }
      resolution = DependencyResolution(of: found)
      conflicts = VMGrouping.nameConflicts(among: resolution.usable)
    }
    packages = resolution.usable + resolution.unusable
    vms = VMGrouping(of: resolution.usable).vms
    self.warnings = warnings
    self.found = found
  }

  /// The plan after some packages have turned out to be unusable, for instance because of their YANG.
  ///
  /// - Parameter errors: Why, by package name; packages that require one of these fail as well.
  /// - Returns: The new plan.
  package func failing(_ errors: [String: String]) -> LoadPlan {
    var byDirectory: [String: PackageError] = [:]
    for (name, message) in errors {
      guard let package = package(named: name) else { continue }
      byDirectory[package.directory] = PackageError(message)
    }
    return LoadPlan(found: found.map { $0.failing(with: byDirectory[$0.directory]) }, warnings: warnings)
  }

  /// The plan in which some packages are as they were before.
  ///
  /// - Parameter older: The packages as they were. Each takes the place of the one in its directory, or else of the one
  ///   with its name; one that is not there any more comes back.
  /// - Returns: The new plan.
  package func keeping(_ older: [LoadedPackage]) -> LoadPlan {
    var found = found
    for package in older {
      let place =
        found.firstIndex { $0.directory == package.directory } ?? found.firstIndex { $0.name == package.name }
      if let place { found[place] = package } else { found.append(package) }
    }
    return LoadPlan(found: found, warnings: warnings)
  }

  /// The package of a name: the usable one, if one is.
  ///
  /// - Parameter name: The package's name.
  /// - Returns: The package, or `nil` if there is none.
  package func package(named name: String) -> LoadedPackage? { packages.first { $0.name == name } }
}
