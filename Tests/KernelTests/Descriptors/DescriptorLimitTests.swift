import Glibc
import Kernel
import Testing

@Suite struct `Descriptor limit` {
  @Test func `is raised to what the system allows`() async {
    await #expect(processExitsWith: .success) {
      let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
      var limit = rlimit()
      getrlimit(resource, &limit)
      limit.rlim_cur = min(128, limit.rlim_max)
      setrlimit(resource, &limit)
      let raised = try DescriptorLimit.raise()
      guard raised == limit.rlim_max else { exit(1) }
    }
  }
}
