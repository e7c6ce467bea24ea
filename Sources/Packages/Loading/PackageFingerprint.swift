import FoundationEssentials
import Glibc

/// How the files of a package look from outside: names, sizes, times and inodes, but no content.
///
/// Two that are equal mean that nobody has changed the package in between. Looked at are the metadata, `python`,
/// `load-dir` and `src/yang`; what a running package writes itself, such as `__pycache__` and `logs`, and hidden files
/// are not.
package struct PackageFingerprint: Hashable, Sendable {
  private struct File: Hashable {
    let path: String
    let device: UInt
    let inode: UInt
    let size: Int
    let seconds: Int
    let nanoseconds: Int
  }

  private static let parts = ["package-meta-data.xml", "python", "load-dir", "src/yang"]
  private static let ignored: Set = ["__pycache__", "logs"]

  private var files: Set<File> = []

  /// Looks at a package.
  ///
  /// - Parameter directory: The package's directory; links in it are followed.
  package init(of directory: String) {
    // A link may lead back to where it stands.
    var visited: Set<[UInt]> = []
    for part in Self.parts { add("\(directory)/\(part)", &visited) }
  }

  private mutating func add(_ path: String, _ visited: inout Set<[UInt]>) {
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      files.insert(
        File(
          path: path, device: status.st_dev, inode: status.st_ino, size: status.st_size,
          seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec))
      return
    }
    guard visited.insert([status.st_dev, status.st_ino]).inserted else { return }
    // A directory that cannot be read has no files for Python either.
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    where !name.hasPrefix(".") && !Self.ignored.contains(name) {
      add("\(path)/\(name)", &visited)
    }
  }
}
