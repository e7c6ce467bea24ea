extension MetadataReader {
  private typealias Driver = PackageComponent.NetworkElementDriver

  private static let cases = ["ned", "upgrade", "callback", "application"]

  /// Reads a `component`.
  ///
  /// - Parameter element: The element.
  /// - Returns: The component.
  /// - Throws: ``PackageError`` if it has no name, or not exactly one of the four kinds.
  mutating func component(_ element: XMLElement) throws(PackageError) -> PackageComponent {
    let name = try required("name", of: element).text
    warn(aboutUnknownIn: element, known: Set(Self.cases + ["name", "description", "entitlement-tag"]))
    let found = Self.cases.flatMap { children($0, of: element) }
    guard let only = found.first, found.count == 1 else {
      let kinds = found.isEmpty ? "none" : found.map { "<\($0.name)>" }.joined(separator: " and ")
      throw fault(
        "component \(name) must have one of <ned>, <upgrade>, <callback> and <application>; it has \(kinds)",
        element.line)
    }
    return PackageComponent(
      name: name, kind: try kind(only, of: name), description: try optional("description", of: element)?.text,
      entitlementTag: try optional("entitlement-tag", of: element)?.text, line: element.line)
  }

  private mutating func kind(
    _ element: XMLElement, of component: String
  ) throws(PackageError) -> PackageComponent.Kind {
    switch element.name {
    case "ned": return .ned(try driver(element, of: component))
    case "upgrade":
      warn(aboutUnknownIn: element, known: ["java-class-name", "python-class-name"])
      return .upgrade(try implementingClass(element, of: component))
    case "callback":
      warn(aboutUnknownIn: element, known: ["java-class-name"])
      return .callback(javaClassNames: children("java-class-name", of: element).map(\.text))
    default:
      warn(aboutUnknownIn: element, known: ["java-class-name", "python-class-name", "start-phase"])
      let phase = try optional("start-phase", of: element)
      if let phase, !["phase0", "phase1", "phase2"].contains(phase.text) {
        throw fault("start-phase is phase0, phase1 or phase2, not \"\(phase.text)\"", phase.line)
      }
      return .application(try implementingClass(element, of: component), startPhase: phase?.text ?? "phase2")
    }
  }

  private func implementingClass(
    _ element: XMLElement, of component: String
  ) throws(PackageError) -> PackageComponent.ImplementingClass {
    switch (try optional("java-class-name", of: element), try optional("python-class-name", of: element)) {
    case (let java?, nil) where !java.text.isEmpty: return .java(java.text)
    case (nil, let python?):
      guard python.text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ !$0.isEmpty }) else {
        throw fault("python-class-name is written module.Class, not \"\(python.text)\"", python.line)
      }
      return .python(python.text)
    default:
      throw fault(
        "<\(element.name)> of component \(component) must have either <java-class-name> or <python-class-name>",
        element.line)
    }
  }

  private mutating func driver(
    _ element: XMLElement, of component: String
  ) throws(PackageError) -> PackageComponent.NetworkElementDriver {
    let interfaces = Driver.ManagementInterface.allCases.map(\.rawValue)
    warn(aboutUnknownIn: element, known: Set(interfaces + ["device", "option"]))
    let found = interfaces.flatMap { children($0, of: element) }
    guard let only = found.first, found.count == 1, let interface = Driver.ManagementInterface(rawValue: only.name)
    else {
      throw fault(
        "<ned> of component \(component) must have one of <netconf>, <snmp>, <cli> and <generic>", element.line)
    }
    warn(aboutUnknownIn: only, known: ["ned-id", "java-class-name", "management-protocol"])
    var driver = Driver(interface: interface)
    driver.nedID = try optional("ned-id", of: only).map(identity)
    driver.javaClassName = try optional("java-class-name", of: only)?.text
    driver.managementProtocol = try optional("management-protocol", of: only)?.text
    if let device = try optional("device", of: element) {
      driver.vendor = try optional("vendor", of: device)?.text
      driver.productFamilies = children("product-family", of: device).map(\.text)
      driver.operatingSystem = try optional("operating-system", of: device)?.text
    }
    for option in children("option", of: element) {
      driver.options.append(
        Driver.Option(name: try required("name", of: option).text, value: try optional("value", of: option)?.text))
    }
    return driver
  }
}
