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

  /// Kills every child of this process but one, and reaps those that have ended.
  ///
  /// A child that ends hands its own children on, so they are all gone once none was found.
  ///
  /// - Parameter spared: The child that may live.
  /// - Returns: Whether a child was found.
  static func killChildren(but spared: Int32?) -> Bool {
    let found = clinux_kill_children(spared ?? 0)
    precondition(found >= 0, "\(KernelFailure.last("reading /proc")): what the guard left behind may still run")
    return found > 0
  }
}
