import Callpoints

/// The results as a table, and what is to be said about them.
struct BenchTable {
  private let results: BenchResults

  /// Wraps results.
  init(_ results: BenchResults) {
    self.results = results
  }

  /// The table, the notes and the sentence.
  var text: String {
    var sections = [header, StatusTable.table(Self.rightAligned(rows, except: [1])), legend]
    if !errors.isEmpty { sections.append(errors.joined(separator: "\n")) }
    sections.append(Verdict(results).sentence)
    return sections.joined(separator: "\n\n")
  }

  private var header: String {
    ([StatusTable.table(decisions)] + results.notes).joined(separator: "\n")
  }

  /// How each component ran and why, with the names of the columns.
  private var decisions: [[String]] {
    [["MODE", "COMPONENT", "RUNS IN"]]
      + results.modes.flatMap { mode in
        mode.decisions.map { [mode.mode.rawValue, "\($0.package) (\($0.component))", "\($0.mode), as \($0.reason)"] }
      }
  }

  /// The figures, with the names of the columns.
  var rows: [[String]] {
    let head = [
      "PARALLEL", "MODE", "PER SECOND", "P50 MS", "P90 MS", "P99 MS", "MAX MS", "HOST MS", "VM MS", "WORKERS MS", "MB",
      "ERRORS",
    ]
    var rows = [head]
    for parallel in results.options.parallel {
      for (mode, _) in results.modes {
        guard let cell = results.cell(mode, parallel) else { continue }
        let cost = cell.secondsPerRequest?.map { $0 * 1000 }
        rows.append([
          String(parallel), mode.rawValue, Figure.text(cell.throughput), Figure.text(cell.latency(0.5)),
          Figure.text(cell.latency(0.9)), Figure.text(cell.latency(0.99)), Figure.text(cell.longestLatency),
          Figure.text(cost?.host), Figure.text(cost?.vm), Figure.text(cost?.workers),
          Figure.text(cell.privateBytes.total / 1e6), String(cell.errors.count),
        ])
      }
    }
    return rows
  }

  /// How the figures are to be read.
  var legend: String {
    let options = results.options
    let seconds = options.duration.seconds
    let pace =
      options.rate.map { "\(Figure.text($0)) requests became due every second, and latency counts from then. " } ?? ""
    return """
      \(pace)Medians of \(BenchOptions.rounds) rounds, together \(seconds) s each; HOST, VM, WORKERS: processor time for each \
      request; MB: private memory of all processes.
      The load generator kept \(Figure.cores(results.cells.map(\.generatorCores))) busy on top of that, other programs \
      \(Figure.cores(results.cells.map(\.otherCores))).
      Machine: \(results.machine.description).
      """
  }

  /// What went wrong: a line for each kind of error in each row, and one for each row in which everything did.
  var errors: [String] {
    results.cells.flatMap { cell in
      let place = "\(cell.mode.rawValue), \(cell.parallel) parallel"
      let failed = cell.requests == 0 ? ["error: \(place): every request failed"] : []
      return failed + cell.errors.entries.map { "error: \(place): \($0.count) × \($0.kind): \($0.message)" }
    }
  }

  private static func rightAligned(_ rows: [[String]], except left: Set<Int>) -> [[String]] {
    let columns = rows.first?.count ?? 0
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, cell in
        left.contains(column) ? cell : String(repeating: " ", count: widths[column] - cell.count) + cell
      }
    }
  }
}
