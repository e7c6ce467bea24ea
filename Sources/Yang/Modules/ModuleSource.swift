/// A package's YANG directory.
package struct ModuleSource: Hashable, Sendable {
  /// The package's name.
  package let owner: String
  /// The package's `src/yang`.
  package let directory: String
  /// Whether the package has a `ned` component, whose data nodes live below a device's `config`.
  package let isMounted: Bool

  /// Creates a source.
  ///
  /// - Parameters:
  ///   - owner: The package's name, under which errors are reported.
  ///   - directory: The directory whose modules are implemented.
  ///   - isMounted: Whether the modules' data nodes live below `/ncs:devices/ncs:device/ncs:config`.
  package init(owner: String, directory: String, isMounted: Bool) {
    self.owner = owner
    self.directory = directory
    self.isMounted = isMounted
  }
}
