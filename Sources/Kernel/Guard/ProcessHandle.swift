import CLinux

/// A process that somebody else is the parent of, held so that its number cannot come to mean another.
package struct ProcessHandle: ~Copyable {
  /// The process id.
  package let pid: Int32
  private let descriptor: Descriptor

  /// Takes hold of a process that is known to live.
  package init(pid: Int32) throws(KernelFailure) {
    self.init(
      pid: pid, owning: Descriptor(owning: try checked("pidfd_open") { clinux_process_descriptor(pid) }))
  }

  init(pid: Int32, owning descriptor: consuming Descriptor) {
    self.pid = pid
    self.descriptor = descriptor
  }

  /// The descriptor that is readable once the process has ended.
  package var number: Int32 { descriptor.number }

  /// Sends a signal; false if the process is gone.
  @discardableResult
  package borrowing func send(_ signal: Int32) -> Bool {
    clinux_signal_process(descriptor.number, signal) == 0
  }
}
