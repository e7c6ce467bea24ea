import Callpoints

/// The plots of a report.
struct ReportPlots {
  /// A plot with what stands above it.
  struct Plot {
    /// What it shows.
    let title: String
    /// In which unit, and how to read it.
    let subtitle: String
    /// The picture.
    let svg: String
  }

  private let results: BenchResults
  private let scale: DoublingScale

  /// The shares of requests that the plot of the distribution names.
  private static let shares = [("50 %", 0.5), ("90 %", 0.9), ("99 %", 0.99), ("99.9 %", 0.999)]

  /// Takes results.
  init(_ results: BenchResults) {
    self.results = results
    scale = DoublingScale(ticks: results.options.parallel)
  }

  /// All plots, in the order of the page.
  var all: [Plot] {
    [
      lines("Throughput", "requests a second; shaded: most rounds", unit: "requests a second") { cell in
        (cell.throughput, Self.middle(of: cell.throughputs))
      },
      latency("Median latency", 0.5),
      latency("99th percentile of latency", 0.99),
      distribution,
      processors,
      lines("Private memory", "megabytes of all processes together", unit: "MB") { cell in
        (cell.privateBytes.total / 1e6, nil)
      },
    ]
  }

  private var modes: [ExecutionMode] { results.modes.map(\.mode) }

  private var marks: [(label: String, position: Double)] {
    scale.ticks.map { (String($0), scale.position(of: $0)) }
  }

  private func latency(_ title: String, _ share: Double) -> Plot {
    lines(title, "milliseconds; shaded: most rounds", unit: "ms") { cell in
      cell.latency(share).map { ($0, Self.middle(of: cell.latencies(share))) }
    }
  }

  /// Where the rounds are without the best and the worst one, which say more about the machine than about the mode.
  private static func middle(of values: [Double]) -> ClosedRange<Double>? {
    let sorted = values.sorted().dropFirst().dropLast()
    guard let least = sorted.first, let most = sorted.last else { return nil }
    return least...most
  }

  /// A plot over the number of parallel requests.
  private func lines(
    _ title: String, _ subtitle: String, unit: String, _ value: (BenchCell) -> (Double, ClosedRange<Double>?)?
  ) -> Plot {
    let lines = modes.map { mode in
      LinePlot.Line(
        mode: mode,
        points: results.cells.filter { $0.mode == mode }.compactMap { cell in
          guard let (middle, spread) = value(cell) else { return nil }
          let range = spread.map { " (\(Figure.text($0.lowerBound)) to \(Figure.text($0.upperBound)))" } ?? ""
          return LinePlot.Point(
            position: scale.position(of: cell.parallel), value: middle, spread: spread,
            note: "\(mode.rawValue), \(cell.parallel) parallel: \(Figure.text(middle)) \(unit)\(range)")
        })
    }
    let plot = LinePlot(title: title, lines: lines, horizontal: marks, caption: "parallel requests")
    return Plot(title: title, subtitle: subtitle, svg: plot.svg)
  }

  /// How the latencies are distributed where most requests are on their way: the further to the right, the rarer.
  private var distribution: Plot {
    let parallel = results.options.parallel.last ?? 1
    let last = Double(Self.shares.count)
    // Each step to the right leaves a tenth of the requests, the first one half of them.
    let places = [0] + Self.shares.indices.map { Double($0 + 1) / last }
    let lines = modes.compactMap { mode -> LinePlot.Line? in
      guard let tally = results.cell(mode, parallel)?.allLatencies, tally.count > 0 else { return nil }
      let points = stride(from: 0, through: last, by: 0.05).compactMap { place -> LinePlot.Point? in
        tally.quantile(Self.share(at: place)).map {
          LinePlot.Point(position: place / last, value: $0 / .milliseconds(1), note: "")
        }
      }
      return LinePlot.Line(mode: mode, points: points)
    }
    let plot = LinePlot(
      title: "Distribution of latency", lines: lines,
      horizontal: Array(zip(["0"] + Self.shares.map(\.0), places)).map { (label: $0, position: $1) },
      caption: "share of requests that took no longer", showsPoints: false)
    return Plot(
      title: "Distribution of latency", subtitle: "milliseconds, \(parallel) parallel, all rounds", svg: plot.svg)
  }

  /// The share of requests at a place of the axis of the distribution: 0, 0.5, 0.9, 0.99, 0.999 at whole numbers.
  private static func share(at place: Double) -> Double {
    let edges = [0.0] + shares.map(\.1)
    let index = min(Int(place), edges.count - 2)
    let (low, high) = (1 - edges[index], 1 - edges[index + 1])
    let part = place - Double(index)
    return 1 - (low + (high - low) * part)
  }

  private var processors: Plot {
    let groups = results.options.parallel.map { parallel in
      BarPlot.Group(
        label: String(parallel),
        bars: modes.compactMap { mode in
          results.cell(mode, parallel).map { cell in
            func piece(_ style: String, _ name: String, _ value: Double) -> BarPlot.Piece {
              BarPlot.Piece(
                style: style, value: value,
                note: "\(mode.rawValue), \(parallel) parallel: \(name) \(Figure.cores(value))")
            }
            return BarPlot.Bar(
              mode: mode,
              pieces: [
                piece(mode.rawValue, mode == .threading ? "VM" : "VM and workers", cell.cores.callbacks),
                piece("host", "host", cell.cores.host), piece("generator", "load generator", cell.generatorCores),
              ])
          }
        })
    }
    let cores = results.machine.cores
    let plot = BarPlot(
      title: "Processors kept busy", groups: groups, caption: "parallel requests",
      limit: (Double(cores), "\(cores) \(cores == 1 ? "core" : "cores")"))
    return Plot(
      title: "Processors kept busy", subtitle: "from below: VM and workers, host, load generator", svg: plot.svg)
  }
}
