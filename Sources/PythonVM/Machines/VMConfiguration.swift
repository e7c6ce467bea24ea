package import Callpoints

/// What every VM of a host has in common.
package struct VMConfiguration: Sendable {
  /// The command that starts a VM.
  package var startCommand: String
  /// The runtime's directory, first on `PYTHONPATH`.
  package var runtimeDirectory: String
  /// What `NCS_DIR` is set to.
  package var ncsDirectory: String
  /// The control socket's absolute path.
  package var socketPath: String
  /// The directory the VMs run in.
  package var workingDirectory: String
  /// The schema file.
  package var schemaPath: String
  /// The first part of every log file's path.
  package var logFilePrefix: String
  /// The level of the VMs' logs.
  package var logLevel: LogLevel
  /// The longest message on any link, in bytes.
  package var messageLimit: Int
  /// The most threads of an endpoint.
  package var threads: Int
  /// The number of workers of single callpoints, by name.
  package var workers: [String: Int]
  /// The number of workers of every other callpoint.
  package var defaultWorkers: Int
  /// How callbacks run, whatever their packages ask for; `nil` to leave it to the packages.
  package var mode: ExecutionMode?
  /// How long a start may take.
  package var startTimeout: Duration
  /// How long running callbacks may finish at a stop.
  package var grace: Duration
  /// Whether a VM that died is started again.
  package var restartsAutomatically: Bool
  /// Whether the guard saw a child die with its parent.
  package var parentDeathSignalWorks: Bool
  /// The environment that VMs inherit, before ours is added.
  package var environment: [String: String]

  /// Creates a configuration.
  package init(
    startCommand: String, runtimeDirectory: String, ncsDirectory: String, socketPath: String, workingDirectory: String,
    schemaPath: String, logFilePrefix: String, logLevel: LogLevel, messageLimit: Int, threads: Int,
    workers: [String: Int], defaultWorkers: Int, mode: ExecutionMode?, startTimeout: Duration, grace: Duration,
    restartsAutomatically: Bool, parentDeathSignalWorks: Bool, environment: [String: String]
  ) {
    self.startCommand = startCommand
    self.runtimeDirectory = runtimeDirectory
    self.ncsDirectory = ncsDirectory
    self.socketPath = socketPath
    self.workingDirectory = workingDirectory
    self.schemaPath = schemaPath
    self.logFilePrefix = logFilePrefix
    self.logLevel = logLevel
    self.messageLimit = messageLimit
    self.threads = threads
    self.workers = workers
    self.defaultWorkers = defaultWorkers
    self.mode = mode
    self.startTimeout = startTimeout
    self.grace = grace
    self.restartsAutomatically = restartsAutomatically
    self.parentDeathSignalWorks = parentDeathSignalWorks
    self.environment = environment
  }
}
