import Foundation

/// Where the parts of Callpoint that are not this executable lie.
package struct Installation: Sendable {
  /// The directory that holds `python/`.
  package let home: String
  /// The guard's executable.
  package let guardExecutable: String

  /// The Python runtime, first on every `PYTHONPATH`.
  package var runtimeDirectory: String { home + "/python" }
  /// What `NCS_DIR` is set to.
  package var ncsDirectory: String { home + "/python/ncs_dir" }
  /// The command that starts a VM unless the user names another.
  package var startCommand: String { ncsDirectory + "/bin/ncs-start-python-vm" }
  /// The YANG modules that packages import.
  package var yangDirectory: String { ncsDirectory + "/src/ncs/yang" }
  /// The example packages.
  package var examplesDirectory: String { home + "/python/examples" }

  /// The installation cannot be found.
  package struct NotFound: Error, CustomStringConvertible {
    package let description: String
  }

  /// Finds the installation that an executable belongs to.
  ///
  /// - Parameters:
  ///   - executable: The executable's path, without symbolic links.
  ///   - override: The value of `CALLPOINT_HOME`, if it is set.
  /// - Throws: ``NotFound`` if no directory above the executable holds the runtime.
  package init(executable: String, override: String?) throws(NotFound) {
    let marker = "python/callpoint_vm"
    let directory = URL(fileURLWithPath: executable).deletingLastPathComponent()
    if let override {
      guard FileManager.default.fileExists(atPath: override + "/" + marker) else {
        throw NotFound(description: "CALLPOINT_HOME is \(override), which has no \(marker)")
      }
      home = URL(fileURLWithPath: override).standardizedFileURL.path
    } else {
      var candidate = directory
      while !FileManager.default.fileExists(atPath: candidate.path + "/" + marker) {
        guard candidate.path != "/" else {
          throw NotFound(
            description: "no directory above \(executable) has \(marker); set CALLPOINT_HOME to the one that does")
        }
        candidate = candidate.deletingLastPathComponent()
      }
      home = candidate.path
    }
    guardExecutable = directory.path + "/callpoint-guard"
    guard FileManager.default.isExecutableFile(atPath: guardExecutable) else {
      throw NotFound(description: "there is no callpoint-guard beside \(executable); build the product callpoint again")
    }
  }

  /// Finds the installation of the running executable.
  ///
  /// - Returns: The installation.
  /// - Throws: ``NotFound`` if it is incomplete.
  package static func current() throws(NotFound) -> Installation {
    let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
    return try Installation(
      executable: executable, override: ProcessInfo.processInfo.environment["CALLPOINT_HOME"])
  }
}
