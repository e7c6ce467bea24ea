import Foundation
import Glibc
import JSON
import Testing

@testable import callpoint

@Suite struct `Command line` {
  private static let commands = [
    "serve", "check", "bench", "demo", "status", "action", "commit", "delete", "get", "start", "stop", "reload",
  ]

  @Test func `every command has help that tells its options, and none needs a host for it`() throws {
    let overview = try Tool.callpoint(["--help"])
    #expect(overview.status == 0 && overview.errors.isEmpty)
    for command in Self.commands {
      #expect(overview.output.contains("  \(command) "), "\(command) is not in the overview")
      for arguments in [[command, "--help"], ["help", command]] {
        let help = try Tool.callpoint(arguments)
        #expect(help.status == 0 && help.output.hasPrefix("usage: callpoint \(command)"), "\(arguments)")
      }
    }
    let serve = try Tool.callpoint(["serve", "--help"]).output
    for option in [
      "--load FILE", "--state DIR", "--socket PATH", "--log-file-prefix PREFIX", "--log-level LEVEL",
      "--start-command PATH", "--start-timeout SECONDS", "--yang-path DIR", "--threads N", "--workers [CALLPOINT=]N",
      "--no-parent-death-signal",
    ] {
      #expect(serve.contains(option), "\(option)")
    }
    #expect(serve.contains("lives in") && serve.contains("memory"))
  }

  @Test(arguments: [
    [], ["dance"], ["status", "--colour"], ["status", "extra"], ["action"], ["get", "--depth", "x"],
    ["get", "--depth"], ["serve", "--workers", "0"], ["serve", "--mode", "both"], ["serve", "--log-level", "loud"],
    ["action", "/a:b", "c"], ["bench"], ["bench", "/"], ["bench", "/", "--action", "/a:b", "--duration", "0"],
    ["bench", "/", "--action", "/a:b", "--modes", "both"], ["bench", "/", "--action", "/a:b", "--parallel", "0,1"],
    ["bench", "/", "--action", "/a:b", "--rate", "0"], ["bench", "/", "--action", "/a:b", "--input", "{"],
    ["bench", "/", "--action", "/a:b", "--input", "[]"], ["bench", "/", "--input", "{}", "--action", "/a:b"],
    ["bench", "/", "--commit", "/no/such/file.json"], ["bench", "/no/such/package", "--action", "/a:b"],
    ["action", "/a:b", "--input", "[]"], ["action", "/a:b", "--input", "{"], ["commit", "/no/such/file.json"],
    ["check"], ["stop"], ["get", "--wait", "soon"],
  ])
  func `wrong usage exits with 2 and one sentence on standard error`(arguments: [String]) throws {
    let outcome = try Tool.callpoint(arguments, environment: ["CALLPOINT_SOCKET": "/no/such/socket"])
    #expect(outcome.status == 2 && outcome.output.isEmpty, "\(outcome)")
    if !arguments.isEmpty {
      #expect(outcome.errors.hasPrefix("callpoint: ") && outcome.errors.split(separator: "\n").count == 1, "\(outcome)")
    }
  }

  @Test func `without a host the exit status is 3`() throws {
    for arguments in [["status"], ["get"], ["action", "/a:b"], ["delete", "/a:b"], ["stop", "x"], ["reload"]] {
      let outcome = try Tool.callpoint(arguments + ["--socket", "/no/such/socket"])
      #expect(outcome.status == 3 && outcome.output.isEmpty)
      #expect(outcome.errors.contains("/no/such/socket") && outcome.errors.split(separator: "\n").count == 1)
    }
    let patient = try Tool.callpoint(["status", "--wait", "0.2", "--socket", "/no/such/socket"])
    #expect(patient.status == 3)
  }

  @Test func `client commands print JSON, read standard input, and say in one sentence what was refused`() throws {
    let host = try RunningHost(["actions", "demo-router", "l3vpn"], load: "devices.json")
    let environment = ["CALLPOINT_SOCKET": host.process.socketPath]
    func run(_ arguments: String..., input: String = "") throws -> Tool.Outcome {
      try Tool.callpoint(arguments, input: input, environment: environment)
    }
    func json(_ outcome: Tool.Outcome) throws -> JSONValue {
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
      return try JSONValue(parsing: outcome.output)
    }
    #expect(try json(run("action", "/actions:actions/double", "number=21", "--wait", "60")) == ["result": 42])
    #expect(try json(run("action", "/actions:actions/double", "--input", "{\"number\": 4}")) == ["result": 8])
    let vpn = try String(contentsOfFile: RunningHost.examples + "/vpn.json", encoding: .utf8)
    let preview = try json(run("commit", "--dry-run", "-", input: vpn))
    #expect(try json(run("get", "/l3vpn:vpn/l3vpn")) == [:])
    let result = try json(run("commit", RunningHost.examples + "/vpn.json"))
    #expect(result["changes"] == preview["changes"])
    let edits = "[{\"op\": \"set\", \"path\": \"/l3vpn:vpn/l3vpn{acme}/as-number\", \"value\": 65001}]"
    #expect(try json(run("commit", "-", input: edits))["changes"]?.array?.isEmpty == false)
    let shallow = try json(run("get", "/l3vpn:vpn", "--depth", "1"))
    #expect(shallow["l3vpn:vpn"] != nil)
    let printed = try run("get")
    #expect(try json(run("commit", "-", input: printed.output))["changes"] == [])
    _ = try json(run("delete", "--dry-run", "/l3vpn:vpn/l3vpn{acme}"))
    _ = try json(run("delete", "/l3vpn:vpn/l3vpn{acme}"))
    #expect(try json(run("get", "/l3vpn:vpn/l3vpn")) == [:])
    let status = try json(run("status", "--json"))
    #expect(status["vms"]?.array?.isEmpty == false)
    let table = try run("status")
    #expect(
      table.status == 0 && table.output.contains("l3vpn-servicepoint") && table.output.contains("/l3vpn:vpn/l3vpn"))
    for arguments in [
      ["delete", "/l3vpn:vpn/l3vpn{acme}"], ["get", "/no:thing"], ["action", "/actions:actions/double", "number=x"],
      ["action", "/actions:actions/refuse"], ["stop", "nobody"], ["action", "/actions:actions"],
    ] {
      let refused = try Tool.callpoint(arguments, environment: environment)
      #expect(refused.status == 1 && refused.output.isEmpty, "\(arguments)")
      #expect(refused.errors.hasPrefix("callpoint: ") && refused.errors.split(separator: "\n").count == 1, "\(refused)")
    }
    let usage = try run("commit", "-", input: "{")
    #expect(usage.status == 2)
    try host.finish()
  }

  @Test func `a VM that is stopped answers unavailable at once, and can be started again`() throws {
    let host = try RunningHost(["actions"])
    let environment = ["CALLPOINT_SOCKET": host.process.socketPath]
    _ = try host.status()
    let pid = try host.vm("actions")["pid"]
    let stopped = try Tool.callpoint(["stop", "actions"], environment: environment)
    #expect(stopped.status == 0 && stopped.output == "stopped\n")
    #expect(try host.log("actions").contains("Main FINISHED"))
    let error = try refusal { try host.action("/actions:actions/double", ["number": 1]) }
    #expect(error.kind == "unavailable" && error.message.contains("stopped"))
    #expect(try host.vm("actions")["state"] == "stopped")
    let started = try Tool.callpoint(["start", "actions"], environment: environment)
    #expect(started.status == 0 && started.output == "started\n")
    #expect(try host.action("/actions:actions/double", ["number": 1]) == ["result": 2])
    #expect(try host.vm("actions")["pid"] != pid)
    let unknown = try refusal { try host.call("stop", ["vm": "nobody"]) }
    #expect(unknown.message.contains("nobody") && unknown.message.contains("actions"))
    try host.finish()
  }

  @Test func `serve prints a table and then ready into a pipe while it runs`() throws {
    let directory = try TemporaryDirectory()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: RunningHost.executable)
    process.arguments = ["serve", RunningHost.examples + "/actions", "--state", directory.path + "/new/state"]
    process.currentDirectoryURL = URL(fileURLWithPath: directory.path)
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    var text = ""
    while !text.contains("\nready\n") {
      let data = pipe.fileHandleForReading.availableData
      guard !data.isEmpty else { break }
      text += String(decoding: data, as: UTF8.self)
    }
    #expect(process.isRunning)
    #expect(text.hasSuffix("\nready\n"), "\(text)")
    #expect(text.contains("actions-math") && text.contains("/actions:actions/double") && text.contains("memory"))
    // Defaults: the logs are where it was started, missing directories were made.
    #expect(FileManager.default.fileExists(atPath: directory.path + "/logs/ncs-python-vm-actions.log"))
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(!FileManager.default.fileExists(atPath: directory.path + "/new/state/socket"))
  }

  @Test func `serve runs though whoever started it has closed descriptors 0, 1 and 2`() throws {
    let directory = try TemporaryDirectory()
    let script = directory.path + "/closed"
    try Tool.install("#!/bin/sh\nexec '\(RunningHost.executable)' \"$@\" <&- >&- 2>&-\n", at: script)
    let host = try RunningHost(own: [.script(multiprocessing: true)], executable: script)
    #expect(try host.script("print('heard', flush=True)\nresult = 1") == 1)
    try host.waitForLine("heard", from: "script")
    for number in 0...2 {
      let path = "/proc/\(host.process.pid)/fd/\(number)"
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == "/dev/null")
    }
    try host.finish()
    #expect(try host.printed() == "")
  }

  @Test func `serve without packages, or with a bad path, exits with 1 and says so`() throws {
    let directory = try TemporaryDirectory()
    let none = try Tool.callpoint(["serve"], directory: directory.path)
    #expect(none.status == 1 && none.errors.contains("packages"), "\(none)")
    let load = try Tool.callpoint(
      ["serve", RunningHost.examples + "/actions", "--load", "/no/such.json"], directory: directory.path)
    #expect(load.status == 1 && load.errors.contains("/no/such.json"))
    try "{\"actions:nothing\": 1}".write(toFile: directory.path + "/bad.json", atomically: true, encoding: .utf8)
    let bad = try Tool.callpoint(
      ["serve", RunningHost.examples + "/actions", "--load", "bad.json"], directory: directory.path)
    #expect(bad.status == 1 && bad.errors.contains("bad.json") && bad.errors.contains("nothing"), "\(bad)")
  }

  @Test func `check exits with 1 if anything failed, and leaves nothing behind`() throws {
    let directory = try TemporaryDirectory()
    let good = try Tool.callpoint(["check", RunningHost.examples + "/actions"], directory: directory.path)
    #expect(good.status == 0 && good.output.contains("actions-math"), "\(good)")
    let path = try FixturePackage("broken", python: "import no_such_module\n").write(
      below: directory.path + "/packages")
    let bad = try Tool.callpoint(["check", RunningHost.examples + "/actions", path], directory: directory.path)
    #expect(bad.status == 1)
    #expect(bad.output.contains("main.py:1: ModuleNotFoundError: No module named 'no_such_module'"))
    let late = try FixturePackage(
      "late",
      python: """
        import ncs


        class Main(ncs.application.Application):
            def setup(self):
                pass

            def teardown(self):
                raise OSError("gone")

        """
    ).write(below: directory.path + "/packages")
    let torn = try Tool.callpoint(["check", late], directory: directory.path)
    #expect(torn.status == 1)
    #expect(torn.output.contains("error: package late: component main: teardown() failed: "), "\(torn)")
    #expect(torn.output.contains("main.py:9: OSError: gone"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["packages"])
  }
}
