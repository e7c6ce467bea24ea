import Glibc
import Kernel
import Testing

@Suite struct `The guard` {
  @Test func `tells how a process ended`() throws {
    let family = try Family()
    try family.launch("exit 3")
    try family.launch("kill -TERM $$")
    family.runUntil { family.exits.count == 2 }
    #expect(Set(family.exits.values) == [.exited(3), .signalled(SIGTERM)])
  }

  @Test func `says first whether children die with their parent`() throws {
    let family = try Family()
    family.runUntil { !family.events.isEmpty }
    #expect(family.events == [.probed(parentDeathSignalWorks: true)])
  }

  @Test(arguments: [EPERM, 0])
  func `is not deceived by a system that refuses the parent-death signal or ignores it`(errno: Int32) throws {
    let sandbox = try Sandbox(parentDeathSignalFailsWith: errno)
    let family = try Family(executable: sandbox.guardExecutable)
    family.runUntil { !family.events.isEmpty }
    #expect(family.events == [.probed(parentDeathSignalWorks: false)])
    #expect(try family.output(of: "echo", ["works all the same"]) == ["works all the same"])
  }

  @Test func `can be told to do without the parent-death signal`() throws {
    let family = try Family(usesParentDeathSignal: false)
    family.runUntil { !family.events.isEmpty }
    #expect(family.events == [.probed(parentDeathSignalWorks: false)])
  }

  @Test func `names the step and the error of a launch that fails`() throws {
    let family = try Family()
    let missing = try family.launch("/no/such/program", [])
    let unlisted = try family.launch("no-such-program", [])
    let forbidden = try family.launch("/dev/null", [])
    let nowhere = try family.launch("true", [], directory: "/no/such/directory")
    family.runUntil { family.failures.count == 4 }
    #expect(
      family.failures == [
        .failed(missing, step: .execute, errno: ENOENT), .failed(unlisted, step: .execute, errno: ENOENT),
        .failed(forbidden, step: .execute, errno: EACCES), .failed(nowhere, step: .directory, errno: ENOENT),
      ])
  }

  @Test func `answers when it has no free descriptors, and recovers`() throws {
    let family = try Family()
    let other = try Family()
    func limitDescriptors(to limit: Int) throws {
      _ = try other.output(of: "prlimit", ["--pid", "\(family.guardPID)", "--nofile=\(limit):4096"])
    }
    try limitDescriptors(to: 8)
    let starved = try family.launch("true", [])
    family.runUntil { !family.failures.isEmpty }
    #expect(family.failures == [.failed(starved, step: .descriptors, errno: EMFILE)])
    try limitDescriptors(to: 1024)
    #expect(try family.output(of: "echo", ["fed"]) == ["fed"])
  }

  @Test func `that is not there is a failure that names it`() throws {
    let reactor = try Reactor()
    #expect(throws: KernelFailure(call: "starting /no/such/guard", errno: ENOENT)) {
      try Guard(Guard.Settings(executable: "/no/such/guard", pause: { _ in .zero }), reactor: reactor) { _ in }
    }
  }

  @Test func `is not ended by what a terminal or a service manager sends`() throws {
    let family = try Family()
    family.runUntil { !family.events.isEmpty }
    #expect(getsid(family.guardPID) == family.guardPID)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGALRM, SIGTSTP] {
      #expect(kill(family.guardPID, signal) == 0)
    }
    #expect(try family.output(of: "echo", ["alive"]) == ["alive"])
  }

  @Test func `says what it is when somebody runs it by hand`() throws {
    let family = try Family()
    let errors = Transcript()
    try family.launch(BuiltProducts.guardExecutable, ["1"], errors: try errors.writeEnd(family: family))
    family.runUntil { errors.hasEnded && !family.exits.isEmpty }
    #expect(errors.lines == ["callpoint-guard is a part of Callpoint; `callpoint serve` starts it."])
    #expect(Array(family.exits.values) == [.exited(64)])
  }
}
