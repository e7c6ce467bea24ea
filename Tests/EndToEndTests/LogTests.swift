import Foundation
import Glibc
import JSON
import Testing

@testable import callpoint

@Suite struct Logs {
  @Test func `a failing callback's traceback is in its VM's log and no other`() throws {
    let host = try RunningHost(["actions", "vlan", "demo-router"], load: "devices.json")
    _ = try? host.action("/actions:actions/divide", ["dividend": 1, "divisor": 0])
    let log = try host.log("actions")
    let lines = log.split(separator: "\n")
    let begin = try #require(lines.firstIndex { $0.contains("Traceback (most recent call last):") })
    #expect(lines[begin...].contains { $0.contains("ZeroDivisionError") })
    #expect(!(try host.log("vlan").contains("Traceback")))
    try host.finish()
  }

  @Test func `whatever a worker prints, C code and children too, names its process and its callpoint`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    let pid = try #require(
      host.script(
        """
        import ctypes, os, subprocess, sys
        print("to standard output")
        print("to standard error", file=sys.stderr)
        ctypes.CDLL(None).printf(b"from C\\n")
        os.write(1, b"to descriptor 1\\n\\xff\\xfe not text\\n" + b"y" * 200000 + b"\\n")
        subprocess.run(["echo", "from a child"], check=True)
        result = os.getpid()
        """
      ).int)
    for text in ["to standard output", "to standard error", "from C", "to descriptor 1", "from a child"] {
      let line = try host.waitForLine(text, from: "script")
      #expect(line == "script[\(pid)] action script-run :: \(text)")
    }
    let path = host.process.logPrefix + ".log"
    try host.wait(until: {
      try Data(contentsOf: URL(fileURLWithPath: path)).count { $0 == UInt8(ascii: "y") } >= 200_000
    })
    // A line that is too long for one comes as several, each with its name.
    let lines = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self).split(separator: "\n")
    #expect(lines.allSatisfy { $0.wholeMatch(of: /script\[\d+\]( action script-run)? :: .*/) != nil })
    #expect(try host.script("result = 1") == 1)
    try host.finish()
  }

  @Test func `what setup() leaves in a buffer is in the log once and not once for each worker`() throws {
    var package = FixturePackage.script(multiprocessing: true)
    package.files["python/script/main.py"]?.append(
      """

      import ctypes
      ctypes.CDLL(None).printf(b"an unfinished line")
      """)
    let host = try RunningHost(own: [package], options: ["--workers", "4"])
    #expect(try host.script("import os; print('printed'); result = 1") == 1)
    try host.waitForLine("printed", from: "script")
    try host.finish()
    #expect(try host.log().components(separatedBy: "an unfinished line").count == 2)
  }

  @Test func `SIGHUP opens the logs anew, and no process and no request notices`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    let sound = try host.soundness { _ = try host.script("result = 1") }
    let before = try pids(host)
    var client = try host.connect()
    var sent: [Int] = []
    for number in 0..<200 {
      sent.append(
        try client.send(
          "action", ["path": "/script:script/run", "input": ["code": "import os; os.write(1, b'one\\n'); result = 1"]]))
      guard number == 100 else { continue }
      for path in ["/callpoint.log", "/ncs-python-vm.log"].map({ host.directory.path + "/logs" + $0 }) {
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
      }
      kill(host.process.pid, SIGHUP)
    }
    for _ in sent { #expect(try client.receive().result.get()["output"] == ["result": "1"]) }
    try sound.assertRecovered(clients: 1)
    #expect(try pids(host) == before)
    try host.wait(until: { try events(host, "signal").contains { $0.contains("name=Hangup") } })
    try host.wait(until: { FileManager.default.fileExists(atPath: host.process.logPrefix + ".log") })
    try host.finish()
    // What was printed is in one file or in the other.
    let files = [".log", ".log.1"].map { host.process.logPrefix + $0 }
    let text = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
    #expect(text.components(separatedBy: ":: one\n").count == 201)
  }

  @Test func `a full disk costs log lines, which are counted, and no request`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    let sound = try host.soundness { try chatter(host) }
    for path in try logs(of: host) {
      try FileManager.default.removeItem(atPath: path)
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/full")
    }
    for _ in 0..<20 { try chatter(host) }
    try host.wait(until: { try host.printed().contains(#"ncs-python-vm.log reason="No space left on device""#) })
    for path in try logs(of: host) { try FileManager.default.removeItem(atPath: path) }
    try chatter(host)
    let loss = try host.wait(
      forLineOf: host.process.logPrefix + ".log", containing: " lines were dropped: No space left on device")
    #expect(loss.hasPrefix("callpoint :: "))
    try host.wait(
      forLineOf: host.process.logPrefix + "-script.log", containing: "20 records were dropped: No space left on device")
    try reopen(host)
    try sound.assertRecovered()
    try host.finish()
  }

  @Test func `a file that may grow no more does not end the host`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    let sound = try host.soundness { try chatter(host) }
    let limit = "import resource; resource.prlimit(\(host.process.pid), resource.RLIMIT_FSIZE, "
    try host.script(limit + "(20000, resource.RLIM_INFINITY))")
    try host.script("print('y' * 60000)")
    try host.wait(until: { try host.printed().contains(#"ncs-python-vm.log reason="File too large""#) })
    try host.script(limit + "(resource.RLIM_INFINITY, resource.RLIM_INFINITY))")
    try chatter(host)
    try host.wait(forLineOf: host.process.logPrefix + ".log", containing: "1 line was dropped: File too large")
    try reopen(host)
    try sound.assertRecovered()
    try host.finish()
  }

  @Test func `a log directory that is gone, and whose place is taken, costs log lines and no request`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    let sound = try host.soundness { try chatter(host) }
    let directory = host.directory.path + "/logs"
    try FileManager.default.removeItem(atPath: directory)
    try Data().write(to: URL(fileURLWithPath: directory))
    for _ in 0..<20 { try chatter(host) }
    try host.wait(until: { try host.printed().contains(#"ncs-python-vm.log reason="Not a directory""#) })
    try FileManager.default.removeItem(atPath: directory)
    try chatter(host)
    try host.wait(forLineOf: host.process.logPrefix + ".log", containing: " dropped: Not a directory")
    try host.wait(forLineOf: host.process.logPrefix + "-script.log", containing: " dropped: Not a directory")
    try reopen(host)
    try sound.assertRecovered()
    try host.finish()
  }

  @Test func `a log that is a pipe which nobody reads holds nobody up`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    let sound = try host.soundness { try chatter(host) }
    for path in try logs(of: host) {
      try FileManager.default.removeItem(atPath: path)
      #expect(mkfifo(path, 0o600) == 0)
    }
    for _ in 0..<20 { try chatter(host) }
    try host.wait(until: { try host.printed().contains(#"ncs-python-vm.log reason="nobody reads them""#) })
    // One who holds it open and does not read is no better.
    let readers = try logs(of: host).map { open($0, O_RDONLY | O_NONBLOCK) }
    try host.script("import logging\nfor _ in range(300): print('z' * 1000); logging.getLogger('x').info('z' * 1000)")
    for _ in 0..<20 { try chatter(host) }
    for reader in readers { close(reader) }
    for path in try logs(of: host) { try FileManager.default.removeItem(atPath: path) }
    try reopen(host)
    try chatter(host)
    try host.waitForLine("chatter", from: "script")
    try sound.assertRecovered()
    try host.finish()
  }

  @Test func `logs that are copied and truncated go on from the beginning`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    try chatter(host)
    try host.waitForLine("chatter", from: "script")
    for path in try logs(of: host) { #expect(truncate(path, 0) == 0) }
    try chatter(host)
    try host.waitForLine("chatter", from: "script")
    for path in try logs(of: host) {
      // A hole, which a writer without O_APPEND leaves, would be zeros.
      #expect(!(try Data(contentsOf: URL(fileURLWithPath: path)).contains(0)), "\(path)")
    }
    try host.finish()
  }

  @Test func `a flood of output is read, written or counted, in bounded memory, while others are served`() throws {
    let host = try RunningHost(["actions"], own: [.script(multiprocessing: true)])
    let sound = try host.soundness {
      try chatter(host)
      _ = try host.action("/actions:actions/double", ["number": 1])
    }
    let before = try residentKilobytes(host)
    var client = try host.connect()
    let count = 60_000
    let flood = "import os; os.system('yes ' + 'f' * 1000 + ' | head -n \(count) >&2'); result = 1"
    let sent = try client.send("action", ["path": "/script:script/run", "input": ["code": .string(flood)]])
    for number: Int64 in 0..<50 {
      #expect(
        try host.action("/actions:actions/double", ["number": .integer(number)]) == ["result": .integer(2 * number)])
    }
    let answer = try client.receive()
    #expect(answer.id == sent)
    #expect(try answer.result.get()["output"] == ["result": "1"])
    #expect(try residentKilobytes(host) - before < 64 << 10)
    try sound.assertRecovered(clients: 1)
    try host.finish()
    // Every line is there or counted.
    let lines = try host.log().split(separator: "\n")
    let written = lines.count { $0.hasSuffix("ffff") }
    let dropped = lines.compactMap { $0.firstMatch(of: /([\d,]+) lines? (were|was) dropped: they came faster/)?.1 }
      .compactMap { Int($0.filter { $0 != "," }) }.reduce(0, +)
    #expect(written + dropped >= count && written + dropped <= count + 10)
  }

  @Test func `a log file that was renamed is made anew`() throws {
    let host = try RunningHost(own: [.script()])
    let path = host.process.logPrefix + "-script.log"
    try host.script("import logging; logging.getLogger('x').info('first')")
    try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
    try host.script("import logging; logging.getLogger('x').info('second')")
    #expect(try host.log("script").contains("second"))
    #expect(try String(contentsOfFile: path + ".1", encoding: .utf8).contains("first"))
    try host.finish()
  }

  @Test func `the story of a host is in its log, a line for each thing that happened`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)])
    #expect(try host.script("result = 1") == 1)
    _ = try refusal { try host.action("/script:script/run", ["code": "import os; os._exit(7)"]) }
    // From now on it dies without having done anything, until its callpoint is refused.
    let dying: JSONObject = ["code": "import os; os._exit(8)"]
    while try refusal({ try host.action("/script:script/run", dying) }).kind != "unavailable" {}
    #expect(try host.call("stop", ["vm": "script"]) == ["result": "stopped"])
    #expect(try host.call("start", ["vm": "script"]) == ["result": "started"])
    kill(try Int32(#require(host.vm("script")["pid"]?.int)), SIGKILL)
    try host.wait(until: { try host.vm("script")["restarts"] == 1 && host.vm("script")["state"] == "running" })
    #expect(try host.vm("script")["lastExit"] == "signal 9 (Killed)")
    try host.finish()

    let text = try String(contentsOfFile: host.directory.path + "/logs/callpoint.log", encoding: .utf8)
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.prefixMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [a-z]+ [a-z]+=/) != nil })
    // Standard error has shown the same.
    let shown = try host.printed().split(separator: "\n").map(String.init)
    #expect(shown.filter { lines.contains($0) } == lines)

    // Nothing but times, numbers of processes and pauses differs from run to run, and the order of what is independent.
    let story = lines.map { line in
      String(line.dropFirst(25)).replacing(/pid=\d+/, with: "pid=P").replacing(/process \d+/, with: "process P")
        .replacing(/after="[\d.]+ s"/, with: "after=T").replacing(" process=", with: " ")
        .replacing(" vm=script", with: "").replacing("callpoint=\"action script-", with: "\"")
    }
    /// What happened to a subject, which stands behind the word: the lines without it.
    func about(_ subject: String) -> [String] {
      story.compactMap { line in
        let parts = line.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, "\(parts[1]) ".hasPrefix("\(subject) ") else { return nil }
        return "\(parts[0])" + parts[1].dropFirst(subject.count)
      }
    }
    #expect(
      about("host") == [
        "start pid=P", "ready", "stop", "exit pid=P",
      ])
    #expect(story.contains("signal signal=15 name=Terminated"))
    #expect(
      about("guard") == ["start pid=P parent-death-signal=true", #"exit pid=P reason="the host has stopped""#])
    let service: [String] = ["start pid=P", "ready pid=P mode=multiprocessing"]
    let stop: [String] = ["stop pid=P", #"exit pid=P status="exit status 0""#]
    let fall: [String] = [#"exit pid=P status="signal 9 (Killed)""#, "restart after=T failures=1"]
    #expect(about("vm") == [service, stop, service, fall, service, stop].flatMap(\.self))
    let twin: [String] = ["start pid=P", "exit pid=P"]
    #expect(about("template") == [twin, twin, twin].flatMap(\.self))
    let worker: [String] = ["start pid=P", "ready pid=P"]
    let end: [String] = [#"exit pid=P status="exit status 0""#]
    let loss: [String] = [#"exit pid=P reason="its VM has ended""#]
    #expect(about(#"worker "other""#) == [worker, end, worker, loss, worker, end].flatMap(\.self))
    var crashes: [String] = []
    for failure in 0...5 {
      crashes +=
        worker + ["exit pid=P status=\"exit status \(failure == 0 ? 7 : 8)\"", "restart after=T failures=\(failure)"]
    }
    #expect(about(#"worker "run""#) == [crashes, worker, loss, worker, end].flatMap(\.self))
    let reason = #"reason="action script-run keeps losing its worker: its worker, process P, ended: exit status 8""#
    let stopped = #"reason="VM script is stopped""#
    #expect(
      about(#""run""#) == ["refuse \(reason)", "refuse kind=unavailable \(reason)", "admit", "refuse \(stopped)"])
    #expect(about(#""other""#) == ["refuse \(stopped)", "admit", "refuse \(stopped)"])
  }

  @Test func `requests that are refused by the thousand are told with their number`() throws {
    let host = try RunningHost(["actions"], options: ["--threads", "1", "--grace", "0.5"])
    var client = try host.connect()
    _ = try client.send("action", ["path": "/actions:actions/sleep", "input": ["milliseconds": 60_000]])
    try host.wait(until: { try host.callpoint("actions-load")["running"] == 1 })
    // As many wait as may, and the rest is refused.
    for _ in 0..<4000 { _ = try client.send("action", ["path": "/actions:actions/double", "input": ["number": 1]]) }
    var busy = 0
    while busy < 4000 - 1024 {
      guard case .failure(let error) = try client.receive().result, error.kind == "busy" else { continue }
      busy += 1
    }
    try host.finish()
    let refusals = try events(host, "refuse").filter { $0.contains(#"callpoint="action actions-math" kind=busy"#) }
    #expect(refusals.count < 200)
    let told = refusals.map { $0.firstMatch(of: /\ times=(\d+)/).flatMap { Int($0.1) } ?? 1 }
    #expect(told.reduce(0, +) == busy)
  }

  @Test func `a host whose terminal is closed stops in order`() throws {
    let directory = try TemporaryDirectory()
    let script = """
      import os, pty, sys
      pid, terminal = pty.fork()
      if pid == 0:
          os.execv(sys.argv[1], sys.argv[1:])
      seen = b""
      while b"ready" not in seen.split():
          seen += os.read(terminal, 4096)
      os.close(terminal)
      print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
      """
    let outcome = try Tool.run(
      "/usr/bin/env",
      [
        "python3", "-c", script, RunningHost.executable, "serve", RunningHost.examples + "/actions",
        "--state", directory.path, "--log-file-prefix", directory.path + "/logs/vm",
      ])
    #expect(outcome.output == "0\n", "\(outcome.errors)")
    let log = try String(contentsOfFile: directory.path + "/logs/callpoint.log", encoding: .utf8)
    #expect(log.contains("signal signal=1 name=Hangup\n") && log.contains("exit process=host"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["logs"])
  }

  @Test func `status tells what each process runs, and since when`() throws {
    let host = try RunningHost(["actions"], own: [.script(multiprocessing: true)], options: ["--grace", "0.5"])
    let start = Date()
    var client = try host.connect()
    let code = "import os, time\nwhile not os.path.exists('\(host.fixtures.path)/go'): time.sleep(0.01)"
    _ = try client.send("action", ["path": "/script:script/run", "input": ["code": .string(code)]])
    _ = try client.send("action", ["path": "/actions:actions/sleep", "input": ["milliseconds": 60_000]])
    try host.wait(until: {
      try host.callpoint("script-run")["running"] == 1 && host.callpoint("actions-load")["running"] == 1
    })
    let worker = try #require(host.callpoint("script-run")["workers"]?.array?.first)
    let idle = try #require(host.callpoint("script-other")["workers"]?.array?.first)
    #expect(idle["running"] == nil)
    let runs = try #require(worker["running"]?.array)
    #expect(runs.count == 1 && runs[0]["operation"] == "action" && runs[0]["path"] == "/script:script/run")
    #expect(runs[0]["callpoint"] == "action script-run" && runs[0]["request"]?.int != nil)
    let since = try Date(
      #require(runs[0]["since"]?.string), strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    #expect(since >= start - 0.001 && since <= Date())
    let onThreads = try #require(host.vm("actions")["running"]?.array)
    #expect(onThreads.count == 1 && onThreads[0]["callpoint"] == "action actions-load")
    let text = StatusTable(try host.status(), now: since + 61).text
    #expect(
      text.contains(
        /\naction script-run  +\d+  running  0  +-  +action script-run action \/script:script\/run  +1m 1s/))
    #expect(text.contains(/\nVM actions  +\d+  running  0  +-  +action actions-load action/))
    try Data().write(to: URL(fileURLWithPath: host.fixtures.path + "/go"))
    let before = worker["pid"]?.int
    _ = try? host.action("/script:script/run", ["code": "import os; os._exit(3)"])
    try host.wait(until: {
      let worker = try host.callpoint("script-run")["workers"]?.array?.first
      return worker?["lastExit"] == "exit status 3" && worker?["restarts"] == 1 && worker?["pid"]?.int != before
        && worker?["state"] == "running"
    })
    #expect(StatusTable(try host.status()).text.contains(/\naction script-run  +\d+  running  1  +exit status 3/))
    try host.finish()
  }

  // MARK: Helpers

  /// Has a worker print and log.
  private func chatter(_ host: RunningHost) throws {
    #expect(try host.script("import logging; print('chatter'); logging.getLogger('x').info('talk'); result = 1") == 1)
  }

  /// Makes the host open `callpoint.log` now and not with the next event.
  private func reopen(_ host: RunningHost) throws {
    kill(host.process.pid, SIGHUP)
    try host.wait(until: { FileManager.default.fileExists(atPath: host.directory.path + "/logs/callpoint.log") })
  }

  /// The log files that the host and the VM write.
  private func logs(of host: RunningHost) throws -> [String] {
    ["/callpoint.log", "/ncs-python-vm.log", "/ncs-python-vm-script.log"].map { host.directory.path + "/logs" + $0 }
  }

  /// The pids of every VM and worker.
  private func pids(_ host: RunningHost) throws -> [JSONValue?] {
    let vm = try host.vm("script")
    return [vm["pid"]] + (vm["callpoints"]?.array ?? []).flatMap { $0["workers"]?.array ?? [] }.map { $0["pid"] }
  }

  /// The lines of `callpoint.log` with an event.
  private func events(_ host: RunningHost, _ word: String) throws -> [Substring] {
    let text = try String(contentsOfFile: host.directory.path + "/logs/callpoint.log", encoding: .utf8)
    return text.split(separator: "\n").filter { $0.split(separator: " ").dropFirst().first == word[...] }
  }

  /// The most memory that the host has had.
  private func residentKilobytes(_ host: RunningHost) throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(host.process.pid)/status", encoding: .utf8)
    return try #require(status.firstMatch(of: /VmHWM:\s+(\d+) kB/).flatMap { Int($0.1) })
  }
}

extension RunningHost {
  /// Waits until a file has a line that contains a text.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - text: The text.
  /// - Returns: The line.
  /// - Throws: Never, as a file that cannot be read has no line.
  @discardableResult
  fileprivate func wait(forLineOf path: String, containing text: String) throws -> String {
    var found: Substring?
    try wait(
      until: {
        found = ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n").first {
          $0.contains(text)
        }
        return found != nil
      }, "\(path) has no line with \(text)")
    return String(found ?? "")
  }
}
