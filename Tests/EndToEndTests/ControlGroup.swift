import Foundation

/// A control group with a limit, for processes that are to run out of something.
///
/// It goes when nobody holds it any more, by which time its processes must have ended.
final class ControlGroup {
  private let path: String

  /// Whether this process may make groups with a controller; it may not in most containers.
  static func canLimit(_ controller: String) -> Bool { (try? ControlGroup(controller)) != nil }

  /// Whether all processes of a group can be killed at once, as they are where `memory.oom.group` is set (cgroup v2).
  static func canKill() -> Bool {
    (try? ControlGroup("unified")).map { FileManager.default.fileExists(atPath: $0.path + "/cgroup.kill") } ?? false
  }

  /// Makes an empty group.
  ///
  /// - Parameter controller: `pids` or `memory`, where controllers have hierarchies of their own (cgroup v1), or `unified`,
  ///   which has none beside them.
  /// - Throws: An error if it cannot be made.
  init(_ controller: String) throws {
    path = "/sys/fs/cgroup/\(controller)/callpoint-\(UUID().uuidString)"
    guard FileManager.default.isWritableFile(atPath: "/sys/fs/cgroup/\(controller)/cgroup.procs") else {
      throw Unexpected(description: "no control groups with the controller \(controller) can be made here")
    }
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  /// Sets a limit, such as `pids.max`.
  func set(_ name: String, _ value: String) throws {
    try Data(value.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }

  /// Moves a process into the group; what it forks from now on is in it too.
  func add(_ pid: Int32) throws { try set("cgroup.procs", String(pid)) }

  /// Kills every process in the group at the same time.
  func kill() throws { try set("cgroup.kill", "1") }

  deinit { rmdir(path) }
}
