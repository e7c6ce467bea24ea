import Glibc
import Kernel
import Testing

@Suite struct `The temporary directory of a launched process` {
  private static func entries(of path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func hosts(_ family: Family) -> [String] {
    entries(of: family.temporary.path).map { "\(family.temporary.path)/\($0)" }
  }

  private static func processes(_ family: Family) -> [String] { hosts(family).flatMap(entries) }

  /// Files and directories as programs leave them: deep, not writable, links to what is not theirs.
  private static let litter = """
    cd "$TMPDIR"
    mkdir -p a/b/c/d/e sealed/inner
    ln -s /usr elsewhere; ln -s .. a/up; mkfifo a/fifo
    i=0; while [ $i -lt 600 ]; do : >"a/file $i"; i=$((i+1)); done
    : >sealed/inner/file; chmod 0500 sealed/inner; chmod 0000 sealed
    """

  @Test func `is its own, and of nobody else's concern`() throws {
    let family = try Family()
    let lines = try family.output(
      of: "sh", ["-c", "stat -c '%a %n' \"$TMPDIR\"; stat -c %a \"$TMPDIR/..\"; echo x >\"$TMPDIR/file\""])
    let other = try family.output(of: "sh", ["-c", "echo \"$TMPDIR\""])
    #expect(lines.count == 2 && lines[0].hasPrefix("700 ") && lines[1] == "700")
    #expect(lines[0].dropFirst(4) != other[0][...])
  }

  @Test func `goes with everything in it when the process is killed`() throws {
    let family = try Family()
    let transcript = Transcript()
    try family.launch(Self.litter + "\necho ready; exec sleep 600", output: try transcript.writeEnd(family: family))
    family.runUntil { transcript.lines == ["ready"] }
    #expect(Self.processes(family).count == 1)
    family.keeper?.kill(family.started[0])
    family.poll(until: { Self.processes(family).isEmpty })
    #expect(Self.processes(family).isEmpty)
    family.stop()
    #expect(Self.hosts(family).isEmpty)
  }

  @Test func `goes when the process could not be started, and when the guard is lost`() throws {
    let family = try Family()
    try family.launch("/no/such/program", [])
    family.runUntil { !family.failures.isEmpty }
    try family.launch("exec sleep 600")
    family.runUntil { family.started.count == 1 }
    kill(family.guardPID, SIGKILL)
    family.poll(until: { Self.processes(family).isEmpty })
    #expect(Self.processes(family).isEmpty)
  }

  @Test func `is made again when somebody has removed all of them`() throws {
    let family = try Family()
    family.runUntil { !family.events.isEmpty }
    for path in Self.hosts(family) { rmdir(path) }
    #expect(try family.output(of: "sh", ["-c", "test -d \"$TMPDIR\" && echo there"]) == ["there"])
  }

  @Test func `that cannot be made leaves the process with the host's`() throws {
    let family = try Family(temporaryDirectory: "/no/such/directory")
    #expect(
      try family.output(of: "sh", ["-c", "echo \"[$TMPDIR]\""], environment: ["PATH": "/bin", "TMPDIR": "/tmp"])
        == ["[/tmp]"])
    #expect(family.events.contains { if case .hindered = $0 { true } else { false } })
  }

  @Test func `has a path that is short enough for sockets below it`() throws {
    let directory = TemporaryDirectory()
    let long = directory.path + "/" + String(repeating: "x", count: 60)
    try #require(mkdir(long, 0o700) == 0)
    defer { rmdir(long) }
    let family = try Family(temporaryDirectory: long)
    let path = try family.output(of: "sh", ["-c", "echo \"$TMPDIR\""])
    #expect(path.count == 1 && path[0].utf8.count <= 75)
    family.stop()
  }

  @Test func `goes with a host that is killed`() async throws {
    let directory = TemporaryDirectory()
    let fifo = try Fifo()
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [directory = directory.path as String, path = fifo.path as String] in
      let family = try Family(temporaryDirectory: directory)
      try family.launch(
        "\(Self.litter)\nexec sleep 600", output: try Descriptor.open(path, flags: O_WRONLY))
      family.runUntil { family.started.count == 1 }
      kill(getpid(), SIGKILL)
    }
    #expect(try fifo.endsWithin(seconds: 10))
    let family = try Family()
    family.poll(until: { Self.entries(of: directory.path).isEmpty })
    #expect(Self.entries(of: directory.path).isEmpty)
  }

  @Test func `of a host that is gone goes when the next starts, and that of one that lives stays`() throws {
    let family = try Family()
    family.runUntil { !family.events.isEmpty }
    let own = Self.hosts(family)
    let left = family.temporary.path + "/callpoint-tmp.abcdef"
    try #require(mkdir(left, 0o700) == 0 && mkdir(left + "/1", 0o700) == 0)
    let next = try Family(temporaryDirectory: family.temporary.path)
    next.poll(until: { access(left, F_OK) != 0 })
    #expect(access(left, F_OK) != 0)
    #expect(own.count == 1 && access(own[0], F_OK) == 0)
    next.stop()
    family.stop()
    #expect(Self.hosts(family).isEmpty)
  }
}
