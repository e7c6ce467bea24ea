import Callpoints

/// How much better one mode does than the other, round by round.
///
/// The rounds of both modes alternate, so that each ratio compares two runs of the same minute.
struct ModeComparison {
  /// By how many times multiprocessing does better than threading, in each round.
  let ratios: [Double]

  /// By how much a mode must be ahead in the median.
  private static let margin = 1.03

  /// The median of the ratios.
  var ratio: Double { BenchCell.median(ratios) ?? 1 }

  /// Who is ahead in every round, and by more than a machine puts between two runs of the same; `nil` if nobody is.
  var winner: ExecutionMode? {
    if ratio >= Self.margin, ratios.allSatisfy({ $0 > 1 }) { return .multiprocessing }
    if ratio <= 1 / Self.margin, ratios.allSatisfy({ $0 < 1 }) { return .threading }
    return nil
  }

  /// By how many times the winner does better, in each round; without a winner as ``ratios``.
  var advantages: [Double] { winner == .threading ? ratios.map { 1 / $0 } : ratios }

  /// Compares what is the better the more there is of it.
  ///
  /// - Parameters:
  ///   - threading: The figures of threading, round by round.
  ///   - multiprocessing: Those of multiprocessing.
  init(threading: [Double], multiprocessing: [Double]) {
    ratios = zip(threading, multiprocessing).map { $1 / max($0, .leastNonzeroMagnitude) }
  }
}
