import Callpoints

/// `results.csv`: a row for each mode and number of parallel requests.
struct ResultsSheet {
  private let results: BenchResults

  /// Takes results.
  init(_ results: BenchResults) {
    self.results = results
  }

  /// The names of the columns, and what stands in them.
  private static let columns: [(name: String, value: @Sendable (BenchCell) -> String)] = [
    ("mode", { $0.mode.rawValue }), ("parallel", { String($0.parallel) }), ("requests", { String($0.requests) }),
    ("errors", { String($0.errors.count) }), ("throughput", { String($0.throughput) }),
    ("throughput_min", { text($0.throughputs.min()) }), ("throughput_max", { text($0.throughputs.max()) }),
    ("p50_ms", { text($0.latency(0.5)) }), ("p90_ms", { text($0.latency(0.9)) }),
    ("p99_ms", { text($0.latency(0.99)) }), ("max_ms", { text($0.longestLatency) }),
    ("cpu_s_per_request_host", { text($0.secondsPerRequest?.host) }),
    ("cpu_s_per_request_vm", { text($0.secondsPerRequest?.vm) }),
    ("cpu_s_per_request_workers", { text($0.secondsPerRequest?.workers) }), ("cores_host", { text($0.cores.host) }),
    ("cores_vm", { text($0.cores.vm) }), ("cores_workers", { text($0.cores.workers) }),
    ("cores_load_generator", { text($0.generatorCores) }), ("cores_others", { text($0.otherCores) }),
    ("private_bytes_host", { String(Int($0.privateBytes.host)) }),
    ("private_bytes_vm", { String(Int($0.privateBytes.vm)) }),
    ("private_bytes_workers", { String(Int($0.privateBytes.workers)) }),
  ]

  /// The sheet; no value has a comma or a quote in it.
  var text: String {
    let rows = [Self.columns.map(\.name)] + results.cells.map { cell in Self.columns.map { $0.value(cell) } }
    return rows.map { $0.joined(separator: ",") + "\n" }.joined()
  }

  private static func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
}
