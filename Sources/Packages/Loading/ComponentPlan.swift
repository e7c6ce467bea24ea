/// A Python class that a VM instantiates.
package struct ComponentPlan: Hashable, Sendable {
  /// The package that the component belongs to.
  package let package: String
  /// The component's name.
  package let name: String
  /// The class as `package-meta-data.xml` writes it.
  package let className: String
  /// The module to import: what stands before the last dot, and the component's name if there is no dot.
  package let module: String
  /// The class's name in that module.
  package let attribute: String
  /// The package's directory.
  package let directory: String

  init(package: String, name: String, className: String, directory: String) {
    self.package = package
    self.name = name
    self.className = className
    self.directory = directory
    if let dot = className.lastIndex(of: ".") {
      module = String(className[..<dot])
      attribute = String(className[className.index(after: dot)...])
    } else {
      module = name
      attribute = className
    }
  }
}
