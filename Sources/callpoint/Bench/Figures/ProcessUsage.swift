import Foundation
import Glibc
import JSON

/// What the processes of a host have taken so far.
struct ProcessUsage {
  /// The processor time, in seconds, of the processes that there are and of those of their children that have ended.
  let seconds: ByRole<Double>
  /// The memory that each has for itself, in bytes.
  let privateBytes: ByRole<Int>

  /// Looks at all processes of a host.
  ///
  /// - Parameters:
  ///   - host: The host's process.
  ///   - status: What it answers to `status`, which tells the VMs and the workers.
  init(host: Int32, status: JSONValue) {
    let vms = status["vms"]?.array ?? []
    let workers = vms.flatMap { $0["callpoints"]?.array ?? [] }.flatMap { $0["workers"]?.array ?? [] }
    let numbers = { (processes: [JSONValue]) in Set(processes.compactMap { $0["pid"]?.int.map { Int32($0) } }) }
    let (vmNumbers, workerNumbers) = (numbers(vms), numbers(workers))
    let members = ProcessTree.members(below: host)
    let parents = Dictionary(members.map { ($0.pid, $0.parent) }, uniquingKeysWith: { first, _ in first })

    var seconds = ByRole(host: Self.seconds(host), vm: 0.0, workers: 0.0)
    var bytes = ByRole(host: Self.privateBytes(host), vm: 0, workers: 0)
    for member in members {
      // The nearest process above it that has a role, or itself.
      var place = member.pid
      while !vmNumbers.contains(place), !workerNumbers.contains(place), let parent = parents[place] { place = parent }
      let (time, memory) = (Self.seconds(member.pid), Self.privateBytes(member.pid))
      if workerNumbers.contains(place) {
        seconds.workers += time
        bytes.workers += memory
      } else if vmNumbers.contains(place) {
        seconds.vm += time
        bytes.vm += memory
      } else {
        seconds.host += time
        bytes.host += memory
      }
    }
    self.seconds = seconds
    privateBytes = bytes
  }

  /// The processor time of a process and of those of its children that it has reaped; 0 once it has ended.
  private static func seconds(_ pid: Int32) -> Double {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
    let ticks = ProcessTree.stat(of: pid)?.childTicks ?? 0
    let own = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    return own + Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  private static func privateBytes(_ pid: Int32) -> Int {
    // One that has just ended has no memory.
    let text = (try? String(contentsOfFile: "/proc/\(pid)/smaps_rollup", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").filter { $0.hasPrefix("Private_") }.map { line in
      (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }.reduce(0, +)
  }
}
