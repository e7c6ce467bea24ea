import Foundation
import Glibc
import JSON
import Testing

@testable import callpoint

@Suite struct `Status during a reload` {
  @Test(arguments: [false, true])
  func `shows a successor on trial, and afterwards the VM that leaves, beside the one that serves`(
    multiprocessing: Bool
  ) throws {
    let host = try RunningHost(
      own: [.sayer("a", "one", multiprocessing: multiprocessing)], options: ["--grace", "60"])
    let sound = try host.soundness { _ = try host.word(of: "a") }
    let first = try #require(try vms(host).first)
    #expect(try vms(host).count == 1 && first["standing"] == nil)
    let (pipe, gate) = (host.fixtures.path + "/pipe", host.fixtures.path + "/gate")
    #expect(mkfifo(pipe, 0o600) == 0)
    var client = try host.connect()
    _ = try client.send("action", RunningHost.say("a", until: gate))
    try host.wait(until: { try host.callpoint("a-say")["running"] == 1 }, "the callback does not begin")

    _ = try FixturePackage.sayer(
      "a", "two", setup: "open('\(pipe)').read()", multiprocessing: multiprocessing
    ).write(below: host.fixtures.path)
    var reload = try host.connect()
    _ = try reload.send("reload", [:])
    let setup = try writeEnd(of: pipe, host)
    let onTrial = try vms(host)
    #expect(onTrial.map { $0["standing"]?.string } == [nil, "on-trial"])
    #expect(onTrial.map { $0["state"]?.string } == ["running", "starting"])
    #expect(onTrial[0]["pid"] == first["pid"] && onTrial[1]["pid"]?.int != nil)
    #expect(onTrial[1]["callpoints"] == [])
    let trialTable = StatusTable(try host.status()).text
    #expect(trialTable.contains(/\na +\d+  running +\w+/) && trialTable.contains(/\na +\d+  starting, on-trial  -/))

    close(setup)
    #expect(try reload.receive().result.get()["packages"]?[0]?["info"] == "started again")
    let leaving = try vms(host)
    #expect(leaving.map { $0["standing"]?.string } == [nil, "leaving"])
    #expect(leaving.map { $0["state"]?.string } == ["running", "stopping"])
    #expect(leaving.map { $0["pid"] } == [onTrial[1]["pid"], first["pid"]])
    let points = try #require(leaving[1]["callpoints"]?.array)
    #expect(points.map { $0["name"] } == ["a-say", "a-other"])
    // Calls are counted once, where they are served from now on.
    #expect(points.allSatisfy { $0["calls"] == nil && $0["paths"] == nil })
    #expect(try host.callpoint("a-say")["running"] == 0)
    let process = multiprocessing ? points[0]["workers"]?[0] : leaving[1]
    #expect(process?["running"]?[0]?["callpoint"] == "action a-say")
    let table = StatusTable(try host.status()).text
    #expect(table.contains(/\na +\d+  stopping, leaving  \w+/))
    #expect(table.contains(/action a-say action \/a:a\/say/))
    #expect(table.components(separatedBy: "\na-say ").count == 2)

    try Data().write(to: URL(fileURLWithPath: gate))
    #expect(try client.receive().result.get()["output"]?["word"] == "one")
    try host.wait(until: { try vms(host).count == 1 }, "the old VM does not leave")
    try sound.assertRecovered(clients: 2)
    try host.finish()
  }

  private func vms(_ host: RunningHost) throws -> [JSONValue] { try host.status()["vms"]?.array ?? [] }

  /// The write end of a named pipe, when somebody waits at the other.
  private func writeEnd(of pipe: String, _ host: RunningHost) throws -> Int32 {
    var descriptor: Int32 = -1
    try host.wait(
      until: {
        descriptor = open(pipe, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        return descriptor >= 0
      }, "nobody reads the pipe")
    return descriptor
  }
}
