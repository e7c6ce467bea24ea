import Foundation
import Kernel

/// The directory where a host keeps its socket and the files that its VMs map.
struct StateDirectory {
  /// The control socket.
  let socketPath: String
  /// The schema file.
  let schemaPath: String

  /// The directory cannot be used.
  struct Unusable: Error, CustomStringConvertible {
    let description: String
  }

  /// Makes the directory if it is missing.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - socketPath: The control socket, if it is to be elsewhere.
  /// - Throws: ``Unusable`` if the directory cannot be made.
  init(path: String, socketPath: String?) throws(Unusable) {
    let directory = absolutePath(path)
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw Unusable(description: "the state directory \(path) cannot be made: \(error.localizedDescription)")
    }
    self.socketPath = socketPath.map(absolutePath) ?? directory + "/socket"
    // Two hosts may share a directory with a socket each; the process number keeps their files apart.
    schemaPath = directory + "/schema-\(getpid())"
    Self.removeStale(in: directory)
  }

  /// Removes the schema files of hosts that were killed.
  private static func removeStale(in directory: String) {
    // What cannot be listed now cannot be written either, which is reported then.
    for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] {
      guard name.hasPrefix("schema-"), let pid = Int32(name.dropFirst(7)), kill(pid, 0) != 0, errno == ESRCH
      else { continue }
      unlink(directory + "/" + name)
    }
  }

  /// Writes the schema file, in the place of an earlier one, which processes that have mapped it keep.
  ///
  /// - Parameter bytes: The file's content.
  /// - Throws: ``Unusable`` if it cannot be written.
  func writeSchema(_ bytes: [UInt8]) throws(Unusable) {
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: schemaPath), options: .atomic)
    } catch {
      throw Unusable(description: "the schema file \(schemaPath) cannot be written: \(error.localizedDescription)")
    }
  }

  /// Removes what the host put there; the directory stays.
  func remove() {
    unlink(schemaPath)
  }
}
