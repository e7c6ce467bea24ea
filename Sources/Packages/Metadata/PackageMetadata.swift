/// What a `package-meta-data.xml` says.
package struct PackageMetadata: Hashable, Sendable {
  /// How a package's callbacks are run.
  package enum CallpointModel: String, Hashable, Sendable {
    case threading
    case multiprocessing
  }

  /// The `python-package` element.
  package struct PythonPackage: Hashable, Sendable {
    /// The VM that the package wants to share, with the line that says so.
    package var vmName: Located<String>?
    /// How the callbacks are run.
    package var callpointModel = CallpointModel.threading
  }

  /// A `required-package` element.
  package struct RequiredPackage: Hashable, Sendable {
    /// The other package's name.
    package var name: String
    /// The oldest version that will do.
    package var minVersion: PackageVersion?
    /// The newest version that will do.
    package var maxVersion: PackageVersion?
    /// The element's line.
    package var line: Int
  }

  /// The file that was read.
  package var file: String
  /// The package's name: its identity, whatever its directory is called.
  package var name: String
  /// The line of the name.
  package var nameLine: Int
  /// The package's own version.
  package var version: PackageVersion
  /// The name that people see.
  package var displayName: String?
  /// What the package is for.
  package var description: String?
  /// The oldest versions of NSO that the package works with, one for each line of releases.
  package var ncsMinVersions: [PackageVersion] = []
  /// The newest versions of NSO that the package is known to work with.
  package var ncsMaxVersions: [PackageVersion] = []
  /// Where the package's web interface signs in.
  package var singleSignOnURL: String?
  /// The settings of the Python VM, if the file has any.
  package var pythonPackage: PythonPackage?
  /// Where NSO put its private copy (computed).
  package var directory: String?
  /// The names of the package's templates (computed).
  package var templates: [String] = []
  /// How strictly templates are read (computed).
  package var templateLoadingMode: String?
  /// The devices that the package supports, by NED.
  package var supportedNEDIDs: [QualifiedIdentity] = []
  /// Expressions that name more such NEDs.
  package var supportedNEDIDMatches: [String] = []
  /// The packages that must be loaded before this one.
  package var requiredPackages: [RequiredPackage] = []
  /// The package's components in the order of the file.
  package var components: [PackageComponent] = []
  /// What was strange in the file but does not prevent loading, with file and line.
  package var warnings: [String] = []

  /// How the callbacks are run; threading unless the file says otherwise.
  package var callpointModel: CallpointModel { pythonPackage?.callpointModel ?? .threading }

  /// Whether a Python VM has to run something of the package.
  package var hasPythonApplication: Bool {
    components.contains { if case .application(.python, _) = $0.kind { true } else { false } }
  }

  /// Whether the package brings a NED, so that its YANG lives below `/devices/device/config`.
  package var isNED: Bool {
    components.contains { if case .ned = $0.kind { true } else { false } }
  }
}

/// Something that a file says, with the line that says it.
package struct Located<Value: Hashable & Sendable>: Hashable, Sendable {
  /// What is said.
  package var value: Value
  /// The line, counted from 1.
  package var line: Int
}

/// An identity as XML writes it, a prefix and a name, with the namespace that the prefix stands for.
package struct QualifiedIdentity: Hashable, Sendable {
  /// The text with its prefix, such as `ios-id:cisco-ios`.
  package var text: String
  /// The namespace, or `nil` if the prefix is not bound.
  package var namespace: String?

  /// The name without its prefix.
  package var name: String { XMLReader.split(text).localName }
}
