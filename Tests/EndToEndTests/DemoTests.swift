import Foundation
import Testing

@testable import callpoint

@Suite struct `Demo` {
  @Test func `it shows every chapter, exits with 0, and leaves no process and no file behind`() throws {
    let directory = try TemporaryDirectory()
    let outcome = try Tool.callpoint(["demo"], environment: ["TMPDIR": directory.path], directory: "/")
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
    for text in [
      "threading", "multiprocessing", "l3vpn-servicepoint", "dry run", "Traceback (most recent call last):",
      "worker-lost", "MULTIPROCESSING", "1 ms of CPU", "0 are left",
    ] {
      #expect(outcome.output.contains(text), "\(text)\n\(outcome.output)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
    let left = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.filter { pid in
      let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline").map {
        String(decoding: $0, as: UTF8.self)
      }
      return line?.contains(directory.path) == true
    }
    #expect(left.isEmpty)
  }
}
