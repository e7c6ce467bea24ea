import Callpoints

/// The verdict in words: who wins, by how much, and why.
extension Verdict {
  /// One sentence.
  var sentence: String {
    if results.hasFailed {
      let failed = results.modes.map(\.mode).filter { mode in
        results.cells.contains { $0.mode == mode && $0.requests == 0 }
      }
      return "There is no winner, as every request of a run failed: \(Self.list(failed.map(\.rawValue)))."
    }
    guard let threading, let multiprocessing, let comparison else {
      return (threading ?? multiprocessing).map(alone) ?? "Nothing was measured."
    }
    guard let winner else {
      let figures = "\(figure(of: threading)), \(figure(of: multiprocessing))"
      return
        "No mode wins \(subject): \(figures), which is within the noise (round by round multiprocessing to threading "
        + "\(Self.range(comparison.ratios))), \(draw(threading, multiprocessing))."
    }
    let (first, second) = winner == .threading ? (threading, multiprocessing) : (multiprocessing, threading)
    return
      "\(winner.rawValue.prefix(1).uppercased())\(winner.rawValue.dropFirst()) wins \(subject): \(figure(of: first)) to \(figure(of: second)), "
      + "\(Self.range(comparison.advantages)), because \(reason(winner, threading, multiprocessing))"
      + "\(latencyClause(winner))."
  }

  private var subject: String {
    let packages = Set(results.modes.flatMap(\.decisions).map(\.package)).sorted()
    return packages.count <= 3 ? "for \(Self.list(packages))" : "for these packages"
  }

  private func figure(of cell: BenchCell) -> String {
    let place = "(\(cell.mode.rawValue), \(cell.parallel) parallel)"
    switch basis {
    case .throughput: return "\(Figure.text(cell.throughput)) requests a second \(place)"
    case .latency(let share): return "\(basis.name) \(Figure.text(cell.latency(share))) ms \(place)"
    }
  }

  /// What only one mode came to.
  private func alone(_ cell: BenchCell) -> String {
    let callbacks = cell.mode == .threading ? "the VM" : "the VM and its workers"
    return "Only \(cell.mode.rawValue) was measured \(subject): \(figure(of: cell)), with \(callbacks) keeping "
      + "\(Figure.cores(cell.cores.callbacks)) busy and the host \(Figure.cores(cell.cores.host))."
  }

  // MARK: Why

  private func draw(_ threading: BenchCell, _ multiprocessing: BenchCell) -> String {
    let (vm, processes) = (threading.cores.vm, multiprocessing.cores.callbacks)
    let busy = "threading's VM kept \(Figure.cores(vm)) busy, the worker processes \(Figure.cores(processes))"
    let host = min(threading.cores.host, multiprocessing.cores.host)
    let why: String
    if host >= 0.8 {
      why = "as the host, which kept \(Figure.cores(host)) busy in both, is what the callbacks wait for"
    } else if holdsLock(threading), processes <= 1.15, (0.8...1.25).contains(processes / vm) {
      why = "as one interpreter lock holds the callbacks in both: \(busy); a callpoint with one worker has one process"
    } else if vm < 0.5, processes < 0.5 {
      why = "as the callbacks wait more than they compute: \(busy)"
    } else if isSaturated(threading), isSaturated(multiprocessing) {
      why = "as both use up the machine's \(results.machine.cores) cores"
    } else {
      why = "as neither gets more out of the processors: \(busy)"
    }
    return why + crowd(threading, multiprocessing)
  }

  private func reason(_ winner: ExecutionMode, _ threading: BenchCell, _ multiprocessing: BenchCell) -> String {
    let (vm, processes) = (threading.cores.vm, multiprocessing.cores.callbacks)
    if winner == .multiprocessing, holdsLock(threading), processes >= 1.1 * vm {
      return
        "threading runs all callbacks under one interpreter lock, which kept its VM at \(Figure.cores(vm)), while the "
        + "worker processes had \(Figure.cores(processes))"
    }
    let costs = [threading, multiprocessing].map { ($0.secondsPerRequest?.total ?? 0) * 1000 }
    let cheaper = costs[0] < costs[1] ? ExecutionMode.threading : .multiprocessing
    let difference = (costs.max() ?? 0) / max(costs.min() ?? 0, .leastNonzeroMagnitude)
    if cheaper == winner, difference >= 1.05 {
      let text =
        "a request costs \(Figure.text(costs[0])) ms of processor time with threading and "
        + "\(Figure.text(costs[1])) ms with multiprocessing"
      let slower = winner == .threading ? multiprocessing : threading
      return isSaturated(slower) ? "\(text), and the machine's \(results.machine.cores) cores were used up" : text
    }
    let busy = "threading's VM kept \(Figure.cores(vm)) busy and the worker processes \(Figure.cores(processes))"
    return busy + crowd(threading, multiprocessing)
  }

  /// What is to be added if programs that have nothing to do with this took much of the processors.
  private func crowd(_ threading: BenchCell, _ multiprocessing: BenchCell) -> String {
    let others = max(threading.otherCores, multiprocessing.otherCores)
    return others >= 0.2 * Double(results.machine.cores)
      ? ", while other programs kept \(Figure.cores(others)) busy" : ""
  }

  /// Whether a VM with threads computed all the time that it could: one interpreter lock lets it have one processor, of
  /// which other programs may take a part.
  private func holdsLock(_ cell: BenchCell) -> Bool {
    let all = cell.cores.total + cell.generatorCores + cell.otherCores
    return cell.cores.vm >= 0.8 || cell.cores.vm >= 0.5 && all >= 0.9 * Double(results.machine.cores)
  }

  /// Whether the processors were all busy.
  private func isSaturated(_ cell: BenchCell) -> Bool {
    cell.cores.total + cell.generatorCores >= 0.9 * Double(results.machine.cores)
  }

  /// What is to be added if the other mode answers sooner where least is to be done at a time.
  private func latencyClause(_ winner: ExecutionMode) -> String {
    guard case .throughput = basis, let least = results.options.parallel.first,
      let threading = results.cell(.threading, least), let multiprocessing = results.cell(.multiprocessing, least),
      let other = Self.compare(threading, multiprocessing, by: .latency(share: 0.5)).winner, other != winner
    else { return "" }
    let (first, second) = other == .threading ? (threading, multiprocessing) : (multiprocessing, threading)
    return "; with \(least) parallel \(other.rawValue) answers sooner (p50 \(Figure.text(first.latency(0.5))) ms to "
      + "\(Figure.text(second.latency(0.5))) ms)"
  }

  // MARK: Pieces

  /// `1.47 times, 1.44 to 1.50 in 5 rounds`.
  private static func range(_ ratios: [Double]) -> String {
    "\(Figure.text(BenchCell.median(ratios))) times, \(Figure.text(ratios.min())) to \(Figure.text(ratios.max())) in "
      + "\(ratios.count) rounds"
  }

  private static func list(_ words: [String]) -> String {
    words.count < 2 ? words.joined() : words.dropLast().joined(separator: ", ") + " and " + (words.last ?? "")
  }
}
