/// A Python VM to start: whose it is and what it runs.
package struct VMPlan: Hashable, Sendable {
  /// The VM's name: the package's, or the `vm-name` that packages share.
  package var name: String
  /// The packages that run in the VM, in load order.
  package var packages: [String]
  /// What the packages ask for; the mode is decided when the callpoints are known.
  package var model: PackageMetadata.CallpointModel
  /// The classes to instantiate, in load order.
  package var components: [ComponentPlan]
  /// The packages' own `python` directories, then those of the packages they require, each once.
  package var pythonPath: [String]
  /// The virtual environment that `python/use_venv` names, if one does.
  package var virtualEnvironment: String?
}
