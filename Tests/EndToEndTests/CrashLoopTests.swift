import Foundation
import Glibc
import JSON
import Testing

@testable import callpoint

/// What becomes of workers and VMs that die together, or again and again.
@Suite(.timeLimit(.minutes(30))) struct `Crash loops` {
  @Test func `any number of workers that die at the same time are all replaced`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)], options: ["--workers", "5"])
    let sound = try host.scriptSoundness()
    func workers() throws -> [Int32] {
      try ["script-run", "script-other"].flatMap { name in
        (try host.callpoint(name)["workers"]?.array ?? []).compactMap { $0["pid"]?.int.flatMap { Int32(exactly: $0) } }
      }
    }
    for count in [2, 9, 10] {
      let present = try workers()
      #expect(present.count == 10)
      for pid in present.prefix(count) { kill(pid, SIGKILL) }
      try sound.assertRecovered()
      #expect(Set(try workers()).intersection(present).count == 10 - count)
    }
    let restarts = try ["script-run", "script-other"].map { name in
      (try host.callpoint(name)["workers"]?.array ?? []).compactMap { $0["restarts"]?.int }.reduce(0, +)
    }
    #expect(restarts.reduce(0, +) == 21)
    try host.finish()
  }

  @Test func `a callpoint whose every request kills its worker is refused now and then, and heals alone`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    let sound = try host.scriptSoundness()
    let bystander = try host.server(of: "other")
    var kinds: [String] = []
    try host.wait(
      until: {
        kinds.append(try refusal { try host.script("import os\nos._exit(3)") }.kind)
        return kinds.last == "unavailable"
      }, "nobody gives up")
    #expect(kinds.dropLast().allSatisfy { $0 == "worker-lost" } && kinds.count >= 6, "\(kinds)")
    let refused = try refusal {
      while true { try host.script("import os\nos._exit(3)") }
    }
    #expect(refused.message.contains("exit status 3"), "\(refused.message)")
    #expect(try host.server(of: "other") == bystander)
    // A worker that is ready lets requests in again, and one that completes a callback is forgiven everything.
    try host.wait(until: { (try? host.script("result = 1")) == 1 }, "it does not heal")
    let lost = try refusal { try host.script("import os\nos._exit(3)") }
    #expect(lost.kind == "worker-lost")
    #expect(try host.script("result = 1") == 1)
    try sound.assertRecovered()
    try host.finish()
  }

  @Test func `a VM whose start takes too long holds up nobody, and is started again until it can`() throws {
    let flag = try TemporaryDirectory()
    let package = FixturePackage(
      "slow", yang: "container slow { tailf:action run { tailf:actionpoint slow-run; } }",
      python: """
        import os, time
        import ncs
        from ncs.dp import Action

        class Run(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                pass

        class Main(ncs.application.Application):
            def setup(self):
                self.register_action("slow-run", Run)
                while os.path.exists("\(flag.path)/blocked"):
                    time.sleep(0.005)
        """)
    let blocked = flag.path + "/blocked"
    #expect(FileManager.default.createFile(atPath: blocked, contents: nil))
    let host = try RunningHost(own: [package], options: ["--start-timeout", "5"])
    // The host is ready when the first start has taken too long.
    try host.wait(until: { try host.vm("slow")["restarts"]?.int ?? 0 > 1 }, "it is not started again")
    try FileManager.default.removeItem(atPath: blocked)
    try host.wait(until: { try host.vm("slow")["state"] == "running" }, "it does not start")
    _ = try host.action("/slow:slow/run")
    #expect(FileManager.default.createFile(atPath: blocked, contents: nil))
    let pid = try #require(try host.vm("slow")["pid"]?.int.flatMap { Int32($0) })
    kill(pid, SIGKILL)
    try host.wait(until: { kill(pid, 0) != 0 }, "it is not killed")
    // It waits for the next VM until that is known to take too long.
    let refused = try refusal { try host.action("/slow:slow/run") }
    #expect(refused.kind == "unavailable" && refused.message.contains("did not start within 5 s"), "\(refused.message)")
    try FileManager.default.removeItem(atPath: blocked)
    try host.wait(until: { (try? host.action("/slow:slow/run")) != nil }, "it does not heal")
    try host.finish()
  }

  @Test func `a VM that dies in setup again and again is refused with the last error, and heals alone`() throws {
    let flag = try TemporaryDirectory()
    let package = FixturePackage(
      "fragile", yang: "container fragile { tailf:action run { tailf:actionpoint fragile-run; } }",
      python: """
        import os
        import ncs
        from ncs.dp import Action

        class Run(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                if os.path.exists("\(flag.path)/broken"):
                    os._exit(4)

        class Main(ncs.application.Application):
            def setup(self):
                if os.path.exists("\(flag.path)/broken"):
                    os._exit(4)
                self.register_action("fragile-run", Run)
        """)
    let host = try RunningHost(own: [package, .script(multiprocessing: true)])
    let sound = try host.soundness {
      try host.script("pass")
      _ = try host.action("/fragile:fragile/run")
    }
    let bystander = try host.vm("script")["pid"]
    #expect(FileManager.default.createFile(atPath: flag.path + "/broken", contents: nil))
    #expect(try refusal { try host.action("/fragile:fragile/run") }.kind == "worker-lost")
    // It waits for the next VM until it is known that there will be none soon.
    let refused = try refusal { try host.action("/fragile:fragile/run") }
    #expect(refused.kind == "unavailable" && refused.message.contains("exit status 4"), "\(refused.message)")
    #expect(try host.vm("fragile")["error"]?.string?.contains("exit status 4") == true)
    #expect(try host.vm("script")["pid"] == bystander)
    #expect(try host.script("result = 1") == 1)
    try FileManager.default.removeItem(atPath: flag.path + "/broken")
    try host.wait(until: { (try? host.action("/fragile:fragile/run")) != nil }, "it does not heal")
    try sound.assertRecovered()
    try host.finish()
  }
}
