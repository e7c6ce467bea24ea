import Foundation
import Glibc

/// What all programs of the machine, and others on the same hardware, have taken of the processors so far.
struct ProcessorTime {
  private let busySeconds: Double
  private let time = ContinuousClock.now

  /// The processor time so far; `nil` if the system tells of other processors than this process may use.
  static var now: ProcessorTime? {
    let lines = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8))?.split(separator: "\n") ?? []
    let processors = lines.filter { $0.hasPrefix("cpu") }
    guard processors.count - 1 == ProcessInfo.processInfo.activeProcessorCount, let all = processors.first else {
      return nil
    }
    // user nice system idle iowait irq softirq steal; the guests' time is in the users'.
    let ticks = all.split(separator: " ").dropFirst().prefix(8).map { Double($0) ?? 0 }
    guard ticks.count == 8 else { return nil }
    return ProcessorTime(busySeconds: (ticks.reduce(0, +) - ticks[3] - ticks[4]) / Double(sysconf(Int32(_SC_CLK_TCK))))
  }

  private init(busySeconds: Double) {
    self.busySeconds = busySeconds
  }

  /// How many processors were busy on average.
  ///
  /// - Parameter earlier: The beginning.
  /// - Returns: A number from 0 to the number of processors.
  func cores(since earlier: ProcessorTime) -> Double {
    (busySeconds - earlier.busySeconds) / max((time - earlier.time) / .seconds(1), .leastNonzeroMagnitude)
  }
}
