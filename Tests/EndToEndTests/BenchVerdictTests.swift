import Callpoints
import Foundation
import Testing

@testable import callpoint

@Suite struct `Bench verdicts` {
  /// What a mode comes to in each round at one number of parallel requests.
  struct Course {
    /// Successful requests, all of a second.
    var requests: [Int]
    /// The latency of each, in milliseconds.
    var milliseconds = 10.0
    /// How many processors the VM, the workers and the host keep busy.
    var cores: (vm: Double, workers: Double, host: Double)
    /// How many processors others keep busy.
    var others = 0.0
    /// Failed requests.
    var failures = 0
  }

  private static func cell(_ mode: ExecutionMode, _ parallel: Int, _ course: Course) -> BenchCell {
    let samples = course.requests.enumerated().map { round, requests in
      var outcome = LoadOutcome()
      outcome.elapsed = .seconds(1)
      // Rounds differ a little.
      for _ in 0..<requests { outcome.latencies.record(.milliseconds(course.milliseconds) + .microseconds(round)) }
      outcome.errors.add("callback-error", "no", count: course.failures)
      return BenchSample(
        outcome: outcome,
        seconds: ByRole(host: course.cores.host, vm: course.cores.vm, workers: course.cores.workers),
        otherCores: course.others, privateBytes: ByRole(host: 1_000_000, vm: 2_000_000, workers: 3_000_000))
    }
    return BenchCell(mode: mode, parallel: parallel, samples: samples)
  }

  private static func verdict(_ courses: [ExecutionMode: [Int: Course]], rate: Double? = nil) throws -> Verdict {
    let parallel = Set(courses.values.flatMap(\.keys)).sorted()
    let arguments = ["/", "--action", "/a:b", "--parallel", parallel.map(String.init).joined(separator: ",")]
    let options = try BenchOptions(CommandList.bench.parse(arguments + (rate.map { ["--rate", "\($0)"] } ?? [])))
    let modes = [ExecutionMode.threading, .multiprocessing].filter { courses[$0] != nil }
    let cells = modes.flatMap { mode in
      (courses[mode] ?? [:]).sorted { $0.key < $1.key }.map { cell(mode, $0.key, $0.value) }
    }
    let machine = Machine(
      cores: 2, processor: "", kernel: "Linux", python: "3.13.0", swift: "6.3", isDebugBuild: false, date: Date())
    return Verdict(
      BenchResults(
        command: "callpoint bench", options: options, machine: machine,
        modes: modes.map {
          ($0, [BenchDecision(package: "p", component: "main", mode: $0.rawValue, reason: "it is so")])
        }, notes: [], cells: cells))
  }

  @Test func `processes win where one interpreter lock holds the threads`() throws {
    let verdict = try Self.verdict([
      .threading: [8: Course(requests: [900, 1000, 950], cores: (0.98, 0, 0.1))],
      .multiprocessing: [8: Course(requests: [1500, 1500, 1600], cores: (0, 1.7, 0.2))],
    ])
    #expect(verdict.winner == .multiprocessing)
    #expect(
      verdict.sentence
        == "Multiprocessing wins for p: 1,500 requests a second (multiprocessing, 8 parallel) to 950 requests a second "
        + "(threading, 8 parallel), 1.67 times, 1.50 to 1.68 in 3 rounds, because threading runs all callbacks under one "
        + "interpreter lock, which kept its VM at 0.98 of a core, while the worker processes had 1.70 cores.")
  }

  @Test func `threads win where they cost less, and each mode is taken at its best`() throws {
    let verdict = try Self.verdict([
      .threading: [
        1: Course(requests: [100, 100, 100], milliseconds: 2, cores: (0.3, 0, 0.1)),
        8: Course(requests: [2000, 2000, 2000], cores: (0.8, 0, 0.6)),
      ],
      .multiprocessing: [
        1: Course(requests: [1000, 1000, 1000], milliseconds: 1, cores: (0, 0.9, 0.9)),
        8: Course(requests: [900, 900, 900], cores: (0, 0.9, 0.9)),
      ],
    ])
    #expect(verdict.winner == .threading)
    #expect(verdict.sentence.contains("2,000 requests a second (threading, 8 parallel) to 1,000 requests a second"))
    #expect(verdict.sentence.contains("(multiprocessing, 1 parallel), 2.00 times"))
    #expect(
      verdict.sentence.contains("0.700 ms of processor time with threading and 1.80 ms with multiprocessing, and "))
    #expect(
      verdict.sentence.contains("the machine's 2 cores were used up; with 1 parallel multiprocessing answers sooner"))
  }

  @Test func `nobody wins within the noise, and the sentence says why`() throws {
    func sentence(_ vm: Double, _ workers: Double, _ host: Double, others: Double = 0) throws -> String {
      let verdict = try Self.verdict([
        .threading: [8: Course(requests: [900, 1000, 1100], cores: (vm, 0, host), others: others)],
        .multiprocessing: [8: Course(requests: [1000, 950, 1050], cores: (0, workers, host))],
      ])
      #expect(verdict.winner == nil)
      return verdict.sentence
    }
    #expect(try sentence(0.1, 0.1, 0.1).contains("the callbacks wait more than they compute"))
    #expect(try sentence(0.97, 1, 0.1).contains("one interpreter lock holds the callbacks in both"))
    #expect(try sentence(0.3, 0.3, 0.9).contains("the host, which kept 0.90 of a core busy in both, is what"))
    #expect(try sentence(1.2, 1.4, 0.7).contains("both use up the machine's 2 cores"))
    #expect(try sentence(0.6, 0.6, 0.1).contains("neither gets more out of the processors"))
    #expect(try sentence(0.6, 0.65, 0.1, others: 1.2).contains("one interpreter lock holds the callbacks in both"))
    #expect(try sentence(0.97, 1, 0.1, others: 0.9).contains("other programs kept 0.90 of a core busy"))
    #expect(try sentence(0.1, 0.1, 0.1).hasPrefix("No mode wins for p: "))
  }

  @Test func `at a rate that both keep up with, who answers sooner wins`() throws {
    let verdict = try Self.verdict(
      [
        .threading: [8: Course(requests: [500, 500, 500], milliseconds: 4, cores: (0.2, 0, 0.1))],
        .multiprocessing: [8: Course(requests: [500, 500, 500], milliseconds: 2, cores: (0, 0.1, 0.1))],
      ], rate: 500)
    #expect(verdict.winner == .multiprocessing)
    #expect(verdict.sentence.contains("p99 2.00 ms (multiprocessing, 8 parallel) to p99 4.0"), "\(verdict.sentence)")
    let overloaded = try Self.verdict(
      [
        .threading: [8: Course(requests: [300, 310, 320], milliseconds: 4, cores: (0.97, 0, 0.1))],
        .multiprocessing: [8: Course(requests: [500, 500, 500], milliseconds: 8, cores: (0, 1.5, 0.1))],
      ], rate: 500)
    #expect(overloaded.sentence.hasPrefix("Multiprocessing wins for p: 500 requests a second"))
  }

  @Test func `with one mode, or where all fails, there is nothing to compare`() throws {
    let alone = try Self.verdict([.multiprocessing: [4: Course(requests: [10, 10, 10], cores: (0.1, 0.4, 0.2))]])
    #expect(alone.winner == nil && alone.comparison == nil)
    #expect(
      alone.sentence
        == "Only multiprocessing was measured for p: 10.0 requests a second (multiprocessing, 4 parallel), with the VM and "
        + "its workers keeping 0.50 of a core busy and the host 0.20 of a core.")
    let failed = try Self.verdict([
      .threading: [4: Course(requests: [0, 0, 0], cores: (0.1, 0, 0.1), failures: 7)],
      .multiprocessing: [4: Course(requests: [10, 10, 10], cores: (0, 0.1, 0.1), failures: 1)],
    ])
    #expect(failed.winner == nil)
    #expect(failed.sentence == "There is no winner, as every request of a run failed: threading.")
    // The host dealt with the failed ones too.
    let cell = try #require(failed.results.cell(.multiprocessing, 4))
    #expect(cell.requests == 30 && cell.errors.count == 3)
    #expect(abs((cell.secondsPerRequest?.total ?? 0) - 0.6 / 33) < 1e-9)
  }
}
