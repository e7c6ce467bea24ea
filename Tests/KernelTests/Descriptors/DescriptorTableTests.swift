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

  private static func openDescriptors() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
  }

  @Test func `has room for many before they are opened, and none of them is open`() async {
    await #expect(processExitsWith: .success) {
      let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
      var limit = rlimit()
      getrlimit(resource, &limit)
      limit.rlim_cur = min(1024, limit.rlim_max)
      setrlimit(resource, &limit)
      let before = try Self.openDescriptors()
      try DescriptorTable.reserve()
      guard try Self.room() >= limit.rlim_cur, try Self.openDescriptors() == before else { exit(1) }
    }
  }
}
