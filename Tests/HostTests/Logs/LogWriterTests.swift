import Foundation
import Glibc
import Kernel
import PythonVM
import Testing

@testable import Host

/// What the host's log thread makes of files and readers that misbehave.
@Suite struct `Log writer` {
  private let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
    "callpoint-\(UUID().uuidString)")

  private var output: String { directory.path + "/logs/out.log" }
  private var events: String { directory.path + "/logs/callpoint.log" }

  /// Runs a writer on the two files, with a pipe for standard error, and returns what came out of that.
  private func withWriter(limit: Int = 4 << 20, _ body: (LogWriter) throws -> Void) throws -> String {
    var pipe = try Descriptor.pipe()
    let reader = pipe.takeReadEnd()
    let error = pipe.takeWriteEnd()
    let writer = LogWriter(output: output, events: events, standardError: error.number, limit: limit)
    try writer.start()
    try body(writer)
    writer.finish(within: .seconds(60))
    error.close()
    try reader.setNonBlocking()
    var buffer = [UInt8](repeating: 0, count: 1 << 17)
    let count = read(reader.number, &buffer, buffer.count)
    return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
  }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  private func add(_ line: String, to target: LogWriter.Target = .output, _ writer: LogWriter) {
    writer.add(Array(line.utf8)[...], to: target)
  }

  /// Writes a line and waits until it has arrived.
  private func settle(_ line: String, _ writer: LogWriter) throws {
    add(line, writer)
    while (try? text(output))?.contains(line) != true { usleep(1000) }
  }

  @Test func `lines come in order, and the directory is made`() throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    let shown = try withWriter { writer in
      for number in 0..<1000 { add("line \(number)", writer) }
      add("happened", to: .events, writer)
      add("shown", to: .standardError, writer)
    }
    #expect(try text(output) == (0..<1000).map { "line \($0)\n" }.joined())
    #expect(try text(events) == "happened\n")
    #expect(shown == "shown\n")
  }

  @Test func `a file that was renamed, truncated or lost with its directory goes on at its path`() throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    _ = try withWriter { writer in
      try settle("one", writer)
      try FileManager.default.moveItem(atPath: output, toPath: output + ".1")
      add("two", writer)
      while !FileManager.default.fileExists(atPath: output) { usleep(1000) }
      try settle("three", writer)
      #expect(truncate(output, 0) == 0)
      try settle("four", writer)
      try FileManager.default.removeItem(at: directory)
      add("five", writer)
      while !FileManager.default.fileExists(atPath: output) { usleep(1000) }
      try FileManager.default.copyItem(atPath: output, toPath: directory.path + "/copy")
      writer.reopen()
      try settle("six", writer)
    }
    #expect(try text(output) == "five\nsix\n")
  }

  @Test func `what a full disk does not take is dropped, counted and told of`() throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    try FileManager.default.createDirectory(atPath: directory.path + "/logs", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: output, withDestinationPath: "/dev/full")
    var added = 1234
    let shown = try withWriter { writer in
      for _ in 0..<added { add("line", writer) }
      while (try? text(events))?.contains("drop log=\(output)") != true { usleep(1000) }
      try FileManager.default.removeItem(atPath: output)
      while !FileManager.default.fileExists(atPath: output) {
        add("line", writer)
        added += 1
        usleep(1000)
      }
    }
    let lines = try text(output).split(separator: "\n")
    let loss = try #require(
      lines.first?.wholeMatch(of: /callpoint :: ([0-9,]+) lines were dropped: No space left on device/))
    #expect(lines.dropFirst().allSatisfy { $0 == "line" })
    // Every line is in the file or in the number.
    #expect(Int(loss.1.filter { $0 != "," }).map { $0 + lines.count - 1 } == added)
    // Once for the whole time, in both other places.
    #expect(try text(events).split(separator: "\n").count == 1)
    #expect(shown.split(separator: "\n").count == 1 && shown.contains(#"reason="No space left on device""#))
  }

  @Test func `where a directory cannot be made everything else goes on`() throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try Data().write(to: URL(fileURLWithPath: directory.path + "/logs"))
    let shown = try withWriter { writer in
      add("lost", writer)
      add("lost too", to: .events, writer)
      add("shown", to: .standardError, writer)
    }
    #expect(shown.hasPrefix("shown\n") || shown.contains("\nshown\n"))
    #expect(shown.contains("drop log=\(events) reason=\"Not a directory\""))
  }

  @Test func `a pipe without a reader or with one who does not read makes nobody wait`() throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    try FileManager.default.createDirectory(atPath: directory.path + "/logs", withIntermediateDirectories: true)
    #expect(mkfifo(output, 0o600) == 0)
    _ = try withWriter { writer in
      add("lost", writer)
      while (try? text(events))?.contains("drop log=\(output)") != true { usleep(1000) }
      let reader = try Descriptor.open(output, flags: O_RDONLY | O_NONBLOCK)
      // The first losses are over when a line has come through.
      add("here", writer)
      var seen: [UInt8] = []
      while !String(decoding: seen, as: UTF8.self).contains("here") {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(reader.number, &buffer, buffer.count)
        if count > 0 { seen += buffer[..<count] } else { usleep(1000) }
      }
      // More than a pipe holds.
      for _ in 0..<1000 { add(String(repeating: "x", count: 500), writer) }
      while try text(events).components(separatedBy: "drop log=").count < 3 { usleep(1000) }
      #expect(try text(events).contains(#"reason="nobody reads them""#))
      add("done", to: .events, writer)
      while try !text(events).contains("done") { usleep(1000) }
      reader.close()
    }
  }

  @Test func `more than may wait is dropped, counted, and never held`() throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    let writer = LogWriter(output: output, events: events, standardError: STDERR_FILENO, limit: 1000)
    // Nobody writes yet, as if the disk were slow.
    for _ in 0..<5000 { add("0123456789", writer) }
    try writer.start()
    writer.finish(within: .seconds(60))
    let lines = try text(output).split(separator: "\n")
    #expect(lines.dropLast().allSatisfy { $0 == "0123456789" } && lines.count == 91)
    #expect(lines.last == "callpoint :: 4,910 lines were dropped: they came faster than they could be written")
  }

  @Test func `a standard error that nobody reads makes nobody wait`() throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    _ = try withWriter { writer in
      for _ in 0..<1000 { add(String(repeating: "x", count: 500), to: .standardError, writer) }
      try settle("on it goes", writer)
    }
  }
}
