/// Reads a `package-meta-data.xml`.
///
/// The order of the elements does not matter. An unknown element of ours is a warning, one of another namespace is nothing.
struct MetadataReader {
  /// The namespace of `package-meta-data.xml`.
  static let namespace = "http://tail-f.com/ns/ncs-packages"

  /// Elements that NSO computes and that may still stand in a file; nothing is made of them.
  private static let computed: Set<String> = ["build-info", "oper-status", "config"]

  private let file: String
  /// What was strange so far.
  private var warnings: [String] = []
  /// The package's name, as soon as it is known: also a package that cannot be used should be called by its name.
  private(set) var name: String?

  /// A reader for one file.
  ///
  /// - Parameter file: The path that errors name.
  init(file: String) { self.file = file }

  /// Reads the file's content.
  ///
  /// - Parameter bytes: The content.
  /// - Returns: What the file says.
  /// - Throws: ``PackageError`` if it is not XML or says something that cannot be.
  mutating func read(_ bytes: [UInt8]) throws(PackageError) -> PackageMetadata {
    let root: XMLElement
    do throws(XMLError) {
      root = try XMLReader.read(bytes)
    } catch {
      throw PackageError("this is not XML: \(error.message)", file: file, line: error.line)
    }
    guard root.name == "ncs-package", root.namespace == Self.namespace else {
      throw fault("expected <ncs-package xmlns=\"\(Self.namespace)\">, found <\(root.name)>", root.line)
    }
    return try metadata(of: root)
  }

  private mutating func metadata(of root: XMLElement) throws(PackageError) -> PackageMetadata {
    let nameElement = try required("name", of: root)
    name = nameElement.text
    let version = try required("package-version", of: root)
    var metadata = PackageMetadata(
      file: file, name: nameElement.text, nameLine: nameElement.line, version: PackageVersion(version.text))
    for element in root.children where element.namespace == Self.namespace {
      try read(element, into: &metadata)
    }
    for single in ["display-name", "description", "single-sign-on-url", "python-package", "directory"] {
      _ = try optional(single, of: root)
    }
    if metadata.hasPythonApplication { try checkVMName(nameElement) }
    metadata.warnings = warnings
    return metadata
  }

  private mutating func read(_ element: XMLElement, into metadata: inout PackageMetadata) throws(PackageError) {
    switch element.name {
    case "name", "package-version": break
    case "display-name": metadata.displayName = element.text
    case "description": metadata.description = element.text
    case "ncs-min-version": metadata.ncsMinVersions.append(PackageVersion(element.text))
    case "ncs-max-version": metadata.ncsMaxVersions.append(PackageVersion(element.text))
    case "single-sign-on-url": metadata.singleSignOnURL = element.text
    case "python-package": metadata.pythonPackage = try pythonPackage(element)
    case "directory": metadata.directory = element.text
    case "templates": metadata.templates.append(element.text)
    case "template-loading-mode": metadata.templateLoadingMode = element.text
    case "supported-ned-id": metadata.supportedNEDIDs.append(identity(element))
    case "supported-ned-id-match": metadata.supportedNEDIDMatches.append(element.text)
    case "required-package": metadata.requiredPackages.append(try requiredPackage(element))
    case "component": try add(element, to: &metadata.components)
    case let name where Self.computed.contains(name): break
    default: warn(aboutUnknown: element, in: "ncs-package")
    }
  }

  private mutating func pythonPackage(_ element: XMLElement) throws(PackageError) -> PackageMetadata.PythonPackage {
    var result = PackageMetadata.PythonPackage()
    warn(aboutUnknownIn: element, known: ["vm-name", "callpoint-model"])
    if let vmName = try optional("vm-name", of: element) {
      try checkVMName(vmName)
      result.vmName = Located(value: vmName.text, line: vmName.line)
    }
    if let model = try optional("callpoint-model", of: element) {
      guard let value = PackageMetadata.CallpointModel(rawValue: model.text) else {
        throw fault("callpoint-model is threading or multiprocessing, not \"\(model.text)\"", model.line)
      }
      result.callpointModel = value
    }
    return result
  }

  private mutating func requiredPackage(_ element: XMLElement) throws(PackageError) -> PackageMetadata.RequiredPackage {
    warn(aboutUnknownIn: element, known: ["name", "min-version", "max-version"])
    return PackageMetadata.RequiredPackage(
      name: try required("name", of: element).text,
      minVersion: try optional("min-version", of: element).map { PackageVersion($0.text) },
      maxVersion: try optional("max-version", of: element).map { PackageVersion($0.text) },
      line: element.line)
  }

  private mutating func add(
    _ element: XMLElement, to components: inout [PackageComponent]
  ) throws(PackageError) {
    let component = try component(element)
    if let first = components.first(where: { $0.name == component.name }) {
      throw fault("component \(component.name) comes twice, first in line \(first.line)", component.line)
    }
    components.append(component)
  }
}

extension MetadataReader {
  /// An error in this file.
  func fault(_ message: String, _ line: Int) -> PackageError { PackageError(message, file: file, line: line) }

  /// The child of a name, which must be there once and not be empty.
  func required(_ name: String, of parent: XMLElement) throws(PackageError) -> XMLElement {
    guard let element = try optional(name, of: parent) else {
      throw fault("<\(parent.name)> has no <\(name)>", parent.line)
    }
    guard !element.text.isEmpty else { throw fault("<\(name)> is empty", element.line) }
    return element
  }

  /// The child of a name, which may be there once.
  func optional(_ name: String, of parent: XMLElement) throws(PackageError) -> XMLElement? {
    let found = children(name, of: parent)
    guard found.count <= 1 else {
      throw fault("<\(parent.name)> has more than one <\(name)>, the first in line \(found[0].line)", found[1].line)
    }
    return found.first
  }

  /// All children of a name.
  func children(_ name: String, of parent: XMLElement) -> [XMLElement] {
    parent.children.filter { $0.name == name && $0.namespace == Self.namespace }
  }

  /// Makes sure that a text can name a VM, and so its log file.
  func checkVMName(_ element: XMLElement) throws(PackageError) {
    guard !element.text.isEmpty else { throw fault("<\(element.name)> is empty", element.line) }
    guard !element.text.contains(where: { $0 == "/" || $0.isNewline }) else {
      throw fault("\"\(element.text)\" names a Python VM and its log file: no slash and no line end", element.line)
    }
  }

  /// An identity with the namespace of its prefix.
  func identity(_ element: XMLElement) -> QualifiedIdentity {
    QualifiedIdentity(text: element.text, namespace: element.prefixes[XMLReader.split(element.text).prefix])
  }

  /// Remembers that an element of ours is not known.
  mutating func warn(aboutUnknown element: XMLElement, in parent: String) {
    warnings.append("\(file):\(element.line): the element <\(element.name)> is not known in <\(parent)> and is ignored")
  }

  /// Remembers which children of ours are not among the known ones.
  mutating func warn(aboutUnknownIn parent: XMLElement, known: Set<String>) {
    for child in parent.children where child.namespace == Self.namespace && !known.contains(child.name) {
      warn(aboutUnknown: child, in: parent.name)
    }
  }
}
