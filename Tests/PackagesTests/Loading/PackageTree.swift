import FoundationEssentials
import Packages

/// A directory of packages that is removed with the object.
final class PackageTree {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "packages-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      preconditionFailure("\(path) was not removed: \(error)")
    }
  }

  /// Writes a file and the directories above it.
  func write(_ name: String, _ content: String) throws {
    let file = "\(path)/\(name)"
    let directory = file[..<(file.lastIndex(of: "/") ?? file.startIndex)]
    try FileManager.default.createDirectory(atPath: String(directory), withIntermediateDirectories: true)
    try Data(content.utf8).write(to: URL(filePath: file))
  }

  /// Writes a package with a Python class unless `elements` say something else.
  func package(
    _ name: String, in directory: String? = nil, version: String = "1.0", requires: [String] = [],
    elements: String = "", pythonClass: String? = "m.Main"
  ) throws {
    let directory = directory ?? name
    var lines = ["<ncs-package xmlns=\"http://tail-f.com/ns/ncs-packages\">", "<name>\(name)</name>"]
    lines.append("<package-version>\(version)</package-version>\(elements)")
    for requirement in requires {
      let parts = requirement.split(separator: " ")
      let limit = parts.count == 3 ? "<\(parts[1])-version>\(parts[2])</\(parts[1])-version>" : ""
      lines.append("<required-package><name>\(parts[0])</name>\(limit)</required-package>")
    }
    if let pythonClass {
      lines.append("<component><name>main</name><application>")
      lines.append("<python-class-name>\(pythonClass)</python-class-name></application></component>")
      try write("\(directory)/python/m.py", "")
    }
    lines.append("</ncs-package>")
    try write("\(directory)/package-meta-data.xml", lines.joined(separator: "\n"))
  }

  func plan() throws -> LoadPlan { try PackageCatalogue.discover(paths: [path]) }

  /// The text of a package's error without the directory of the tree.
  func error(of name: String, in plan: LoadPlan) -> String? {
    plan.package(named: name)?.error?.description.replacing(path + "/", with: "")
  }
}
