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
  /// adopted is dead too, if it is a subreaper. Another guard is started; what is launched from now on waits for it.
  case lost(ExitStatus)
  /// The guard has not answered for so long, as one that is stopped does, and is killed; `lost` follows.
  case silent(pid: Int32, for: Duration)
  /// Something did not go as it should, in words; nothing is to be done.
  case hindered(String)
}
