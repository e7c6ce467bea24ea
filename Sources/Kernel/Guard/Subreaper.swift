import CLinux

/// The adoption of orphans: with it, what a dead guard leaves behind comes to this process and can be killed.
package enum Subreaper {
  /// Makes this process adopt every orphan below it.
  ///
  /// A process that does so must have no other children than guards.
  package static func become() throws(KernelFailure) {
    try checked("prctl(PR_SET_CHILD_SUBREAPER)") { clinux_become_subreaper() }
  }

  /// Whether this process adopts orphans.
  package static var isActive: Bool { clinux_is_subreaper() == 1 }

  /// Kills every child of this process, again until there is none.
  static func killAllChildren() throws(KernelFailure) {
    try checked("killing what was adopted") { clinux_kill_all_children() }
  }
}
