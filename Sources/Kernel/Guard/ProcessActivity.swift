import CLinux
import Glibc

/// What a process does, as the system sees it.
package struct ProcessActivity {
  private let pid: Int32
  private let before: Duration?

  /// Begins to watch a process.
  package init(of pid: Int32) {
    self.pid = pid
    before = Self.processorTime(of: pid)
  }

  /// Whether the process has computed for half of the time since it is watched, or does at this moment.
  ///
  /// The first is one system call; to look at each thread takes three for each.
  ///
  /// - Parameter duration: How long it has been watched.
  /// - Returns: Whether it computes rather than waits.
  package func computes(for duration: Duration) -> Bool {
    if let before, let now = Self.processorTime(of: pid), now - before >= duration / 2 { return true }
    return Self.isComputing(pid)
  }

  /// Whether a thread of a process computes at this moment, or would if a processor were free.
  ///
  /// A process of which no thread does waits for something else: time, other processes, or its end.
  package static func isComputing(_ pid: Int32) -> Bool { clinux_computes(pid) }

  /// How long the threads of a process have computed since it began; nil if it is gone.
  private static func processorTime(of pid: Int32) -> Duration? {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
