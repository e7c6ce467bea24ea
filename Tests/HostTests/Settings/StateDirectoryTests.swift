import Foundation
import Testing

@testable import Host

@Suite struct `State directory` {
  @Test func `schema files of hosts that are gone are removed, those of others stay`() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("callpoint-state-\(UUID().uuidString)")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    // No process has so high a number; the first process is always there.
    for name in ["schema-2147483647", "schema-1", "schema-notes"] {
      try Data().write(to: URL(fileURLWithPath: path + "/" + name))
    }
    let state = try StateDirectory(path: path, socketPath: nil)
    try state.writeSchema([1])
    let files = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    #expect(files == ["schema-1", "schema-\(getpid())", "schema-notes"].sorted())
  }
}
