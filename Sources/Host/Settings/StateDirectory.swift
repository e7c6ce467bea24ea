import Foundation
import Kernel

/// The directory where a host keeps its socket and the files that its VMs map.
///
/// It belongs to one host at a time, which holds a lock on the file `lock`. The system lets go of the lock when the host
/// ends, however it ended.
final class StateDirectory {
  /// The control socket, for clients.
  let socketPath: String
  /// The socket for the processes below VMs.
  let processSocketPath: String
  /// The directory.
  let path: String

  private let lock: Descriptor
  private var hasLeft = false
  private var nextSchema = 1
  private var schemas: Set<String> = []

  /// The directory cannot be used.
  struct Unusable: Error, CustomStringConvertible {
    let description: String
  }

  /// Makes the directory if it is missing, takes it for this host, and removes what a killed host left there.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - socketPath: The control socket, if it is to be elsewhere.
  /// - Throws: ``Unusable`` if the directory cannot be made or another host has it.
  init(path: String, socketPath: String?) throws(Unusable) {
    let directory = absolutePath(path)
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw Unusable(description: "the state directory \(path) cannot be made: \(error.localizedDescription)")
    }
    lock = try Self.lock(directory)
    self.path = directory
    let clients = socketPath.map(absolutePath) ?? directory + "/socket"
    self.socketPath = clients
    // A directory whose path is too long for a socket may still be used if the socket itself is elsewhere.
    let fits = "\(directory)/vms".utf8.count <= SocketFailure.longestPath
    processSocketPath = fits ? "\(directory)/vms" : "\(clients).vms"
    // What cannot be listed now cannot be written either, which is reported then.
    for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    where name.hasPrefix("schema-") && Int(name.dropFirst("schema-".count)) != nil {
      unlink(directory + "/" + name)
    }
  }

  /// Takes the lock, and writes this process's number into its file for those who come later.
  private static func lock(_ directory: String) throws(Unusable) -> Descriptor {
    let path = directory + "/lock"
    while true {
      let file: Descriptor
      do throws(KernelFailure) {
        file = try Descriptor.open(path, flags: O_RDWR | O_CREAT, mode: 0o600)
      } catch {
        throw Unusable(description: "the state directory \(directory) cannot be written: \(error)")
      }
      guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
        let reason = errno
        guard reason == EWOULDBLOCK else {
          throw Unusable(description: "\(path) cannot be locked: \(String(cString: strerror(reason)))")
        }
        throw Unusable(
          description: "the state directory \(directory) belongs to \(owner(of: file)), which runs; stop that host or "
            + "choose another directory with --state")
      }
      // The host that had the lock may have removed the file between our opening and our locking it.
      guard isStill(file, at: path) else { continue }
      let text = Array("\(getpid())\n".utf8)
      // The number is for people: a full disk costs no more than that.
      _ = ftruncate(file.number, 0)
      _ = pwrite(file.number, text, text.count, 0)
      return file
    }
  }

  private static func owner(of file: borrowing Descriptor) -> String {
    var buffer = [UInt8](repeating: 0, count: 16)
    let count = pread(file.number, &buffer, buffer.count, 0)
    let text = String(decoding: buffer.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return Int32(text).map { "the host with process number \($0)" } ?? "another host"
  }

  private static func isStill(_ file: borrowing Descriptor, at path: String) -> Bool {
    var ours = stat()
    var theirs = stat()
    return fstat(file.number, &ours) == 0 && stat(path, &theirs) == 0 && ours.st_ino == theirs.st_ino
      && ours.st_dev == theirs.st_dev
  }

  /// Writes a schema file that no process has mapped yet.
  ///
  /// - Parameter bytes: The file's content.
  /// - Returns: Its path.
  /// - Throws: ``Unusable`` if it cannot be written.
  func writeSchema(_ bytes: [UInt8]) throws(Unusable) -> String {
    let file = path + "/schema-\(nextSchema)"
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: file), options: .atomic)
    } catch {
      throw Unusable(description: "the schema file \(file) cannot be written: \(error.localizedDescription)")
    }
    nextSchema += 1
    schemas.insert(file)
    return file
  }

  /// Removes the schema files that nobody will map any more; processes that have mapped one keep it.
  ///
  /// - Parameter needed: The files that stay.
  func removeSchemas(except needed: Set<String>) {
    for file in schemas.subtracting(needed) { unlink(file) }
    schemas.formIntersection(needed)
  }

  /// Removes what this host has made, and keeps the lock until the object or the process is gone.
  func leave() {
    guard !hasLeft else { return }
    hasLeft = true
    removeSchemas(except: [])
    // While the lock is held: nobody else has made a file of this name that this could be.
    unlink(path + "/lock")
  }

  deinit { leave() }
}
