import Foundation
import JSON
import Testing

@testable import callpoint

@Suite struct Logs {
  @Test func `a failing callback's traceback is in its VM's log and no other`() throws {
    let host = try RunningHost(["actions", "vlan", "demo-router"], load: "devices.json")
    _ = try? host.action("/actions:actions/divide", ["dividend": 1, "divisor": 0])
    let log = try host.log("actions")
    let lines = log.split(separator: "\n")
    let begin = try #require(lines.firstIndex { $0.contains("Traceback (most recent call last):") })
    #expect(lines[begin...].contains { $0.contains("ZeroDivisionError") })
    #expect(!(try host.log("vlan").contains("Traceback")))
    try host.finish()
  }

  @Test func `whatever a VM prints comes as whole lines with the VM's name`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    try host.script(
      """
      import os, subprocess, sys
      print("to standard output")
      print("to standard error", file=sys.stderr)
      os.write(1, b"\\xff\\xfe not text\\n" + b"y" * 200000 + b"\\n")
      subprocess.run(["echo", "from a child"], check=True)
      for stream in (sys.stdout, sys.stderr): stream.flush()
      """)
    try host.wait(until: { try Data(contentsOf: URL(fileURLWithPath: host.process.logPrefix + ".log")).count > 200_000 }
    )
    let data = try Data(contentsOf: URL(fileURLWithPath: host.process.logPrefix + ".log"))
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    #expect(lines.allSatisfy { $0.hasPrefix("script :: ") })
    for text in ["to standard output", "to standard error", "from a child"] {
      #expect(lines.contains { $0 == "script :: \(text)" }, "\(text)")
    }
    #expect(lines.reduce(0) { $0 + $1.count { $0 == "y" } } >= 200_000)
    try host.finish()
  }

  @Test func `a log file that was renamed is made anew`() throws {
    let host = try RunningHost(own: [.script()])
    let path = host.process.logPrefix + "-script.log"
    try host.script("import logging; logging.getLogger('x').info('first')")
    try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
    try host.script("import logging; logging.getLogger('x').info('second')")
    #expect(try host.log("script").contains("second"))
    #expect(try String(contentsOfFile: path + ".1", encoding: .utf8).contains("first"))
    try host.finish()
  }
}
