import Foundation
import JSON
import Testing

@testable import callpoint

/// What a callpoint that has more to do than it can costs the others, and its own callers.
@Suite(.timeLimit(.minutes(30))) struct `Load` {
  /// Two callpoints: runs of one last until a file appears, those of the other are over at once.
  private static func package(multiprocessing: Bool = false) -> FixturePackage {
    FixturePackage(
      "load",
      yang: """
        container load {
          tailf:action block { tailf:actionpoint load-block; input { leaf until { type string; } } }
          tailf:action quick { tailf:actionpoint load-quick; }
        }
        """,
      python: """
        import os
        import time
        import ncs

        class Block(ncs.dp.Action):
            @ncs.dp.Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                with open(input.until + "-runs", "a") as runs:
                    runs.write("x")
                while not os.path.exists(input.until):
                    time.sleep(0.005)

        class Quick(ncs.dp.Action):
            @ncs.dp.Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                pass

        class Main(ncs.application.Application):
            def setup(self):
                self.register_action("load-block", Block)
                self.register_action("load-quick", Quick)
        """, multiprocessing: multiprocessing)
  }

  /// A host, and the file that ends the runs that block.
  private struct Scene {
    let host: RunningHost
    let directory: TemporaryDirectory
    var gate: String { directory.path + "/gate" }

    init(multiprocessing: Bool = false, threads: Int) throws {
      directory = try TemporaryDirectory()
      host = try RunningHost(own: [package(multiprocessing: multiprocessing)], options: ["--threads", "\(threads)"])
    }

    /// Sends requests that block.
    func block(_ count: Int, from client: inout ControlClient) throws -> [Int] {
      try (0..<count).map { _ in
        try client.send("action", ["path": "/load:load/block", "input": ["until": .string(gate)]])
      }
    }

    /// What the callpoint whose runs block has to do.
    func blocked(_ what: String) throws -> Int {
      try host.call("status")["vms"]?[0]?["callpoints"]?.array?.first { $0["name"] == "load-block" }?[what]?.int ?? -1
    }

    /// Waits until so many requests run and so many wait.
    func wait(running: Int, queued: Int) throws {
      try host.wait(until: { try blocked("running") == running && blocked("queued") == queued })
    }

    func quick() throws { _ = try host.action("/load:load/quick") }

    func open() throws { try Data().write(to: URL(fileURLWithPath: gate)) }

    func runs() throws -> Int { try Data(contentsOf: URL(fileURLWithPath: gate + "-runs")).count }
  }

  @Test(arguments: [false, true])
  func `a slow callpoint never delays another`(multiprocessing: Bool) throws {
    let scene = try Scene(multiprocessing: multiprocessing, threads: 4)
    var client = try scene.host.connect()
    var open = Set(try scene.block(100, from: &client))
    // With threads, one callpoint may hold all but one of its VM's; a worker has no other callpoint to keep one for.
    let most = multiprocessing ? 4 : 3
    try scene.wait(running: most, queued: 100 - most)
    for _ in 1...20 { try scene.quick() }
    #expect(try scene.blocked("running") == most)
    #expect(try scene.blocked("queued") == 100 - most)
    try scene.open()
    while !open.isEmpty {
      let answer = try client.receive()
      _ = try answer.result.get()
      #expect(open.remove(answer.id) != nil, "an answer came twice")
    }
    #expect(try scene.runs() == 100)
    try scene.host.finish()
  }

  @Test func `what does not fit into a queue is refused with busy at once, and the others serve`() throws {
    let scene = try Scene(threads: 2)
    var client = try scene.host.connect()
    // One runs, 1,024 wait, and only the last finds no place.
    let sent = try scene.block(1026, from: &client)
    let first = try client.receive()
    #expect(first.id == sent.last)
    guard case .failure(let error) = first.result else {
      Issue.record("a request that no queue has room for was served")
      return
    }
    #expect(error.kind == "busy" && error.message.contains("1024"))
    try scene.quick()
    try scene.wait(running: 1, queued: 1024)
    try scene.open()
    var open = Set(sent.dropLast())
    for _ in 1...1025 {
      let answer = try client.receive()
      _ = try answer.result.get()
      open.remove(answer.id)
    }
    #expect(open.isEmpty)
    try scene.quick()
    try scene.host.finish()
  }

  @Test func `a client that goes away takes back what waited for it, and others keep their places`() throws {
    let scene = try Scene(threads: 2)
    var patient = try scene.host.connect()
    do {
      var client = try scene.host.connect()
      _ = try scene.block(50, from: &client)
      try scene.wait(running: 1, queued: 49)
      _ = try scene.block(1, from: &patient)
      try scene.wait(running: 1, queued: 50)
    }
    try scene.wait(running: 1, queued: 1)
    try scene.quick()
    try scene.open()
    _ = try patient.receive().result.get()
    try scene.wait(running: 0, queued: 0)
    #expect(try scene.runs() == 2, "the one that ran when its client went, and the one that was waited for")
    try scene.host.finish()
  }
}
