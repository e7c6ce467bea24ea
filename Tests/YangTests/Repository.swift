import Foundation
import Yang

/// Where the tests find what is checked in.
enum Repository {
  static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  static let builtIn = path + "/python/ncs_dir/src/ncs/yang"
  static let vectors = path + "/Tests/Vectors"

  static func bytes(_ file: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
  }
}
