import Callpoints
import Foundation
import JSON
import Kernel
import Packages
import PythonVM
import Yang

/// The packages of a host, their schema and their VMs.
///
/// Owner: the reactor's thread.
final class PackageRuntime {
  /// The packages, those that failed included.
  private(set) var plan: LoadPlan
  /// What the packages' YANG means.
  let schema: Schema
  /// The points that the schema names.
  let points: PointIndex
  /// The VMs, in load order.
  private(set) var machines: [VirtualMachine] = []

  /// Finds packages and compiles their YANG.
  ///
  /// - Parameters:
  ///   - paths: Packages, or directories of packages.
  ///   - yangPath: Directories of YANG modules that win over the installation's.
  ///   - installation: Where the installation's YANG modules are.
  /// - Throws: ``PackageError`` if a path cannot be read.
  init(paths: [String], yangPath: [String], installation: Installation) throws(PackageError) {
    let found = try PackageCatalogue.discover(paths: paths)
    let sources = found.packages.filter { $0.error == nil }.compactMap { package in
      package.yangDirectory.map {
        ModuleSource(
          owner: package.name, directory: $0, isMounted: package.isNED,
          nedIdentities: package.metadata.map(Self.nedIdentities) ?? [])
      }
    }
    let compiled = SchemaCompiler(searchPath: yangPath, builtIn: installation.yangDirectory).compile(sources)
    let errors = compiled.errors.mapValues { $0.map(\.description).joined(separator: "\n") }
    plan = errors.isEmpty ? found : found.failing(errors)
    schema = compiled.schema
    points = PointIndex(compiled.schema)
  }

  private static func nedIdentities(_ metadata: PackageMetadata) -> [NEDIdentity] {
    metadata.components.compactMap { component in
      guard case .ned(let driver) = component.kind, let identity = driver.nedID, let namespace = identity.namespace
      else { return nil }
      return NEDIdentity(name: identity.name, namespace: namespace, interface: driver.interface.rawValue)
    }
  }

  /// Makes the VMs; none is started.
  func makeMachines(_ make: (VMPlan) -> VirtualMachine) {
    machines = plan.vms.map(make)
  }

  /// The VM with a name.
  func machine(named name: String) -> VirtualMachine? { machines.first { $0.plan.name == name } }

  /// The VM whose present process was given a token.
  func machine(withToken token: String) -> VirtualMachine? {
    machines.first { !$0.token.isEmpty && $0.token == token }
  }
}
