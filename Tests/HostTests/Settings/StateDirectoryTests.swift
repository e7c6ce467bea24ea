import Foundation
import Testing

@testable import Host

@Suite struct `State directory` {
  private func withDirectory(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("callpoint-state-\(UUID().uuidString)")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  private func files(in path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  @Test func `what a killed host left is removed, and nothing else is`() throws {
    try withDirectory { path in
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      for name in ["lock", "schema-7", "schema-notes", "other"] {
        try Data("123\n".utf8).write(to: URL(fileURLWithPath: path + "/" + name))
      }
      let state = try StateDirectory(path: path, socketPath: nil)
      #expect(try state.writeSchema([1]) == path + "/schema-1")
      #expect(try files(in: path) == ["lock", "other", "schema-1", "schema-notes"])
    }
  }

  @Test func `a host that leaves takes its files along, whoever still knows the directory`() throws {
    try withDirectory { path in
      let state = try StateDirectory(path: path, socketPath: nil)
      _ = try state.writeSchema([1])
      state.leave()
      #expect(try files(in: path) == [])
      let next = try StateDirectory(path: path, socketPath: nil)
      state.leave()
      #expect(try files(in: path) == ["lock"], "what another host has made since is its own")
      withExtendedLifetime(next) {}
    }
  }

  @Test func `a directory belongs to one host at a time, and to nobody after it`() throws {
    try withDirectory { path in
      var first: StateDirectory? = try StateDirectory(path: path, socketPath: nil)
      let refused = #expect(throws: StateDirectory.Unusable.self) {
        _ = try StateDirectory(path: path, socketPath: "/elsewhere/socket")
      }
      #expect(refused?.description.contains(path) == true && refused?.description.contains("\(getpid())") == true)
      withExtendedLifetime(first) {}
      first = nil
      #expect(try files(in: path) == [])
      _ = try StateDirectory(path: path, socketPath: nil)
    }
  }

  @Test func `a schema file is new each time, and goes when nobody needs it`() throws {
    try withDirectory { path in
      let state = try StateDirectory(path: path, socketPath: nil)
      let first = try state.writeSchema([1])
      let second = try state.writeSchema([2])
      #expect(first != second)
      state.removeSchemas(except: [second])
      #expect(try files(in: path) == ["lock", "schema-2"])
      #expect(try Data(contentsOf: URL(fileURLWithPath: second)) == Data([2]))
    }
  }
}
