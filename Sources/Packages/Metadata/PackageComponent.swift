/// A `component` of a package: exactly one of four kinds.
package struct PackageComponent: Hashable, Sendable {
  /// What the component is.
  package enum Kind: Hashable, Sendable {
    case ned(NetworkElementDriver)
    case upgrade(ImplementingClass)
    case callback(javaClassNames: [String])
    case application(ImplementingClass, startPhase: String)
  }

  /// The class that implements a component.
  package enum ImplementingClass: Hashable, Sendable {
    case java(String)
    case python(String)
  }

  /// A `ned` component.
  package struct NetworkElementDriver: Hashable, Sendable {
    /// How the device is reached.
    package enum ManagementInterface: String, Hashable, Sendable, CaseIterable {
      case netconf
      case snmp
      case cli
      case generic
    }

    /// How the device is reached.
    package var interface: ManagementInterface
    /// The NED's identity.
    package var nedID: QualifiedIdentity?
    /// The Java class of a `cli` or `generic` NED.
    package var javaClassName: String?
    /// The protocol of a `generic` NED.
    package var managementProtocol: String?
    /// The device's vendor.
    package var vendor: String?
    /// The product families that the NED is for.
    package var productFamilies: [String] = []
    /// The device's operating system.
    package var operatingSystem: String?
    /// The NED's options by name; one without a value has `nil`.
    package var options: [Option] = []

    /// An `option` element.
    package struct Option: Hashable, Sendable {
      /// The option's name.
      package var name: String
      /// Its value, if it has one.
      package var value: String?
    }
  }

  /// The component's name, unique in its package.
  package var name: String
  /// What the component is.
  package var kind: Kind
  /// What the component is for.
  package var description: String?
  /// The entitlement that the component needs.
  package var entitlementTag: String?
  /// The element's line.
  package var line: Int
}
