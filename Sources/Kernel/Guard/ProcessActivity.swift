import CLinux

/// What a process does at a moment, as the system sees it.
package enum ProcessActivity {
  /// Whether a thread of a process computes at this moment, or would if a processor were free.
  ///
  /// A process of which no thread does waits for something else: time, other processes, or its end.
  package static func computes(_ pid: Int32) -> Bool { clinux_computes(pid) }
}
