import Glibc

/// How many descriptors this process may have open.
package enum DescriptorLimit {
  /// Raises the limit to what the system allows without privilege.
  ///
  /// Processes that are started afterwards inherit it; some of them cannot cope with large descriptor numbers, so whoever
  /// starts processes does that first.
  ///
  /// - Returns: The new limit.
  /// - Throws: ``KernelFailure`` if the limit cannot be read or set.
  @discardableResult
  package static func raise() throws(KernelFailure) -> UInt {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    try checked("getrlimit") { getrlimit(resource, &limit) }
    limit.rlim_cur = limit.rlim_max
    try checked("setrlimit") { setrlimit(resource, &limit) }
    return limit.rlim_cur
  }
}
