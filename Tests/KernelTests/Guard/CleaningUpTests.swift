import Glibc
import Kernel
import Testing

/// Everything that is started holds the write end of a pipe, so that the end of the pipe is the death of the last one.
@Suite struct `Nothing is left behind` {
  /// A process, its child in a session of its own, and a daemon that nobody is the parent of.
  ///
  /// Each says that it lives.
  static let household = """
    say='echo $0; exec sleep 600'
    setsid sh -c "$say" child &
    (setsid sh -c "$say" daemon &)
    echo parent
    exec sleep 600
    """

  @Test func `by a process that exits while a daemon of its own runs`() throws {
    let family = try Family()
    let transcript = Transcript()
    try family.launch(
      "(setsid sh -c 'echo daemon; exec sleep 600' &) ; exit 0", output: try transcript.writeEnd(family: family))
    family.runUntil { transcript.hasEnded && !family.exits.isEmpty }
    #expect(transcript.hasEnded)
    #expect(Array(family.exits.values) == [.exited(0)])
  }

  @Test func `by a process that is killed`() throws {
    let family = try Family()
    let transcript = Transcript()
    try family.launchHousehold(output: transcript)
    #expect(Set(transcript.lines) == ["parent", "child", "daemon"])
    family.keeper?.kill(family.started[0])
    family.runUntil { transcript.hasEnded }
    #expect(transcript.hasEnded)
  }

  /// What it has not begun runs elsewhere from then on, and would run twice if something of it still lived.
  @Test(arguments: [true, false])
  func `by a process that is killed, when its end is told`(usesParentDeathSignal: Bool) throws {
    let family = try Family(usesParentDeathSignal: usesParentDeathSignal)
    let transcript = Transcript()
    // Each is the parent of the next, so that they are adopted one after the other.
    let script = """
      if [ $0 -gt 0 ]; then setsid sh -c "$1" $(($0 - 1)) "$1" & fi
      echo $$
      exec sleep 600
      """
    try family.launch(
      "sh", ["-c", script, "8", script], output: try transcript.writeEnd(family: family))
    family.runUntil { transcript.lines.count == 9 && !family.started.isEmpty }
    var living: [Int32] = []
    family.onEvent = { event in
      guard case .exited = event else { return }
      living = transcript.lines.compactMap { Int32($0) }.filter { kill($0, 0) == 0 }
    }
    family.keeper?.kill(family.started[0])
    family.runUntil { !family.exits.isEmpty }
    #expect(family.exits.count == 1)
    #expect(living == [])
  }

  @Test func `by a worker that died, once the guard is told to look`() throws {
    let family = try Family()
    let transcript = Transcript()
    let ready = Transcript()
    // The daemon loses its parent while the launched process lives on, which no longer holds the pipe.
    try family.launch(
      "(setsid sleep 600 2>&- &) ; exec >/dev/null; echo ready >&2; exec sleep 600",
      output: try transcript.writeEnd(family: family), errors: try ready.writeEnd(family: family))
    family.runUntil { !ready.lines.isEmpty }
    #expect(!transcript.hasEnded)
    family.keeper?.sweep()
    family.runUntil { transcript.hasEnded }
    #expect(transcript.hasEnded)
    #expect(family.exits.isEmpty)
  }

  @Test func `by a guard that is stopped`() async {
    // In a process of its own: another test that spawns holds copies of our descriptors for a moment.
    await #expect(processExitsWith: .exitCode(7)) {
      let family = try Family()
      let transcript = Transcript()
      try family.launchHousehold(output: transcript)
      family.stop()
      transcript.readNow()
      exit(transcript.hasEnded ? 7 : 1)
    }
  }

  @Test(arguments: [true, false])
  func `by a guard that stands still when it is to stop`(usesParentDeathSignal: Bool) async {
    await #expect(processExitsWith: .exitCode(7)) { [usesParentDeathSignal] in
      try Subreaper.become()
      let family = try Family(usesParentDeathSignal: usesParentDeathSignal, patience: .seconds(5))
      let transcript = Transcript()
      try family.launchHousehold(output: transcript)
      kill(family.guardPID, SIGSTOP)
      family.stop()
      transcript.readNow()
      exit(transcript.hasEnded ? 7 : 1)
    }
  }

  @Test(arguments: [true, false]) func `by a host that is killed`(usesParentDeathSignal: Bool) async throws {
    let fifo = try Fifo()
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [path = fifo.path as String, directory = fifo.directory.path as String, usesParentDeathSignal] in
      let family = try Family(usesParentDeathSignal: usesParentDeathSignal, temporaryDirectory: directory)
      let errors = Transcript()
      try family.launch(
        "exec 3>&1 1>&2\n" + Self.household, output: try Descriptor.open(path, flags: O_WRONLY),
        errors: try errors.writeEnd(family: family))
      family.runUntil { errors.lines.count == 3 }
      kill(getpid(), errors.lines.count == 3 ? SIGKILL : SIGTERM)
    }
    #expect(try fifo.endsWithin(seconds: 10))
  }

  @Test(arguments: 0..<6) func `by a host that is killed while it starts processes`(round: Int) async throws {
    let fifo = try Fifo()
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [path = fifo.path as String, directory = fifo.directory.path as String, round] in
      let family = try Family(temporaryDirectory: directory)
      for _ in 0..<8 { try family.launch(Self.household, output: try Descriptor.open(path, flags: O_WRONLY)) }
      family.reactor.after(.milliseconds(round * 4)) { kill(getpid(), SIGKILL) }
      family.runUntil { false }
    }
    #expect(try fifo.endsWithin(seconds: 10))
  }

  /// What leaves others behind without end, so that somebody dies all the time.
  static let restless = "export restless='echo restless; while :; do (: &); done'"

  @Test func `by a host that is killed while something below it leaves others behind without end`() async throws {
    let fifo = try Fifo()
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [path = fifo.path as String, directory = fifo.directory.path as String] in
      let family = try Family(temporaryDirectory: directory)
      let errors = Transcript()
      // The guard is neither its parent nor its parent's: it is not killed with the first that are.
      try family.launch(
        "exec 3>&1 1>&2\n\(Self.restless)\nsetsid sh -c 'setsid sh -c \"$restless\" & wait' & wait",
        output: try Descriptor.open(path, flags: O_WRONLY), errors: try errors.writeEnd(family: family))
      family.runUntil { errors.lines == ["restless"] }
      kill(getpid(), errors.lines == ["restless"] ? SIGKILL : SIGTERM)
    }
    #expect(try fifo.endsWithin(seconds: 10))
  }

  @Test func `and an end is told though another process leaves others behind without end`() throws {
    let family = try Family()
    let transcript = Transcript()
    try family.launch(
      "\(Self.restless)\nsetsid sh -c \"$restless\" & exec sleep 600", output: try transcript.writeEnd(family: family))
    family.runUntil { transcript.lines == ["restless"] }
    try family.launch("exit 3")
    family.runUntil { !family.exits.isEmpty }
    #expect(Array(family.exits.values) == [.exited(3)])
  }

  @Test(arguments: [true, false]) func `by a guard that is killed`(usesParentDeathSignal: Bool) async throws {
    await #expect(processExitsWith: .exitCode(7)) { [usesParentDeathSignal] in
      try Subreaper.become()
      let family = try Family(usesParentDeathSignal: usesParentDeathSignal)
      let transcript = Transcript()
      try family.launchHousehold(output: transcript)
      kill(family.guardPID, SIGKILL)
      family.runUntil { family.events.contains(.lost(.signalled(SIGKILL))) }
      transcript.readNow()
      exit(transcript.hasEnded && family.events.contains(.lost(.signalled(SIGKILL))) ? 7 : 1)
    }
  }

  @Test func `by a guard that is killed below a host that adopts nobody`() throws {
    let family = try Family()
    let transcript = Transcript()
    try family.launch("exec sleep 600", output: try transcript.writeEnd(family: family))
    family.runUntil { !family.started.isEmpty }
    kill(family.guardPID, SIGKILL)
    family.runUntil { transcript.hasEnded && family.events.contains(.lost(.signalled(SIGKILL))) }
    #expect(transcript.hasEnded)
    #expect(family.events.contains(.lost(.signalled(SIGKILL))))
  }
}
