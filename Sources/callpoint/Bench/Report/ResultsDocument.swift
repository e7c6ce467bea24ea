import Callpoints
import Foundation
import JSON

/// `results.json`; ARCHITECTURE.md tells what each member means.
struct ResultsDocument {
  private let results: BenchResults
  private let verdict: Verdict

  /// The shares of requests that the distribution of latencies names.
  private static let shares = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1]

  /// Takes results.
  init(_ results: BenchResults, _ verdict: Verdict) {
    self.results = results
    self.verdict = verdict
  }

  /// The document.
  var json: JSONValue {
    [
      "format": 1, "command": .string(results.command), "date": .string(results.machine.date.formatted(.iso8601)),
      "machine": machine, "settings": settings,
      "modes": .array(
        results.modes.map { mode, decisions in
          ["mode": .string(mode.rawValue), "components": .array(decisions.map(Self.describe))]
        }), "notes": .array(results.notes.map { .string($0) }), "results": .array(results.cells.map(Self.describe)),
      "verdict": judgement,
    ]
  }

  private var machine: JSONValue {
    let machine = results.machine
    return [
      "cores": JSONValue(machine.cores), "processor": .string(machine.processor), "kernel": .string(machine.kernel),
      "python": .string(machine.python), "swift": .string(machine.swift), "debugBuild": .bool(machine.isDebugBuild),
    ]
  }

  private var settings: JSONValue {
    let options = results.options
    var object: JSONObject = [
      "packages": .array(options.packages.map { .string($0) }),
      "requests": .array(options.requests.map { .string($0.label) }),
      "parallel": .array(options.parallel.map { JSONValue($0) }), "rounds": JSONValue(BenchOptions.rounds),
      "seconds": .double(options.duration / .seconds(1)),
    ]
    object["rate"] = options.rate.map { .double($0) }
    object["workers"] = options.workers.map { JSONValue($0) }
    object["load"] = options.loadFile.map { .string($0) }
    return .object(object)
  }

  private var judgement: JSONValue {
    var object: JSONObject = [:]
    object["winner"] = verdict.winner.map { .string($0.rawValue) }
    if let comparison = verdict.comparison {
      object["basis"] = .string(verdict.basis.name)
      object["ratio"] = .double(comparison.ratio)
      object["ratios"] = .array(comparison.ratios.map { .double($0) })
    }
    object["sentence"] = .string(verdict.sentence)
    return .object(object)
  }

  private static func describe(_ decision: BenchDecision) -> JSONValue {
    [
      "package": .string(decision.package), "component": .string(decision.component), "mode": .string(decision.mode),
      "reason": .string(decision.reason),
    ]
  }

  private static func describe(_ cell: BenchCell) -> JSONValue {
    var latency: JSONObject = [:]
    for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)] {
      latency[name] = cell.latency(share).map { .double($0) }
    }
    latency["max"] = cell.longestLatency.map { .double($0) }
    let distribution = shares.compactMap { share in
      cell.allLatencies.quantile(share).map { time -> JSONValue in
        ["share": .double(share), "milliseconds": .double(time / .milliseconds(1))]
      }
    }
    var cores = describe(cell.cores)
    cores["loadGenerator"] = .double(cell.generatorCores)
    cores["others"] = .double(cell.otherCores)
    var object: JSONObject = [
      "mode": .string(cell.mode.rawValue), "parallel": JSONValue(cell.parallel), "requests": JSONValue(cell.requests),
      "throughput": .double(cell.throughput), "throughputs": .array(cell.throughputs.map { .double($0) }),
      "latencyMilliseconds": .object(latency), "latencyDistribution": .array(distribution),
    ]
    object["cpuSecondsPerRequest"] = cell.secondsPerRequest.map { .object(describe($0)) }
    object["cores"] = .object(cores)
    object["privateBytes"] = [
      "host": JSONValue(Int(cell.privateBytes.host)), "vm": JSONValue(Int(cell.privateBytes.vm)),
      "workers": JSONValue(Int(cell.privateBytes.workers)),
    ]
    object["errors"] = .array(
      cell.errors.entries.map {
        ["kind": .string($0.kind), "count": JSONValue($0.count), "message": .string($0.message)]
      })
    return .object(object)
  }

  private static func describe(_ figures: ByRole<Double>) -> JSONObject {
    ["host": .double(figures.host), "vm": .double(figures.vm), "workers": .double(figures.workers)]
  }
}
