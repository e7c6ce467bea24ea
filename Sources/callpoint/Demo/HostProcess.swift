import Foundation
import Glibc

/// A `callpoint serve` that runs beside the demo.
final class HostProcess {
  /// Its control socket.
  let socketPath: String
  /// The first part of its logs' paths.
  let logPrefix: String
  /// Where its standard output and standard error go.
  let outputPath: String
  /// The process.
  let pid: Int32
  /// How it ended, as `wait` gives it, once it has been reaped.
  private(set) var status: Int32?

  /// The host did not start.
  struct StartFailure: Error, CustomStringConvertible {
    let description: String
  }

  /// Starts a host.
  ///
  /// - Parameters:
  ///   - packages: The packages, or directories of packages.
  ///   - options: Further options of `serve`.
  ///   - directory: Where it keeps its files.
  ///   - executable: The tool.
  ///   - leadsGroup: Whether it has a process group of its own, as a command in a terminal has.
  /// - Throws: ``StartFailure`` if the process cannot be made.
  init(
    packages: [String], options: [String] = [], directory: String, executable: String = "/proc/self/exe",
    leadsGroup: Bool = false
  ) throws {
    socketPath = directory + "/socket"
    logPrefix = directory + "/logs/ncs-python-vm"
    outputPath = directory + "/host.log"
    let arguments =
      ["callpoint", "serve"] + packages + options + [
        "--state", directory, "--socket", socketPath, "--log-file-prefix", logPrefix,
      ]
    // What Python leaves in its temporary directory when it is killed goes with ours.
    let environment = ProcessInfo.processInfo.environment.merging(["TMPDIR": directory]) { $1 }
    pid = try Self.spawn(executable, arguments, environment, output: outputPath, leadsGroup: leadsGroup)
  }

  /// Whether it has ended; if so it has been reaped.
  var hasEnded: Bool {
    var value: Int32 = 0
    if status == nil, waitpid(pid, &value, WNOHANG) == pid { status = value }
    return status != nil
  }

  /// The end of what it has printed.
  var lastWords: String {
    let text = (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").suffix(15).joined(separator: "\n")
  }

  /// Asks the host to stop in order, and waits until it has.
  func stop() {
    guard status == nil else { return }
    kill(pid, SIGTERM)
    reap()
  }

  /// Kills the host at once; what is below it must go by itself.
  func killAtOnce() { kill(pid, SIGKILL) }

  /// Waits until the process is gone.
  func reap() {
    guard status == nil else { return }
    var value: Int32 = 0
    while waitpid(pid, &value, 0) < 0, errno == EINTR {}
    status = value
  }

  deinit {
    guard status == nil else { return }
    kill(pid, SIGKILL)
    reap()
  }

  private static func spawn(
    _ executable: String, _ arguments: [String], _ environment: [String: String], output: String, leadsGroup: Bool
  ) throws -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Signals that this process takes as events must still end the host.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | (leadsGroup ? POSIX_SPAWN_SETPGROUP : 0)))
    var strings: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for string in strings + variables { free(string) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, executable, &actions, &attributes, &strings, &variables)
    guard code == 0 else {
      throw StartFailure(description: "the host cannot be started: \(String(cString: strerror(code)))")
    }
    return pid
  }
}
