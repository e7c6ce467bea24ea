import CLinux
import Glibc

/// The bond of this process to the one that started it.
package enum ParentDeath {
  /// Makes this process end when its parent does.
  ///
  /// The signal follows the parent's thread that forked this process: whoever starts it so must do that on a thread that
  /// stays.
  ///
  /// - Throws: ``KernelFailure`` if the system does not offer it, or if the parent has gone already.
  package static func arm() throws(KernelFailure) {
    let parent = getppid()
    try checked("prctl(PR_SET_PDEATHSIG)") { clinux_die_with_parent() }
    // A parent that died before the call was not noticed.
    guard getppid() == parent else { throw KernelFailure(call: "getppid", errno: ESRCH) }
  }
}
