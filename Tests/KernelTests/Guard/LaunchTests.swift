import Glibc
import Kernel
import Testing

@Suite struct `A launched process` {
  let family: Family

  init() throws {
    family = try Family()
  }

  @Test func `gets its arguments as they are`() throws {
    let arguments = ["a b", "", "ä€𝄞", "$HOME", "'\""]
    #expect(try family.output(of: "printf", ["%s\\n"] + arguments) == arguments)
  }

  @Test func `gets its environment, its parent and its temporary directory, and nothing of the host's`() throws {
    let environment = [
      "PATH": "/usr/bin:/bin", "NAME": "a=b c", "EMPTY": "", "CALLPOINT_PARENT": "1", "TMPDIR": "/elsewhere",
    ]
    let variables = try family.output(of: "env", environment: environment).sorted()
    let directory = try #require(variables.last?.dropFirst("TMPDIR=".count))
    #expect(directory.hasPrefix(family.temporary.path))
    #expect(
      variables == [
        "CALLPOINT_PARENT=\(family.guardPID)", "EMPTY=", "NAME=a=b c", "PATH=/usr/bin:/bin", "TMPDIR=\(directory)",
      ])
  }

  @Test func `is looked up in its own PATH`() throws {
    #expect(try family.output(of: "env", environment: ["PATH": "/no/such:/usr/bin"]).contains("PATH=/no/such:/usr/bin"))
    let launch = try family.launch("env", [], environment: ["PATH": "/no/such"])
    family.runUntil { !family.failures.isEmpty }
    #expect(family.failures == [.failed(launch, step: .execute, errno: ENOENT)])
  }

  @Test func `runs where it is told to`() throws {
    #expect(try family.output(of: "pwd", directory: "/usr") == ["/usr"])
  }

  @Test func `has an open file for 0, 1 and 2 and nothing else`() throws {
    // Something that the test process would hand on.
    let leak = Descriptor(owning: dup(0))
    let family = try Family()
    // The fourth is the directory that `ls` reads.
    #expect(try family.output(of: "ls", ["/proc/self/fd"]) == ["0", "1", "2", "3"])
    #expect(try family.output(of: "readlink", ["/proc/self/fd/0"]) == ["/dev/null"])
    leak.close()
  }

  @Test func `has every signal at its default and none blocked`() throws {
    // The reactor ignores SIGPIPE, and the guard itself blocks everything.
    let lines = try family.output(of: "grep", ["-E", "^Sig(Blk|Ign)", "/proc/self/status"])
    #expect(lines == ["SigBlk", "SigIgn"].map { "\($0):\t0000000000000000" })
  }

  @Test func `is the guard's child and leads a session of its own`() throws {
    let facts = try family.output(of: "sh", ["-c", "echo $PPID; cut -d' ' -f1,6 /proc/$$/stat | tr ' ' '\\n'"])
    try #require(facts.count == 3)
    #expect(facts[0] == "\(family.guardPID)")
    #expect(facts[1] == facts[2])
  }

  @Test func `may have a large environment`() throws {
    var environment = ["PATH": "/usr/bin:/bin"]
    for number in 0..<10 { environment["LARGE\(number)"] = String(repeating: "x", count: 100_000) }
    #expect(try family.output(of: "sh", ["-c", "echo ${#LARGE9}"], environment: environment) == ["100000"])
  }

  @Test func `that asks for too much is refused and others are not`() throws {
    let huge = String(repeating: "x", count: 9 << 20)
    let tooLarge = try family.launch("true", [huge])
    family.runUntil { family.failures.count == 1 }
    let tooLong = try family.launch("true", [String(huge.prefix(1 << 20))])
    family.runUntil { family.failures.count == 2 }
    let broken = try family.launch("true", ["a\0b"])
    family.runUntil { family.failures.count == 3 }
    #expect(
      family.failures == [
        .failed(tooLarge, step: .request, errno: E2BIG), .failed(tooLong, step: .execute, errno: E2BIG),
        .failed(broken, step: .request, errno: EBADMSG),
      ])
    #expect(try family.output(of: "echo", ["still here"]) == ["still here"])
  }

  @Test func `can be sent a signal by the guard, which knows whose pid it is`() throws {
    try family.launch("exec sleep 600")
    family.runUntil { family.started.count == 1 }
    let pid = try #require(family.started.first)
    family.keeper?.kill(getpid(), signal: SIGKILL)
    family.keeper?.kill(pid, signal: SIGTERM)
    family.runUntil { !family.exits.isEmpty }
    #expect(family.exits == [pid: .signalled(SIGTERM)])
  }

  @Test func `leaves no descriptor and no process behind, two hundred times`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let family = try Family()
      try family.launch("exit 0")
      family.runUntil { family.exits.count == 1 }
      let before = (family.fewestDescriptors(of: getpid()), family.fewestDescriptors(of: family.guardPID))
      // All at once: more than the socket takes.
      for _ in 0..<200 { try family.launch("exit 5") }
      for _ in 0..<50 { try family.launch("/no/such/program", []) }
      family.runUntil { family.exits.count == 201 && family.failures.count == 50 }
      guard family.exits.count == 201, family.failures.count == 50 else { exit(1) }
      guard family.fewestDescriptors(of: getpid()) == before.0 else { exit(2) }
      guard family.fewestDescriptors(of: family.guardPID) == before.1 else { exit(3) }
      exit(7)
    }
  }
}
