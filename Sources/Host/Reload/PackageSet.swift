import Packages
import Yang

/// Packages that fit together, and what their YANG means.
///
/// A set is a value: a reload makes the next one and looks at both. Where the new version of a package cannot be used, the
/// set has the old one.
struct PackageSet {
  /// The packages, those that failed included.
  let plan: LoadPlan
  /// What the packages' YANG means.
  private(set) var schema: Schema
  /// The points that the schema names.
  private(set) var points: PointIndex
  /// The schema as Python reads it.
  private(set) var schemaFile: [UInt8]
  /// Why packages are in an older version than the one on disk, by name.
  private(set) var kept: [String: String]
  /// The packages that can be used, by name.
  let editions: [String: PackageReading.Edition]

  /// The packages as they are on disk.
  init(_ disk: PackageReading) { self.init(disk, keeping: [:], of: [:], without: [:]) }

  /// - Parameters:
  ///   - disk: The packages as they are.
  ///   - kept: The packages that stay as they were, with the reason.
  ///   - older: The packages as they were, by name.
  ///   - refused: New packages that cannot be used, with the reason.
  private init(
    _ disk: PackageReading, keeping kept: [String: String], of older: [String: PackageReading.Edition],
    without refused: [String: String]
  ) {
    let stay = kept.keys.sorted().compactMap { older[$0] }
    let found = (stay.isEmpty ? disk.plan : disk.plan.keeping(stay.map(\.package))).failing(refused)
    func edition(of package: LoadedPackage) -> PackageReading.Edition? {
      kept[package.name] == nil ? disk.editions[package.directory] : older[package.name]
    }
    let usable = found.packages.filter { $0.error == nil }
    let compiled = disk.compiler.compile(usable.compactMap { edition(of: $0)?.source })
    let errors = compiled.errors.mapValues { $0.map(\.description).joined(separator: "\n") }
    plan = errors.isEmpty ? found : found.failing(errors)
    schema = compiled.schema
    points = PointIndex(compiled.schema)
    schemaFile = SchemaFile.bytes(of: compiled.schema)
    self.kept = kept
    editions = Dictionary(
      plan.packages.filter { $0.error == nil }.compactMap { package in edition(of: package).map { (package.name, $0) }
      },
      uniquingKeysWith: { first, _ in first })
  }

  /// The packages as they are on disk, except those that cannot be used but could before: these stay as they were.
  ///
  /// When an older version does not fit to the new ones of others, what it requires stays as it was too, and if that
  /// does not help, everything does, which fits.
  ///
  /// - Parameters:
  ///   - disk: The packages as they are.
  ///   - previous: The packages as they were.
  ///   - reasons: Why packages have to stay as they were, or, if they are new, cannot be used, by name.
  init(_ disk: PackageReading, over previous: PackageSet, keeping reasons: [String: String] = [:]) {
    var kept = reasons.filter { previous.editions[$0.key] != nil }
    let refused = reasons.filter { previous.editions[$0.key] == nil }
    while true {
      let set = PackageSet(disk, keeping: kept, of: previous.editions, without: refused)
      let broken = set.broken(since: previous).filter { kept[$0.key] == nil }
      let stuck = kept.keys.filter { set.editions[$0] == nil }.sorted()
      let next: [String: String]
      if !broken.isEmpty {
        next = broken
      } else if stuck.isEmpty {
        self = set
        return
      } else {
        next = previous.required(by: stuck).filter { kept[$0.key] == nil }
      }
      guard !next.isEmpty else {
        self = previous
        let reason = stuck.compactMap { set.plan.package(named: $0)?.error }.map { "\($0)" }.joined(separator: "\n")
        self.kept = Dictionary(uniqueKeysWithValues: previous.editions.keys.map { ($0, kept[$0] ?? reason) })
        return
      }
      kept.merge(next) { first, _ in first }
    }
  }

  /// The same packages under the model of others.
  func under(_ other: PackageSet) -> PackageSet {
    var copy = self
    (copy.schema, copy.points, copy.schemaFile) = (other.schema, other.points, other.schemaFile)
    return copy
  }

  /// The packages that cannot be used any more, with the reason, by the name they had.
  private func broken(since previous: PackageSet) -> [String: String] {
    var broken: [String: String] = [:]
    for package in plan.packages {
      guard let error = package.error else { continue }
      let name =
        previous.editions.values.first { $0.package.directory == package.directory }?.package.name ?? package.name
      if previous.editions[name] != nil, editions[name] == nil { broken[name] = "\(error)" }
    }
    return broken
  }

  /// What packages require, directly or not, with the reason why it has to stay.
  private func required(by names: [String]) -> [String: String] {
    var required: [String: String] = [:]
    for name in names {
      for other in closure(of: [name]) where other != name && required[other] == nil {
        required[other] = "package \(name) stays as it was and requires this one as it was"
      }
    }
    return required
  }

  /// Packages and what they require, directly or not.
  private func closure(of names: [String]) -> [String] {
    var names = names
    var place = 0
    while place < names.count {
      for requirement in editions[names[place]]?.package.metadata?.requiredPackages ?? []
      where editions[requirement.name] != nil && !names.contains(requirement.name) {
        names.append(requirement.name)
      }
      place += 1
    }
    return names
  }

  /// How the files of a VM's packages, and of those that they require, look.
  func files(of vm: VMPlan) -> [String: PackageFingerprint] {
    Dictionary(
      closure(of: vm.packages).compactMap { name in editions[name].map { (name, $0.package.fingerprint) } },
      uniquingKeysWith: { first, _ in first })
  }
}
