import Callpoints
import Testing

@Suite struct `Execution mode` {
  struct Row: CustomTestStringConvertible {
    let model: ExecutionMode
    let callpoints: Int
    let signal: Bool
    let threads: [String]
    let mode: ExecutionMode
    let reason: String
    var testDescription: String { "\(model), \(callpoints) callpoints, signal \(signal), threads \(threads)" }
  }

  static let table: [Row] = [
    Row(model: .threading, callpoints: 0, signal: true, threads: [], mode: .threading, reason: "callpoint-model"),
    Row(model: .threading, callpoints: 50, signal: true, threads: [], mode: .threading, reason: "callpoint-model"),
    Row(model: .threading, callpoints: 50, signal: false, threads: [], mode: .threading, reason: "callpoint-model"),
    Row(model: .multiprocessing, callpoints: 0, signal: true, threads: [], mode: .threading, reason: "no callpoint"),
    Row(model: .multiprocessing, callpoints: 1, signal: true, threads: [], mode: .threading, reason: "only one"),
    Row(model: .multiprocessing, callpoints: 1, signal: false, threads: [], mode: .threading, reason: "only one"),
    Row(model: .multiprocessing, callpoints: 2, signal: false, threads: [], mode: .threading, reason: "does not kill"),
    Row(model: .multiprocessing, callpoints: 2, signal: true, threads: ["poll"], mode: .threading, reason: "poll"),
    Row(
      model: .multiprocessing, callpoints: 2, signal: true, threads: [], mode: .multiprocessing, reason: "2 callpoints"),
    Row(model: .multiprocessing, callpoints: 50, signal: true, threads: [], mode: .multiprocessing, reason: "50 call"),
  ]

  @Test(arguments: table) func `follows the decision table and says why`(row: Row) {
    let decision = ModeDecision.decide(
      asksForProcesses: row.model == .multiprocessing, callpoints: row.callpoints, parentDeathSignalWorks: row.signal,
      threadsLeft: row.threads)
    #expect(decision.mode == row.mode)
    #expect(decision.reason.contains(row.reason))
  }

  @Test(arguments: table) func `is what the host's user wants instead, unless forking would not be safe`(row: Row) {
    func decide(_ override: ExecutionMode?) -> ModeDecision {
      ModeDecision.decide(
        asksForProcesses: row.model == .multiprocessing, callpoints: row.callpoints, parentDeathSignalWorks: row.signal,
        threadsLeft: row.threads, override: override)
    }
    let own = decide(nil)
    let threading = decide(.threading)
    #expect(threading.mode == .threading)
    if own.mode == .multiprocessing {
      #expect(threading.reason == "--mode threading overrides that \(own.reason)")
    } else {
      #expect(threading == own)
    }
    let processes = decide(.multiprocessing)
    let isSafe = row.callpoints > 0 && row.signal && row.threads.isEmpty
    #expect(processes.mode == (isSafe ? .multiprocessing : .threading))
    if isSafe, own.mode == .threading {
      #expect(processes.reason == "--mode multiprocessing overrides that \(own.reason)")
    } else if row.callpoints > 0, !row.signal {
      #expect(processes.reason.contains("does not kill"))
    }
  }
}
