import Foundation

/// The texts of a directory of YANG modules as they were at one moment.
///
/// A schema can be compiled from them again when the files have changed.
package struct ModuleTexts: Hashable, Sendable {
  /// The texts by file name.
  let files: [String: [UInt8]]

  /// Reads a directory; `nil` if something in it cannot be read, which the compiler complains about when it reads the files
  /// itself.
  ///
  /// - Parameter directory: The directory.
  package init?(of directory: String) {
    var files: [String: [UInt8]] = [:]
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else { return nil }
    for name in names where ModuleLibrary.isModule(name) {
      guard let data = try? Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)")) else { return nil }
      files[name] = [UInt8](data)
    }
    self.files = files
  }
}
