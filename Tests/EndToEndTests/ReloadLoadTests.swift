import Foundation
import Glibc
import JSON
import Synchronization
import Testing

@testable import callpoint

@Suite struct `Reload under load` {
  /// What became of the requests that a connection sent without a pause.
  private struct Tally: Sendable {
    var sent = 0
    /// The words that packages said, with how often.
    var words: [String: Int] = [:]
    var refusals: [String] = []
    var answersWithoutRequest = 0

    /// How many requests have their outcome.
    var answered: Int { words.values.reduce(0, +) + refusals.count }
  }

  /// Connections that ask packages for their words, each on a thread of its own, until they are told to end.
  private final class Crowd: Sendable {
    private let isOver = Atomic(false)
    private let results = Mutex<[Result<Tally, any Error>]>([])
    private let done = DispatchSemaphore(value: 0)
    private let count: Int

    init(_ packages: [String], at socket: String) {
      count = packages.count
      for package in packages {
        Thread.detachNewThread { [self] in
          let result = Result {
            try ask(package, at: socket) { isOver.load(ordering: .relaxed) }
          }
          results.withLock { $0.append(result) }
          done.signal()
        }
      }
    }

    /// Ends it, and waits for what is on its way.
    func end() throws -> [Tally] {
      isOver.store(true, ordering: .relaxed)
      for _ in 0..<count { done.wait() }
      return try results.withLock { try $0.map { try $0.get() } }
    }
  }

  /// Asks a package for its word, with ten requests on their way at any time, until it is told to end.
  private static func ask(_ package: String, at socket: String, until isOver: () -> Bool) throws -> Tally {
    var client = try ControlClient(path: socket, patience: .seconds(60))
    var tally = Tally()
    var open: Set<Int> = []
    repeat {
      while open.count < 10, !isOver() {
        open.insert(try client.send("action", RunningHost.say(package, in: tally.sent % 2 == 0 ? "say" : "other")))
        tally.sent += 1
      }
      guard !open.isEmpty else { break }
      let answer = try client.receive()
      if open.remove(answer.id) == nil { tally.answersWithoutRequest += 1 }
      switch answer.result {
      case .success(let value): tally.words[value["output"]?["word"]?.string ?? "?", default: 0] += 1
      case .failure(let refusal): tally.refusals.append("\(refusal.kind): \(refusal.message)")
      }
    } while true
    return tally
  }

  @Test(arguments: [false, true])
  func `no request is lost, refused or answered twice, whatever is reloaded meanwhile and how often`(
    multiprocessing: Bool
  ) throws {
    let host = try RunningHost(own: [
      .sayer("a", "0", multiprocessing: multiprocessing), .sayer("b", "0", multiprocessing: multiprocessing),
    ])
    let sound = try host.soundness { for package in ["a", "b"] { _ = try host.word(of: package) } }
    let crowd = Crowd(["a", "b", "a", "b"], at: host.process.socketPath)
    let outcome = Result { try reloadFourTimes(host, multiprocessing) }
    let tallies = try crowd.end()
    try outcome.get()
    for (place, tally) in tallies.enumerated() {
      #expect(tally.refusals.isEmpty, "connection \(place)")
      #expect(tally.answered == tally.sent && tally.answersWithoutRequest == 0 && tally.words["?"] == nil)
    }
    #expect(tallies.contains { $0.words.keys.count > 1 })
    try sound.assertRecovered()
    try host.finish()
  }

  private func reloadFourTimes(_ host: RunningHost, _ multiprocessing: Bool) throws {
    for round in 1...4 {
      // The third version does not start, and the fourth comes while two ask for a reload at once.
      let setup = round == 3 ? "raise ValueError('round 3')" : "pass"
      _ = try FixturePackage.sayer("a", "\(round)", setup: setup, multiprocessing: multiprocessing)
        .write(below: host.fixtures.path)
      var second = try host.connect()
      if round == 4 { _ = try second.send("reload", [:]) }
      let results = try host.reload()
      #expect(results["a"]?.result == (round != 3) && results["b"]?.info == "unchanged")
      if round == 4 { _ = try second.receive().result.get() }
      // Whoever asks from now on gets the new word.
      #expect(try host.word(of: "a") == (round == 3 ? "2" : "\(round)"))
    }
  }

  @Test func `requests wait while the model changes, and those that run finish under the old one`() throws {
    let host = try RunningHost(own: [.sayer("a", "0"), .sayer("b", "0")])
    _ = try host.word(of: "a")
    let crowd = Crowd(["a", "b"], at: host.process.socketPath)
    let outcome = Result {
      for round in 1...3 {
        _ = try FixturePackage.sayer("a", "\(round)", yang: "leaf a\(round) { type string; }")
          .write(below: host.fixtures.path)
        #expect(try host.reload()["a"]?.info == "started again")
        let edit: JSONValue = ["op": "set", "path": .string("/a:a\(round)"), "value": "x"]
        try host.commit([edit])
      }
    }
    let tallies = try crowd.end()
    try outcome.get()
    for tally in tallies {
      #expect(tally.refusals.isEmpty && tally.answered == tally.sent && tally.answersWithoutRequest == 0)
    }
    try host.finish()
  }
}
