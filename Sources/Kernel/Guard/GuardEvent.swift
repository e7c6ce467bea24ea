/// What the guard tells.
package enum GuardEvent: Hashable, Sendable {
  /// Whether children die with their parent here; comes first.
  case probed(parentDeathSignalWorks: Bool)
  /// The process runs its program.
  case started(LaunchID, pid: Int32)
  /// There is no such process.
  case failed(LaunchID, step: LaunchStep, errno: Int32)
  /// A started process has ended.
  case exited(pid: Int32, ExitStatus)
  /// The guard itself has ended, and with it every process it had started; their exits are not told. What this process
  /// adopted is dead too, if it is a subreaper. No event follows: make a new guard.
  case lost(ExitStatus)
}
