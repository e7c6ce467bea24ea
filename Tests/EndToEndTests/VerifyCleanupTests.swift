import Foundation
import TestSupport
import Testing

@testable import callpoint

@Suite struct `Verifying the clean-up` {
  @Test func `kills every kind of process, finds that nothing is left, and leaves nothing itself`() throws {
    let directory = try TemporaryDirectory()
    let outcome = try Tool.callpoint(
      ["verify-cleanup", "--rounds", "7", RunningHost.examples + "/bench"], environment: ["TMPDIR": directory.path])
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains("none survived"))
    for kind in ["host", "guard", "VM", "template", "worker"] {
      #expect(outcome.output.contains(try Regex("(?m)^\(kind) +[12] +[0-9]+ +0 ")), "\(kind): \(outcome.output)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
  }

  @Test func `names a process that does not go, and sees the moment when it does`() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sleep")
    process.arguments = ["86403"]
    try process.run()
    let member = try #require(ProcessTree.member(process.processIdentifier))
    // Until its program runs, a process has not these arguments.
    while member.commandLine != "/bin/sleep 86403" { usleep(1000) }
    let watch = DeathWatch()
    watch.add(member)
    watch.wait(until: .now)
    #expect(watch.survivors == ["process \(member.pid), a child of \(getpid()): /bin/sleep 86403"])
    #expect(watch.lastEnd == nil && watch.count == 1)
    watch.killAll()
    watch.wait(until: .now + .seconds(60))
    #expect(watch.survivors.isEmpty && watch.lastEnd != nil)
    process.waitUntilExit()
  }

  @Test(arguments: [1, 2, 5, 6, 21, 1000])
  func `plans as many kills as it was asked for, and lets every host end`(rounds: Int) {
    var random = SeededGenerator(seed: UInt64(rounds))
    let plans = Kill.plans(rounds: rounds, using: &random)
    #expect(plans.map(\.count).reduce(0, +) == rounds)
    #expect(plans.allSatisfy { $0.last?.victim == .host && $0.dropLast().allSatisfy { $0.victim != .host } })
    #expect(plans.allSatisfy { $0.dropFirst().allSatisfy { $0.moment != .starting } })
    if rounds >= 21 { #expect(Set(plans.map { $0[0].victim }) == Set(Victim.allCases)) }
  }

  @Test func `tells the median, the 99th percentile and the longest time of each kind`() {
    var tally = CleanupTally()
    for milliseconds in (1...200).shuffled() {
      tally.add(
        KillOutcome(
          kill: Kill(victim: .guard, moment: .idle), processes: 3, survivors: milliseconds == 7 ? ["process 7"] : [],
          time: .milliseconds(milliseconds)))
    }
    let rows = tally.table.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(rows.count == 2 && rows[1] == "guard 200 600 1 100.0 ms 198.0 ms 200.0 ms")
    #expect(tally.processes == 600 && tally.survivors == ["process 7"])
  }
}
