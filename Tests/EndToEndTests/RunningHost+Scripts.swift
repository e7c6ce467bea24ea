import Foundation
import Glibc
import JSON
import Testing

@testable import callpoint

/// What tests of faults do with the package ``FixturePackage/script(yang:multiprocessing:)``.
extension RunningHost {
  /// Python that defines `reply_pipe()`, the number of the pipe on which the process answers.
  ///
  /// It is the one write end above 2 whose read end is in another process.
  static let replyPipe = """
    import os
    def reply_pipe():
        ends = {}
        for name in os.listdir("/proc/self/fd"):
            try:
                target = os.readlink("/proc/self/fd/" + name)
                with open("/proc/self/fdinfo/" + name) as file:
                    flags = int(file.read().split("flags:")[1].split()[0], 8)
            except OSError:
                continue
            if target.startswith("pipe:") and int(name) > 2:
                ends.setdefault(target, []).append((int(name), flags & os.O_ACCMODE))
        (number,) = [one[0][0] for one in ends.values() if len(one) == 1 and one[0][1] == os.O_WRONLY]
        return number

    """

  /// The parameters of the request that executes Python in one of the package's two actions.
  static func script(_ code: String, in action: String = "run") -> JSONObject {
    ["path": .string("/script:script/\(action)"), "input": ["code": .string(code)]]
  }

  /// The process that serves one of the two actions: a worker, or the VM.
  func server(of action: String = "run") throws -> Int32 {
    let worker = try callpoint("script-\(action)")["workers"]?[0]?["pid"]?.int
    let pid = try worker ?? vm("script")["pid"]?.int
    return try Int32(#require(pid, "nobody serves \(action)"))
  }

  /// Stops a process with SIGSTOP, and waits until each of its threads has stopped: until the first has seen the signal, the
  /// others go on.
  func halt(_ pid: Int32) throws {
    kill(pid, SIGSTOP)
    try wait(
      until: {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task").allSatisfy { thread in
          let text = try? String(contentsOfFile: "/proc/\(pid)/task/\(thread)/stat", encoding: .utf8)
          return text?.split(separator: ")").last?.hasPrefix(" T ") ?? true
        }
      }, "\(pid) does not stop")
  }

  /// Waits until so many requests for an action run.
  func waitUntilRunning(_ count: Int, of action: String = "run") throws {
    try wait(
      until: { try callpoint("script-\(action)")["running"]?.int == count }, "\(count) requests do not begin to run")
  }

  /// The soundness of a host that serves the package alone.
  func scriptSoundness() throws -> Soundness {
    try soundness { [self] in
      try script("pass")
      _ = try call("action", Self.script("pass", in: "other"))
    }
  }
}
