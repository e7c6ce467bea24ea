import Glibc

/// Descriptors 0, 1 and 2, whose meaning every program takes for granted.
package enum StandardDescriptors {
  /// Opens those on `/dev/null` that whoever started this process has closed.
  ///
  /// Call it before anything else is opened: that would get their numbers, and what is printed.
  package static func fill() throws(KernelFailure) {
    var number: Int32
    repeat {
      number = try checked("open(/dev/null)") { open("/dev/null", O_RDWR) }
    } while number <= STDERR_FILENO
    close(number)
  }
}
