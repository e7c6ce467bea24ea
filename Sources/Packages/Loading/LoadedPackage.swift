/// A package directory and what became of it.
package struct LoadedPackage: Hashable, Sendable {
  /// Whether a package can be used.
  package enum State: Hashable, Sendable {
    case ok
    case failed(PackageError)
  }

  /// The package's name; that of its directory if its metadata does not tell.
  package var name: String
  /// The package's directory, as an absolute path.
  package var directory: String
  /// What `package-meta-data.xml` says, or `nil` if it could not be read.
  package var metadata: PackageMetadata?
  /// Whether the package can be used.
  package var state: State
  /// What is strange but does not prevent loading.
  package var warnings: [String] = []
  /// `src/yang`, if there is one.
  package var yangDirectory: String?
  /// `python`, if there is one.
  package var pythonDirectory: String?
  /// What `python/use_venv` says, if there is one.
  package var virtualEnvironment: String?
  /// How its files looked before they were read.
  package let fingerprint: PackageFingerprint

  /// Why the package cannot be used, if it cannot.
  package var error: PackageError? {
    if case .failed(let error) = state { error } else { nil }
  }

  /// Whether the package brings a NED, so that its YANG lives below `/devices/device/config`.
  package var isNED: Bool { metadata?.isNED ?? false }

  /// `package-meta-data.xml`, as an absolute path.
  package var metadataFile: String { directory + "/package-meta-data.xml" }

  /// The components that a Python VM runs, in the order of the file.
  package var pythonComponents: [ComponentPlan] {
    (metadata?.components ?? []).compactMap { component in
      guard case .application(.python(let className), _) = component.kind else { return nil }
      return ComponentPlan(package: name, name: component.name, className: className, directory: directory)
    }
  }

  /// Whether a VM has to run something of the package.
  var isPython: Bool { metadata?.hasPythonApplication ?? false }

  /// How the callbacks are run.
  var callpointModel: PackageMetadata.CallpointModel { metadata?.callpointModel ?? .threading }

  /// The package with an error, unless it failed before or there is no error.
  func failing(with error: PackageError?) -> LoadedPackage {
    guard let error, self.error == nil else { return self }
    var copy = self
    copy.state = .failed(error)
    return copy
  }
}
