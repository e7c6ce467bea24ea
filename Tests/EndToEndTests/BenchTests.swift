import Foundation
import FoundationXML
import JSON
import Testing

@testable import callpoint

@Suite struct `Bench` {
  private static let bench = RunningHost.examples + "/bench"
  private static let vlan = [RunningHost.examples + "/vlan", RunningHost.examples + "/demo-router"]

  /// Runs the command in a temporary directory of its own and checks that nothing is left of it.
  private static func run(_ arguments: [String]) throws -> Tool.Outcome {
    let directory = try TemporaryDirectory()
    let outcome = try Tool.callpoint(["bench"] + arguments, environment: ["TMPDIR": directory.path])
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
    let left = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.filter { pid in
      let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline").map {
        String(decoding: $0, as: UTF8.self)
      }
      return line?.contains(directory.path) == true
    }
    #expect(left.isEmpty, "\(left)")
    return outcome
  }

  /// The rows of the table, split at blanks.
  private static func rows(_ outcome: Tool.Outcome) -> [[String]] {
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let head = lines.firstIndex(where: { $0.hasPrefix("PARALLEL  MODE") }) else { return [] }
    return lines[(head + 1)...].prefix { !$0.isEmpty }.map { $0.split(separator: " ").map(String.init) }
  }

  @Test func `prints a row for each mode and number of parallel requests, and which mode wins`() throws {
    let outcome = try Self.run([
      Self.bench, "--action", "/bench:a/burn", "--input", "{\"microseconds\": 200}", "--action", "/bench:b/noop",
      "--parallel", "4,1", "--duration", "0.5", "--workers", "2",
    ])
    #expect(outcome.status == 0, "\(outcome)")
    let rows = Self.rows(outcome)
    #expect(
      rows.map { $0.prefix(2).joined(separator: " ") } == [
        "1 threading", "1 multiprocessing", "4 threading", "4 multiprocessing",
      ])
    for row in rows {
      #expect(row.count == 12 && row.last == "0", "\(row)")
      let figures = try row[2...10].map { try #require(Double($0.replacing(",", with: ""))) }
      // Throughput, and latencies in order.
      #expect(figures[0] > 0 && figures[1...4].sorted() == Array(figures[1...4]) && figures[1] > 0, "\(row)")
      // What it costs the host, the VM and the workers, and how much memory.
      let isThreading = row[1] == "threading"
      #expect(figures[5] > 0 && figures[8] > 0, "\(row)")
      #expect(isThreading ? figures[6] > 0 && figures[7] == 0 : figures[7] > 0, "\(row)")
    }
    #expect(outcome.output.contains("--mode threading overrides that callpoint-model is multiprocessing"))
    let last = try #require(outcome.output.split(separator: "\n").last)
    #expect(last.contains("for bench: ") && last.contains(" wins "), "\(last)")
    #expect(outcome.errors.contains("round 5 of 5"))
  }

  @Test func `removes what commits have made, so that every run sees the same store`() throws {
    let files = try TemporaryDirectory()
    // An edit that creates what is there already is refused.
    let document = """
      [
        {"op": "create", "path": "/vlan:vlans/vlan{v{n}}"},
        {"op": "set", "path": "/vlan:vlans/vlan{v{n}}/vlan-id", "value": {n}},
        {"op": "merge", "path": "/", "value": {"vlan:vlans": {"vlan": [{"name": "v{n}", "device": ["ce0", "ce1"]}]}}}
      ]
      """
    try document.write(toFile: files.path + "/vlan.json", atomically: true, encoding: .utf8)
    let outcome = try Self.run(
      Self.vlan + [
        "--load", RunningHost.examples + "/devices.json", "--commit", files.path + "/vlan.json", "--action",
        "/vlan:vlans/whoami", "--parallel", "2", "--duration", "0.3",
      ])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(Self.rows(outcome).map(\.last) == ["0", "0"], "\(outcome)")
  }

  @Test func `counts errors by kind with the first message, and fails if nothing succeeds`() throws {
    let failing = try Self.run([
      RunningHost.examples + "/actions", "--action", "/actions:actions/refuse", "--parallel", "2", "--duration", "0.1",
    ])
    #expect(failing.status == 1, "\(failing)")
    #expect(failing.output.contains("error: threading, 2 parallel: every request failed"))
    #expect(failing.output.contains(try Regex("error: multiprocessing, 2 parallel: [0-9]+ × callback-error: Python")))
    #expect(failing.output.contains("There is no winner"))
    #expect(Self.rows(failing).allSatisfy { $0[2] == "0" && $0[3] == "-" && $0.last != "0" })
    let mixed = try Self.run([
      RunningHost.examples + "/actions", "--modes", "threading", "--action", "/actions:actions/refuse", "--action",
      "/actions:actions/double", "--input", "{\"number\": {n}}", "--parallel", "2", "--duration", "0.1",
    ])
    #expect(mixed.status == 0, "\(mixed)")
    #expect(mixed.output.contains("× callback-error: ") && !mixed.output.contains("every request failed"))
    #expect(mixed.output.contains("Only threading was measured for actions"))
  }

  @Test func `an open loop makes requests due at its rate, and says when the callbacks cannot keep up`() throws {
    let outcome = try Self.run([
      Self.bench, "--action", "/bench:a/sleep", "--input", "{\"microseconds\": 20000}", "--rate", "1000", "--parallel",
      "1,64", "--duration", "0.5",
    ])
    #expect(outcome.status == 0, "\(outcome)")
    let rows = Self.rows(outcome)
    #expect(rows.count == 4)
    for row in rows {
      let rate = try #require(Double(row[2].replacing(",", with: "")))
      if row[0] == "1" {
        #expect(rate <= 50 && row.last != "0", "\(row)")
        // The second request was due when the first one had just begun, and had to wait for it.
        #expect(try #require(Double(row[6])) >= 39, "\(row)")
      } else {
        #expect(rate <= 1001, "\(row)")
      }
    }
    #expect(outcome.output.contains("× not-sent: "))
  }

  @Test func `writes a document, a sheet and a page that say what the table says`() throws {
    let files = try TemporaryDirectory()
    let output = files.path + "/new/report"
    let outcome = try Self.run([
      Self.bench, "--action", "/bench:a/noop", "--action", "/bench:b/echo", "--input", "{\"text\": \"<&{n}>\"}",
      "--parallel", "1,3", "--duration", "0.3", "--output", output,
    ])
    #expect(outcome.status == 0, "\(outcome)")
    let names = ["report.html", "results.csv", "results.json"]
    #expect(try FileManager.default.contentsOfDirectory(atPath: output).sorted() == names)
    #expect(names.allSatisfy { outcome.output.contains("\(output)/\($0)") })
    let texts = try names.map { try String(contentsOfFile: "\(output)/\($0)", encoding: .utf8) }
    let (page, sheet, document) = (texts[0], texts[1], try JSONValue(parsing: texts[2]))
    let sentence = try #require(document["verdict"]?["sentence"]?.string)
    #expect(outcome.output.contains("\n\(sentence)\n") && page.contains(Markup.text(sentence)))

    let rows = Self.rows(outcome)
    let results = try #require(document["results"]?.array)
    let lines = sheet.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(rows.count == 4 && results.count == 4 && lines.count == 5)
    #expect(Set(lines.map(\.count)).count == 1)
    for row in rows {
      let result = try #require(
        results.first { $0["mode"]?.string == row[1] && "\($0["parallel"]?.int ?? 0)" == row[0] })
      let line = try #require(lines.first { $0[0] == row[1] && $0[1] == row[0] })
      let latency = try #require(result["latencyMilliseconds"])
      let figures = [result["throughput"], latency["p50"], latency["p90"], latency["p99"], latency["max"]]
      #expect(figures.map { Figure.text($0?.double) } == Array(row[2...6]))
      let written = ["throughput", "p50_ms", "p90_ms", "p99_ms", "max_ms"].map { name in
        lines[0].firstIndex { $0 == name }.flatMap { Double(line[$0]) }
      }
      #expect(written == figures.map { $0?.double })
      // The largest of all, and no more than all.
      let distribution = try #require(result["latencyDistribution"]?.array)
      #expect(distribution.last == ["share": 1.0, "milliseconds": latency["max"] ?? .null])
      let cells = row.dropFirst(2).map { "<td class=\"number\">\($0)</td>" }.joined()
      #expect(page.contains("<td class=\"words\">\(row[1])</td>\(cells)</tr>"))
    }
    #expect(document["machine"]?["python"]?.string?.hasPrefix("3.") == true)
    #expect(document["settings"]?["requests"] == ["/bench:a/noop", "/bench:b/echo"])

    // One page that needs nothing else, in which every element is closed.
    #expect(!page.contains("<script") && !page.contains("src=") && !page.contains("url(") && !page.contains("@import"))
    #expect(!page.contains("http"))
    #expect(page.contains("prefers-color-scheme: dark") && page.contains("name=\"viewport\""))
    let body = try #require(page.split(separator: "<body>").last.map { "<body>" + $0 })
    let parser = XMLParser(data: Data(body.replacing("</html>", with: "").utf8))
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(page.components(separatedBy: "<svg").count == 7)
  }

  @Test func `says before it measures that there can be no report`() throws {
    let files = try TemporaryDirectory()
    try "".write(toFile: files.path + "/file", atomically: true, encoding: .utf8)
    let outcome = try Self.run([Self.bench, "--action", "/bench:a/noop", "--output", files.path + "/file/report"])
    #expect(outcome.status == 1 && outcome.output.isEmpty && outcome.errors.hasPrefix("callpoint: "), "\(outcome)")
    #expect(outcome.errors.contains(files.path + "/file/report"))
  }

  @Test func `says what a mode cannot be had for, and goes on with the other`() throws {
    let fixtures = try TemporaryDirectory()
    let busy = try FixturePackage(
      "busy", yang: "container busy { tailf:action nothing { tailf:actionpoint busy; } }",
      python: """
        import threading
        import ncs
        from ncs.dp import Action

        class Nothing(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                pass

        class Main(ncs.application.Application):
            def setup(self):
                self.register_action("busy", Nothing)
                threading.Thread(target=threading.Event().wait, name="my-poller", daemon=True).start()
        """
    ).write(below: fixtures.path)
    let both = try Self.run([busy, "--action", "/busy:busy/nothing", "--parallel", "1", "--duration", "0.1"])
    #expect(both.status == 0, "\(both)")
    #expect(
      both.output.contains("There is no multiprocessing with these packages: ") && both.output.contains("my-poller"))
    #expect(Self.rows(both).map { $0[1] } == ["threading"])
    let one = try Self.run([
      busy, "--modes", "multiprocessing", "--action", "/busy:busy/nothing", "--parallel", "1", "--duration", "0.1",
    ])
    #expect(one.status == 1 && one.output.isEmpty && one.errors.contains("my-poller"), "\(one)")
  }

  @Test func `says in one sentence what cannot be measured, and leaves nothing behind`() throws {
    let files = try TemporaryDirectory()
    try "{\"vlan:vlans\": {\"vlan\": 1}}".write(toFile: files.path + "/bad.json", atomically: true, encoding: .utf8)
    let broken = try FixturePackage("broken", python: "import no_such_module\n").write(below: files.path)
    for (arguments, text) in [
      ([Self.bench, "--action", "/bench:a/nothing"], "there is no nothing below a"),
      ([Self.bench, "--action", "/no:thing"], "/no:thing"),
      ([Self.bench, "--action", "/bench:a"], "not an action"),
      ([Self.bench, "--action", "/bench:a/burn", "--input", "{\"microseconds\": \"x\"}"], "uint32"),
      ([Self.bench, "--action", "/bench:a/noop", "--load", files.path + "/bad.json"], "bad.json"),
      ([Self.bench, "--commit", files.path + "/bad.json"], "vlan"),
      ([broken, "--action", "/bench:a/noop"], "no_such_module"),
    ] {
      let outcome = try Self.run(arguments + ["--duration", "0.1", "--parallel", "1"])
      #expect(outcome.status == 1 && outcome.output.isEmpty, "\(outcome)")
      let sentences = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("callpoint: ") }
      #expect(sentences.count == 1 && sentences[0].contains(text), "\(outcome)")
    }
  }

  @Test func `ends in order when it is interrupted, or when one of its hosts dies`() throws {
    let directory = try TemporaryDirectory()
    let interrupted = try Self.runUntilItMeasures(directory.path) { process in process.interrupt() }
    #expect(interrupted.hasSuffix("callpoint: interrupted; nothing is left behind\n"), "\(interrupted)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
    let lost = try Self.runUntilItMeasures(directory.path) { process in
      let hosts = ProcessTree.members(below: process.processIdentifier).filter {
        $0.parent == process.processIdentifier && $0.commandLine.contains(" serve ")
      }
      #expect(hosts.count == 2)
      if let host = hosts.randomElement() { kill(host.pid, SIGKILL) }
    }
    #expect(lost.contains("callpoint: the private host whose mode is "), "\(lost)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
  }

  /// Does something to a bench that would measure for a long time, and returns what it wrote on standard error.
  private static func runUntilItMeasures(_ directory: String, _ body: (Process) -> Void) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: RunningHost.executable)
    process.arguments = ["bench", bench, "--action", "/bench:a/noop", "--duration", "600"]
    process.environment = ProcessInfo.processInfo.environment.merging(["TMPDIR": directory]) { $1 }
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    var text = ""
    while !text.contains("round 1 of 5") {
      let data = errors.fileHandleForReading.availableData
      guard !data.isEmpty else { break }
      text += String(decoding: data, as: UTF8.self)
    }
    body(process)
    text += String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    return text
  }
}
