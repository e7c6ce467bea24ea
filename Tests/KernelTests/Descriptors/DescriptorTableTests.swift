import Foundation
import Glibc
import Kernel
import Testing

@Suite struct `Descriptor table` {
  /// How many descriptors the kernel's table of this process has room for.
  private static func room() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("FDSize:") })
    return try #require(Int(line.split(separator: "\t")[1]))
  }

  @Test func `has room for many before they are opened, and none of them is open`() async {
    await #expect(processExitsWith: .success) {
      let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
      var limit = rlimit()
      getrlimit(resource, &limit)
      limit.rlim_cur = min(1024, limit.rlim_max)
      setrlimit(resource, &limit)
      try DescriptorTable.reserve()
      #expect(try Self.room() >= Int(limit.rlim_cur))
      // The runtime of the tests has descriptors of its own, but none so high.
      #expect((512..<Int32(limit.rlim_cur)).allSatisfy { fcntl($0, F_GETFD) == -1 })
    }
  }
}
