import Foundation
import Testing

/// The direction of the imports, as ARCHITECTURE.md has it.
@Suite struct `Arrows between rooms` {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The rows of the table of rooms: the target and what it may import.
  private static func table() throws -> [(target: String, imports: Set<String>)] {
    let text = try String(contentsOf: root.appendingPathComponent("ARCHITECTURE.md"), encoding: .utf8)
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { row in
      row.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
    }
    let rooms = rows.filter { $0.count == 5 && !$0[1].contains("/") && !$0[1].contains(".") && $0[1].hasPrefix("`") }
    var above: Set<String> = []
    return rooms.compactMap { row in
      let target = row[1].trimmingCharacters(in: CharacterSet(charactersIn: "`"))
      guard directory(of: target) != nil else { return nil }
      defer { above.insert(target) }
      let names =
        row[3] == "all above"
        ? above : Set(row[3].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
      return (target, names)
    }
  }

  private static func directory(of target: String) -> URL? {
    let url = root.appendingPathComponent("Sources/\(target)")
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }

  private static func targets() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent("Sources").path)
  }

  @Test func `every target has a row`() throws {
    let rows = Set(try Self.table().map(\.target))
    #expect(rows == Set(try Self.targets()))
  }

  @Test func `no target imports what its row does not name`() throws {
    let targets = Set(try Self.targets())
    for (target, allowed) in try Self.table() {
      let directory = try #require(Self.directory(of: target))
      let files = try #require(FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil))
      for case let file as URL in files where file.pathExtension == "swift" {
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
          let words = line.split(separator: " ")
          guard let place = words.firstIndex(of: "import"), place <= 1, words.count > place + 1 else { continue }
          let module = String(words[place + 1])
          guard targets.contains(module) else { continue }
          #expect(allowed.contains(module), "\(target)/\(file.lastPathComponent) imports \(module)")
        }
      }
    }
  }

  @Test func `the API that packages import knows no process, pipe or thread of ours`() throws {
    for package in ["ncs", "_ncs"] {
      let directory = Self.root.appendingPathComponent("python/\(package)")
      let files = try #require(FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil))
      for case let file as URL in files where file.pathExtension == "py" {
        let text = try String(contentsOf: file, encoding: .utf8)
        for line in text.split(separator: "\n") where line.contains("callpoint_vm") && line.contains("import") {
          // The one place that finds the runtime's client for scripts and spawned children.
          #expect(file.lastPathComponent == "_backend.py", "\(file.path): \(line)")
        }
      }
    }
  }
}
