import Foundation
import Glibc

/// Where a benchmark ran, and what with.
struct Machine {
  /// The processors that may be used.
  let cores: Int
  /// What the processor calls itself; empty if it does not.
  let processor: String
  /// The kernel's name and release.
  let kernel: String
  /// The version of the VM's Python; empty if it cannot be told.
  let python: String
  /// The version of Swift that Callpoint was built with.
  let swift: String
  /// Whether Callpoint was built to be debugged, and is slower than it could be.
  let isDebugBuild: Bool
  /// When the benchmark began.
  let date: Date
}

extension Machine {
  /// Looks at this machine.
  ///
  /// - Parameter vmProcess: A process whose program is the Python that VMs use.
  init(vmProcess: Int?) {
    cores = ProcessInfo.processInfo.activeProcessorCount
    processor = Self.processorName
    kernel = Self.kernelName
    python = vmProcess.flatMap { Self.version(of: "/proc/\($0)/exe") } ?? ""
    #if compiler(>=6.4)
      swift = "6.4 or later"
    #elseif compiler(>=6.3)
      swift = "6.3"
    #else
      swift = "6.2"
    #endif
    #if DEBUG
      isDebugBuild = true
    #else
      isDebugBuild = false
    #endif
    date = Date()
  }

  /// The machine in a sentence's worth of words.
  var description: String {
    var words = ["\(cores) \(cores == 1 ? "core" : "cores")"]
    if !processor.isEmpty { words.append(processor) }
    words.append(kernel)
    if !python.isEmpty { words.append("Python \(python)") }
    words.append("Swift \(swift)\(isDebugBuild ? " (a debug build)" : "")")
    return words.joined(separator: ", ")
  }

  private static var processorName: String {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
    let line = lines.first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
  }

  private static var kernelName: String {
    let release = try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)
    return "Linux \(release?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "")"
  }

  /// What an interpreter says about itself.
  private static func version(of executable: String) -> String? {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: executable).resolvingSymlinksInPath()
    process.arguments = ["-c", "import platform; print(platform.python_version())"]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return process.terminationStatus == 0 ? text.trimmingCharacters(in: .whitespacesAndNewlines) : nil
  }
}
