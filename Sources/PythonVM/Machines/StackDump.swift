/// How a Python process is made to write the stack of every thread to descriptor 2, whatever its threads are doing.
enum StackDump {
  /// The real-time signal 40, as it is on every Linux: `python/callpoint_vm/stacks.py` listens to it.
  ///
  /// The C library's SIGRTMIN differs from one to the other, so the number is fixed. It is far from both ends of the
  /// range, which libraries use first.
  static let signal: Int32 = 40
}
