import Foundation
import Glibc
import Kernel
import Testing

@Suite struct `What a process does` {
  let family: Family

  init() throws {
    family = try Family()
  }

  @Test func `it computes, or waits for something else`() throws {
    try family.launch("while :; do :; done")
    family.runUntil { !family.started.isEmpty }
    let pid = try #require(family.started.first)
    family.poll { ProcessActivity.isComputing(pid) }
    #expect(ProcessActivity.isComputing(pid))
    kill(pid, SIGSTOP)
    family.poll { !ProcessActivity.isComputing(pid) }
    #expect(!ProcessActivity.isComputing(pid))
  }

  @Test func `what it has computed before it is looked at counts`() throws {
    try family.launch("i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done; exec sleep 600")
    family.runUntil { !family.started.isEmpty }
    let pid = try #require(family.started.first)
    let activity = ProcessActivity(of: pid)
    family.poll { !ProcessActivity.isComputing(pid) && state(of: pid) == "S" }
    #expect(activity.computes(for: .milliseconds(2)))
    #expect(!activity.computes(for: .seconds(600)))
    #expect(!ProcessActivity(of: pid).computes(for: .milliseconds(2)))
  }

  @Test func `a thread that is not the first counts too`() throws {
    let program = """
      import threading
      def compute():
        while True: pass
      threading.Thread(target=compute).start()
      """
    try family.launch("python3", ["-c", program], environment: ProcessInfo.processInfo.environment)
    family.runUntil { !family.started.isEmpty }
    let pid = try #require(family.started.first)
    // The first thread waits for the other.
    family.poll { state(of: pid) == "S" && ProcessActivity.isComputing(pid) }
    #expect(ProcessActivity.isComputing(pid))
  }

  @Test func `its name does not matter`() throws {
    let program = family.temporary.path + "/a) R 1 ("
    try FileManager.default.copyItem(atPath: "/bin/sleep", toPath: program)
    try family.launch(program, ["600"])
    family.runUntil { !family.started.isEmpty }
    let pid = try #require(family.started.first)
    family.poll { !ProcessActivity.isComputing(pid) }
    #expect(!ProcessActivity.isComputing(pid))
  }

  @Test func `one that is gone does nothing`() throws {
    try family.launch("exit 0")
    family.runUntil { !family.exits.isEmpty }
    #expect(!ProcessActivity.isComputing(try #require(family.started.first)))
  }

  /// The state of a process's first thread, as the system abbreviates it.
  private func state(of pid: Int32) -> Substring? {
    let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    return text?.split(separator: ")").last?.split(separator: " ").first
  }
}
