import FoundationEssentials

/// Finds packages in directories and reads what they say about themselves.
package enum PackageCatalogue {
  /// Finds and reads packages.
  ///
  /// - Parameter paths: Directories, each a package or a directory of packages (one level). Links are followed, hidden
  ///   directories and those without a `package-meta-data.xml` are skipped.
  /// - Returns: All packages that were found, with those that failed, and the VMs to start.
  /// - Throws: ``PackageError`` if a path is not a directory.
  package static func discover(paths: [String]) throws(PackageError) -> LoadPlan {
    var packages: [LoadedPackage] = []
    var warnings: [String] = []
    var seen: Set<String> = []
    for path in paths.map(absolute) {
      let directories = try packageDirectories(in: path, &warnings)
      if directories.isEmpty { warnings.append("\(path): there is no package in this directory") }
      for directory in directories where seen.insert(realPath(directory)).inserted {
        packages.append(PackageDirectory(path: directory).load())
      }
    }
    return LoadPlan(found: packages, warnings: warnings)
  }

  /// The directory itself if it is a package, else the packages in it, by name.
  private static func packageDirectories(
    in path: String, _ warnings: inout [String]
  ) throws(PackageError) -> [String] {
    if isPackage(path) { return [path] }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw PackageError("not a directory that can be read; give a package or a directory of packages", file: path)
    }
    for name in names.sorted() where [".tar", ".tar.gz", ".tgz"].contains(where: name.hasSuffix) {
      warnings.append("\(path)/\(name): package archives are not supported; unpack it")
    }
    return names.filter { !$0.hasPrefix(".") }.sorted().map { "\(path)/\($0)" }.filter(isPackage)
  }

  private static func isPackage(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path + "/package-meta-data.xml")
  }

  private static func realPath(_ path: String) -> String {
    URL(filePath: path).resolvingSymlinksInPath().path
  }

  /// The path from the root, without a slash at its end; `..` stays, because it may follow a link.
  private static func absolute(_ path: String) -> String {
    var parts = path.split(separator: "/").filter { $0 != "." }.map(String.init)
    if !path.hasPrefix("/") {
      parts = FileManager.default.currentDirectoryPath.split(separator: "/").map(String.init) + parts
    }
    return "/" + parts.joined(separator: "/")
  }
}
