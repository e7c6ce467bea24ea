import Foundation
import Testing

/// Somebody may set the clock at any moment. No test can do that without setting it for all that runs on the machine (a
/// time namespace has no wall clock of its own), so it is shown that nobody asks what time it is.
@Suite struct `The wall clock` {
  /// Who may: the lines of logs, a nano service's plan, the table of `status` and what a bench writes say when
  /// something was.
  private static let mayTellTheTime: Set = [
    "WallTime.swift", "NanoProcess.swift", "StatusTable.swift", "Machine.swift", "logs.py",
  ]

  @Test func `deadlines, back-off and timers do not know it`() throws {
    let root = URL(fileURLWithPath: RunningHost.root)
    let wallClock = try Regex(
      #"\bDate\(|Date\.now|CLOCK_REALTIME|gettimeofday|\btime\((nil|NULL|0)?\)|DispatchWallTime|localtime|datetime"#)
    var tellers: Set<String> = []
    for (directory, endings) in [("Sources", ["swift", "c", "h"]), ("python/callpoint_vm", ["py"])] {
      let files = try #require(
        FileManager.default.enumerator(at: root.appendingPathComponent(directory), includingPropertiesForKeys: nil))
      for case let file as URL in files where endings.contains(file.pathExtension) {
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        where !line.trimmingCharacters(in: .whitespaces).hasPrefix("//") && line.contains(wallClock) {
          tellers.insert(file.lastPathComponent)
          #expect(Self.mayTellTheTime.contains(file.lastPathComponent), "\(file.path): \(line)")
        }
      }
    }
    #expect(tellers == Self.mayTellTheTime, "the search finds those that do")
  }
}
