import Callpoints

/// Which mode wins.
///
/// Each mode is taken at the number of parallel requests at which it does most.
struct Verdict {
  /// What the modes are compared by.
  enum Basis {
    /// How many requests succeed in a second.
    case throughput
    /// The latency that a share of the requests does not exceed: of an open loop with which both keep up.
    case latency(share: Double)

    /// A word for it.
    var name: String {
      switch self {
      case .throughput: "throughput"
      case .latency(let share): "p\(Int((share * 100).rounded()))"
      }
    }
  }

  /// What is judged.
  let results: BenchResults
  /// Threading at its best; `nil` if it was not measured.
  let threading: BenchCell?
  /// Multiprocessing at its best; `nil` if it was not measured.
  let multiprocessing: BenchCell?
  /// What decides.
  let basis: Basis
  /// By how much; `nil` if there is nothing to compare.
  let comparison: ModeComparison?

  /// The mode that is ahead; `nil` if none is.
  var winner: ExecutionMode? { comparison?.winner }

  /// Judges results.
  init(_ results: BenchResults) {
    self.results = results
    let threading = Self.best(.threading, in: results)
    let multiprocessing = Self.best(.multiprocessing, in: results)
    self.threading = threading
    self.multiprocessing = multiprocessing
    guard let threading, let multiprocessing, !results.hasFailed else {
      basis = .throughput
      comparison = nil
      return
    }
    let throughput = Self.compare(threading, multiprocessing, by: .throughput)
    // At a rate that both keep up with, throughput says nothing.
    let bases: [Basis] =
      results.options.rate == nil || throughput.winner != nil
      ? [.throughput] : [.latency(share: 0.99), .latency(share: 0.5)]
    let comparisons = bases.map { ($0, Self.compare(threading, multiprocessing, by: $0)) }
    (basis, comparison) = comparisons.first { $0.1.winner != nil } ?? comparisons[0]
  }

  /// Compares a number of parallel requests in one mode with one in the other.
  static func compare(_ threading: BenchCell, _ multiprocessing: BenchCell, by basis: Basis) -> ModeComparison {
    switch basis {
    case .throughput:
      return ModeComparison(threading: threading.throughputs, multiprocessing: multiprocessing.throughputs)
    case .latency(let share):
      // Less is better.
      return ModeComparison(
        threading: multiprocessing.latencies(share), multiprocessing: threading.latencies(share))
    }
  }

  private static func best(_ mode: ExecutionMode, in results: BenchResults) -> BenchCell? {
    results.cells.filter { $0.mode == mode }.max { $0.throughput < $1.throughput }
  }
}
