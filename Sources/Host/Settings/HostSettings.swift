package import Callpoints
package import PythonVM

/// Everything about a host that its user may choose.
///
/// Owner: the reactor's thread. It is filled from the command line's options now; later from `ncs.conf` and
/// `/python-vm` too.
package struct HostSettings: Sendable {
  /// Packages, or directories of packages.
  package var packagePaths = ["./packages"]
  /// Where the host keeps its socket and files.
  package var stateDirectory = "./.callpoint"
  /// The control socket; `nil` for `socket` in the state directory.
  package var socketPath: String?
  /// A JSON document to start from.
  package var loadFile: String?
  /// The first part of every log file's path.
  package var logFilePrefix = "logs/ncs-python-vm"
  /// The level of the VMs' logs.
  package var logLevel = LogLevel.info
  /// The command that starts a VM; `nil` for the installation's.
  package var startCommand: String?
  /// How long a VM may take from its launch until every component is set up.
  package var startTimeout = Duration.seconds(30)
  /// Directories of YANG modules that win over the installation's.
  package var yangPath: [String] = []
  /// The longest message on any link, in bytes.
  package var messageLimit = 16 << 20
  /// The most threads of an endpoint, which is also how many requests it may have at a time.
  ///
  /// 64 for a callpoint that keeps all it may have, and one that it leaves to the others of its VM.
  package var threads = 65
  /// The number of workers of single callpoints, by name.
  package var workers: [String: Int] = [:]
  /// The number of workers of every other callpoint.
  package var defaultWorkers = 1
  /// How callbacks run, whatever their packages ask for; `nil` to leave it to the packages.
  package var mode: ExecutionMode?
  /// Whether a VM that died is started again.
  package var restartsVMs = true
  /// Whether to trust the parent-death signal where it works.
  package var usesParentDeathSignal = true
  /// How long an action may take.
  package var actionTimeout = Duration.seconds(240)
  /// How long any other callback may take.
  package var serviceTimeout = Duration.seconds(120)
  /// How long running callbacks may finish at a stop.
  package var grace = Duration.seconds(10)

  /// Creates the default settings.
  package init() {}
}
