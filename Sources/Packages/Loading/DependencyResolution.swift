/// Decides which packages can be used and in which order they are loaded: required packages first, then by name.
struct DependencyResolution {
  /// The packages that can be used, in load order.
  private(set) var usable: [LoadedPackage] = []
  /// The packages that cannot be used, each with its error, by name.
  private(set) var unusable: [LoadedPackage] = []

  private enum Mark {
    case visiting
    case done
  }

  /// The packages that answer to a name.
  private var packages: [String: LoadedPackage] = [:]
  private var marks: [String: Mark] = [:]
  /// The packages being visited, each requiring the next one.
  private var path: [String] = []

  /// Decides about packages; of several with one name the first one whose metadata can be read answers to it.
  ///
  /// - Parameter found: The packages in the order in which they were found.
  init(of found: [LoadedPackage]) {
    for package in found where package.metadata != nil { claimName(package) }
    for package in found where package.metadata == nil {
      if packages[package.name] == nil {
        packages[package.name] = package
      } else {
        unusable.append(package)
      }
    }
    for name in packages.keys.sorted() { visit(name) }
    unusable += packages.values.filter { $0.error != nil }
    unusable.sort { ($0.name, $0.directory) < ($1.name, $1.directory) }
  }

  private mutating func claimName(_ package: LoadedPackage) {
    guard let first = packages[package.name] else {
      packages[package.name] = package
      return
    }
    let error = PackageError(
      "another package is named \(package.name), in \(first.directory); only the first one is loaded",
      file: package.metadataFile, line: package.metadata?.nameLine)
    unusable.append(package.failing(with: error))
    packages[package.name]?.warnings.append(
      "\(first.metadataFile): another package is named \(package.name), in \(package.directory); it is not loaded")
  }

  private mutating func visit(_ name: String) {
    guard marks[name] == nil, let package = packages[name] else { return }
    marks[name] = .visiting
    path.append(name)
    for requirement in package.metadata?.requiredPackages ?? [] where packages[name]?.error == nil {
      follow(requirement, from: package)
    }
    path.removeLast()
    marks[name] = .done
    if let package = packages[name], package.error == nil { usable.append(package) }
  }

  private mutating func follow(_ requirement: PackageMetadata.RequiredPackage, from package: LoadedPackage) {
    if marks[requirement.name] == .visiting {
      failCycle(from: requirement.name)
      return
    }
    visit(requirement.name)
    guard packages[package.name]?.error == nil, let message = complaint(about: requirement) else { return }
    fail(package.name, PackageError(message, file: package.metadataFile, line: requirement.line))
  }

  /// What prevents a requirement from being met, or `nil` if nothing does.
  private func complaint(about requirement: PackageMetadata.RequiredPackage) -> String? {
    let name = requirement.name
    guard let found = packages[name] else {
      return "required package \(name) is not present; add it to the package directories"
    }
    if let error = found.error { return "required package \(name) cannot be used: \(error)" }
    guard let version = found.metadata?.version else { return nil }
    if let oldest = requirement.minVersion, version < oldest {
      return "required package \(name) of version \(oldest) or later is not present (found \(version))"
    }
    if let newest = requirement.maxVersion, version > newest {
      return "required package \(name) of version \(newest) or earlier is not present (found \(version))"
    }
    return nil
  }

  /// Fails every package of the cycle that ends at the package being visited.
  private mutating func failCycle(from name: String) {
    guard let start = path.firstIndex(of: name) else { return }
    let cycle = Array(path[start...])
    for (place, member) in cycle.enumerated() {
      let next = cycle[(place + 1) % cycle.count]
      let way = (cycle[place...] + cycle[..<place] + [member]).joined(separator: " requires ")
      let line = packages[member]?.metadata?.requiredPackages.first { $0.name == next }?.line
      fail(member, PackageError("circular dependency: \(way)", file: packages[member]?.metadataFile, line: line))
    }
  }

  private mutating func fail(_ name: String, _ error: PackageError) {
    packages[name] = packages[name]?.failing(with: error)
  }
}
