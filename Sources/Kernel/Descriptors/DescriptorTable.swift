import Glibc

/// The kernel's table of this process's descriptors.
package enum DescriptorTable {
  /// How many descriptors it is to have room for, if the limit allows so many: those of 800 workers.
  private static let size: UInt = 4096

  /// Lets the table grow now to what a host with many workers needs.
  ///
  /// Call it while the process has one thread. Where there are several, the kernel makes whoever needs a larger table
  /// wait until every processor has let go of the old one: 10 ms and more each time that the table doubles.
  package static func reserve() throws(KernelFailure) {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    try checked("getrlimit") { getrlimit(resource, &limit) }
    let file = try Descriptor.devNull()
    // The size is a power of two: whatever number the upper half gives away, all of it is there.
    _ = try Descriptor.duplicate(of: file.number, atLeast: Int32(min(Self.size, limit.rlim_cur) / 2))
  }
}
