/// The identity that names a NED in a device's `ned-id`.
///
/// No file of a package need define it: NSO makes its module from the package's metadata when the NED is built.
package struct NEDIdentity: Hashable, Sendable {
  /// The identity's name, which is its module's name and prefix too.
  package let name: String
  /// The module's namespace.
  package let namespace: String
  /// How the device is reached: `netconf`, `snmp`, `cli` or `generic`.
  package let interface: String

  /// Creates an identity.
  ///
  /// - Parameters:
  ///   - name: The identity's name; `nil` is returned for one that YANG does not allow.
  ///   - namespace: The namespace that the metadata binds it to.
  ///   - interface: The management interface, as `package-meta-data.xml` calls it.
  package init?(name: String, namespace: String, interface: String) {
    guard StatementGrammar.isIdentifier(name) else { return nil }
    self.name = name
    self.namespace = namespace
    self.interface = interface
  }

  /// The module that defines the identity.
  func module() throws(YangError) -> YangFile {
    let text = """
      module \(name) {
        yang-version 1.1;
        namespace "\(Self.quoted(namespace))";
        prefix \(name);
        import tailf-ncs-ned { prefix ned; }
        identity \(name) { base ned:\(interface)-ned-id; }
      }
      """
    return try YangFile([UInt8](text.utf8), path: "\(name).yang")
  }

  /// A text as it stands between double quotes, where YANG would cut blanks around the end of a line.
  private static func quoted(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
