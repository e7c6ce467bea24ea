import Callpoints

/// All that a benchmark found out.
struct BenchResults {
  /// How the benchmark was called.
  let command: String
  /// What was measured.
  let options: BenchOptions
  /// Where.
  let machine: Machine
  /// The modes that were measured, in the order in which they are shown, with how each component ran.
  let modes: [(mode: ExecutionMode, decisions: [BenchDecision])]
  /// What is to be known besides, as sentences.
  let notes: [String]
  /// The figures: for each mode all numbers of parallel requests.
  let cells: [BenchCell]

  /// The figures of a mode at a number of parallel requests.
  func cell(_ mode: ExecutionMode, _ parallel: Int) -> BenchCell? {
    cells.first { $0.mode == mode && $0.parallel == parallel }
  }

  /// Whether there is a mode and a number of parallel requests at which nothing succeeded.
  var hasFailed: Bool { cells.contains { $0.requests == 0 } }
}
