import Foundation
import Glibc
import JSON
import Testing

@testable import callpoint

@Suite struct `A host that dies with its parent` {
  @Test func `ends when the process that started it is killed, and everything below it`() throws {
    let directory = try TemporaryDirectory()
    let socket = directory.path + "/socket"
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = [
      "-c",
      "'\(RunningHost.executable)' serve '\(RunningHost.examples)/actions' --die-with-parent --state '\(directory.path)' "
        + "--socket '\(socket)' --log-file-prefix '\(directory.path)/logs/vm' & wait",
    ]
    shell.standardOutput = FileHandle.nullDevice
    shell.standardError = FileHandle.nullDevice
    try shell.run()
    var client = try ControlClient(path: socket, patience: .seconds(60))
    _ = try client.call("action", ["path": "/actions:actions/double", "input": ["number": 1]])
    let members = ProcessTree.members(below: shell.processIdentifier)
    #expect(members.count >= 3)
    kill(shell.processIdentifier, SIGKILL)
    shell.waitUntilExit()
    let end = ContinuousClock.now + .seconds(60)
    while members.contains(where: \.isAlive), ContinuousClock.now < end { sched_yield() }
    #expect(members.filter(\.isAlive).isEmpty)
  }
}
