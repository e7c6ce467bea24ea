import Foundation
import JSON
import Testing

@testable import callpoint

@Suite(.timeLimit(.minutes(30))) struct `Hundreds of restarts` {
  private func residentMegabytes(_ host: RunningHost) throws -> Double {
    let text = try String(contentsOfFile: "/proc/\(host.process.pid)/status", encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
    return (Double(line.split(separator: " ").dropFirst().first ?? "") ?? .nan) / 1024
  }

  @Test func `of a worker leave the host's descriptors and memory as they were`() throws {
    let host = try RunningHost(["household"])
    func replaceWorker() throws {
      let pid = try #require(host.action("/household:household/alive")["pid"]?.int)
      kill(Int32(pid), SIGKILL)
      // The answer comes from the next worker, and makes it one that has worked: it is replaced at once.
      #expect(try host.action("/household:household/alive")["pid"]?.int != pid)
    }
    // The first ones fill caches.
    for _ in 1...50 { try replaceWorker() }
    let sound = try host.soundness { _ = try host.action("/household:household/alive") }
    let before = try residentMegabytes(host)
    for _ in 1...250 { try replaceWorker() }
    try sound.assertRecovered()
    let growth = try residentMegabytes(host) - before
    #expect(growth < 2, "\(growth) MB more after 250 restarts")
    let restarts = try #require(host.callpoint("household-alive")["workers"]?[0]?["restarts"]?.int)
    #expect(restarts >= 300)
    try host.finish()
  }

  @Test func `of a VM leave the host's descriptors as they were`() throws {
    let host = try RunningHost(["household"])
    let sound = try host.soundness { _ = try host.action("/household:household/alive") }
    for _ in 1...12 {
      _ = try host.call("stop", ["vm": "household"])
      _ = try host.call("start", ["vm": "household"])
    }
    try sound.assertRecovered()
    try host.finish()
  }
}
