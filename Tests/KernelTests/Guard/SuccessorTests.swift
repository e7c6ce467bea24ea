import Glibc
import Kernel
import Testing

/// What becomes of a guard that ends although nobody told it to.
@Suite struct `A guard that is lost` {
  private static func losses(_ family: Family) -> Int {
    family.events.count { if case .lost = $0 { true } else { false } }
  }

  @Test func `is replaced, ten times in a row, and each time its processes are gone`() async {
    // Only a host that adopts can kill what the guard leaves, and no test may make this process one.
    await #expect(processExitsWith: .exitCode(7)) {
      try Subreaper.become()
      let family = try Family()
      family.runUntil { !family.events.isEmpty }
      let before = family.fewestDescriptors(of: getpid())
      for round in 1...10 {
        let transcript = Transcript()
        try family.launchHousehold(output: transcript)
        let pid = family.guardPID
        kill(pid, SIGKILL)
        family.runUntil { Self.losses(family) == round }
        transcript.readNow()
        guard transcript.hasEnded else { exit(1) }
        family.runUntil { family.guardPID > 0 }
        guard family.guardPID != pid, family.pauses == Array(1...round) else { exit(2) }
      }
      guard try family.output(of: "echo", ["works"]) == ["works"] else { exit(3) }
      guard family.fewestDescriptors(of: getpid()) == before else { exit(4) }
      exit(7)
    }
  }

  /// How long a guard may take to answer: longer than one that runs takes on a busy machine.
  private static let patience = Duration.seconds(5)

  /// What a guard may be asked, and does not answer while it is stopped.
  enum Question: String, CaseIterable, Codable {
    case launch, signal, sweep
  }

  @Test(arguments: Question.allCases)
  func `is one that stands still when it is asked something, and until then it is left alone`(
    question: Question
  ) async {
    await #expect(processExitsWith: .exitCode(7)) { [question] in
      try Subreaper.become()
      let family = try Family(patience: Self.patience)
      let transcript = Transcript()
      try family.launchHousehold(output: transcript)
      let pid = family.guardPID
      kill(pid, SIGSTOP)
      // Silence is no loss as long as nobody waits for an answer.
      family.reactor.after(Self.patience * 1.2) { [reactor = family.reactor] in reactor.stop() }
      family.reactor.run()
      guard Self.losses(family) == 0 else { exit(1) }
      switch question {
      case .launch: try family.launch("exit 0")
      case .signal: family.keeper?.kill(family.started[0], signal: SIGCONT)
      case .sweep: family.keeper?.sweep()
      }
      family.runUntil { Self.losses(family) == 1 }
      transcript.readNow()
      guard transcript.hasEnded, family.exits.isEmpty else { exit(2) }
      guard family.events.contains(.silent(pid: pid, for: Self.patience)) else { exit(3) }
      guard try family.output(of: "echo", ["works"]) == ["works"], Self.losses(family) == 1 else { exit(4) }
      exit(7)
    }
  }

  @Test func `was stopped before it said its first word`() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/guard"
    // It stops itself once, and becomes the guard the next time.
    let script =
      "#!/bin/sh\n[ -e '\(path).once' ] || { : >'\(path).once'; kill -STOP $$; }\nexec '\(BuiltProducts.guardExecutable)' \"$@\"\n"
    let file = try Descriptor.open(path, flags: O_CREAT | O_WRONLY, mode: 0o700)
    _ = try Array(script.utf8).withUnsafeBytes { try file.write($0) }
    file.close()
    let family = try Family(executable: path, patience: Self.patience)
    family.runUntil { family.events.contains(.probed(parentDeathSignalWorks: true)) }
    #expect(family.events.first.map { if case .silent = $0 { true } else { false } } == true)
    #expect(Self.losses(family) == 1)
  }

  @Test func `costs what was asked of it, and what is asked later waits for the next`() throws {
    let family = try Family()
    family.runUntil { !family.events.isEmpty }
    // A stopped guard reads nothing any more.
    kill(family.guardPID, SIGSTOP)
    try family.launch("exit 1")
    kill(family.guardPID, SIGKILL)
    var late: LaunchID?
    family.onEvent = { event in
      if case .lost = event { late = try? family.launch("exit 2") }
    }
    family.runUntil { !family.exits.isEmpty }
    #expect(Array(family.exits.values) == [.exited(2)])
    #expect(family.events.contains { if case .started(let launch, _) = $0 { launch == late } else { false } })
    #expect(Self.losses(family) == 1)
  }

  @Test func `is replaced when that is possible again, and until then launches fail with the reason`() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/guard"
    try #require(symlink(BuiltProducts.guardExecutable, path) == 0)
    let family = try Family(executable: path)
    family.runUntil { !family.events.isEmpty }
    unlink(path)
    kill(family.guardPID, SIGKILL)
    family.runUntil { Self.losses(family) == 1 && family.pauses.count >= 4 }
    #expect(family.pauses == Array(1...family.pauses.count))
    #expect(family.events.contains { if case .hindered(let why) = $0 { why.contains("No such file") } else { false } })
    let launch = try family.launch("exit 0")
    family.runUntil { !family.failures.isEmpty }
    #expect(family.failures == [.failed(launch, step: .guardian, errno: ENOENT)])
    try #require(symlink(BuiltProducts.guardExecutable, path) == 0)
    #expect(try family.output(of: "echo", ["again"]) == ["again"])
  }
}
