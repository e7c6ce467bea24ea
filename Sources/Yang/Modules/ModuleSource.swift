/// A package's YANG directory.
package struct ModuleSource: Hashable, Sendable {
  /// The package's name.
  package let owner: String
  /// The package's `src/yang`.
  package let directory: String
  /// Whether the package has a `ned` component, whose data nodes live below a device's `config`.
  package let isMounted: Bool
  /// What names the package's NEDs.
  package let nedIdentities: [NEDIdentity]
  /// What the directory held when the package was read; `nil` to read it when it is compiled.
  package let texts: ModuleTexts?

  /// Creates a source.
  ///
  /// - Parameters:
  ///   - owner: The package's name, under which errors are reported.
  ///   - directory: The directory whose modules are implemented.
  ///   - isMounted: Whether the modules' data nodes live below `/ncs:devices/ncs:device/ncs:config`.
  ///   - nedIdentities: What names the package's NEDs.
  ///   - texts: What the directory held when the package was read; `nil` to read it when it is compiled.
  package init(
    owner: String, directory: String, isMounted: Bool, nedIdentities: [NEDIdentity] = [], texts: ModuleTexts? = nil
  ) {
    self.owner = owner
    self.directory = directory
    self.isMounted = isMounted
    self.nedIdentities = nedIdentities
    self.texts = texts
  }
}
