import Glibc

/// The executables that were built together with these tests.
enum BuiltProducts {
  /// The guard; it lies in one of the directories above the test bundle.
  static let guardExecutable: String = {
    for start in CommandLine.arguments + [executable()] {
      var path = start
      while let slash = path.lastIndex(of: "/") {
        path = String(path[..<slash])
        let candidate = path + "/callpoint-guard"
        if access(candidate, X_OK) == 0 { return candidate }
      }
    }
    preconditionFailure("callpoint-guard has not been built: run `swift build --build-tests`")
  }()

  private static func executable() -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
