import Packages
import Yang

/// The packages as they are on disk at one moment.
struct PackageReading {
  /// One version of a package: all that is needed to go on with it when its files have changed.
  struct Edition {
    /// What the directory and the metadata say.
    let package: LoadedPackage
    /// Its YANG, with the texts, if it has any.
    let source: ModuleSource?
  }

  /// The packages that were found.
  let plan: LoadPlan
  /// What is on disk, by directory.
  let editions: [String: Edition]
  /// What compiles YANG.
  let compiler: SchemaCompiler

  /// Finds packages and reads them.
  ///
  /// - Parameters:
  ///   - paths: Packages, or directories of packages.
  ///   - compiler: What compiles their YANG.
  /// - Throws: ``PackageError`` if a path cannot be read.
  init(paths: [String], compiler: SchemaCompiler) throws(PackageError) {
    plan = try PackageCatalogue.discover(paths: paths)
    editions = Dictionary(
      plan.found.map { package in
        (package.directory, Edition(package: package, source: package.error == nil ? Self.source(of: package) : nil))
      }, uniquingKeysWith: { first, _ in first })
    self.compiler = compiler
  }

  private static func source(of package: LoadedPackage) -> ModuleSource? {
    package.yangDirectory.map {
      ModuleSource(
        owner: package.name, directory: $0, isMounted: package.isNED,
        nedIdentities: package.metadata.map(nedIdentities) ?? [], texts: ModuleTexts(of: $0))
    }
  }

  private static func nedIdentities(_ metadata: PackageMetadata) -> [NEDIdentity] {
    metadata.components.compactMap { component in
      guard case .ned(let driver) = component.kind, let identity = driver.nedID, let namespace = identity.namespace
      else { return nil }
      return NEDIdentity(name: identity.name, namespace: namespace, interface: driver.interface.rawValue)
    }
  }
}
