import Foundation
import Glibc
import JSON
import Testing

@testable import callpoint

/// What the death of a worker, or of a VM that serves with threads, costs: the callbacks it was running.
@Suite(.timeLimit(.minutes(30))) struct Crashes {
  private static let forever = "import time\nwhile True: time.sleep(1)"
  private static let kill = "import os\nos.kill(os.getpid(), 9)"

  private static func host(multiprocessing: Bool, options: [String] = []) throws -> RunningHost {
    try RunningHost(own: [.script(multiprocessing: multiprocessing)], options: options)
  }

  @Test func `each way to die costs one callback, and the error names the way and the callpoint`() throws {
    let host = try Self.host(multiprocessing: true)
    let sound = try host.scriptSoundness()
    let bystander = try host.server(of: "other")
    for (code, how) in [
      (Self.kill, "signal 9 (Killed)"),
      ("import os\nos._exit(0)", "exit status 0"),
      ("import os\nos._exit(5)", "exit status 5"),
      ("import ctypes\nctypes.string_at(0)", "signal 11 (Segmentation fault)"),
      ("import os\nos.abort()", "signal 6 (Aborted)"),
      ("import os, threading\nthreading.Thread(target=os._exit, args=(7,)).start()\n" + Self.forever, "exit status 7"),
      ("import signal\nsignal.alarm(1)\n" + Self.forever, "signal 14 (Alarm clock)"),
    ] {
      let lost = try refusal { try host.script(code) }
      #expect(lost.kind == "worker-lost", "\(code): \(lost.message)")
      #expect(lost.message.contains(how) && lost.message.contains("script-run"), "\(lost.message)")
      #expect(try host.script("result = 1") == 1)
    }
    #expect(try host.server(of: "other") == bystander, "another callpoint lost its worker")
    try sound.assertRecovered()
    let log = try host.log()
    #expect(log.contains("Fatal Python error: Segmentation fault") && log.contains("Fatal Python error: Aborted"))
    try host.finish()
  }

  @Test(arguments: [
    ("import os\nos._exit(0)", "exit status 0"), ("import ctypes\nctypes.string_at(0)", "signal 11"),
  ])
  func `a callback that ends a VM with threads costs what its threads ran`(code: String, how: String) throws {
    let host = try Self.host(multiprocessing: false)
    let sound = try host.scriptSoundness()
    var client = try host.connect()
    let other = try client.send("action", RunningHost.script(Self.forever, in: "other"))
    try host.waitUntilRunning(1, of: "other")
    let culprit = try client.send("action", RunningHost.script(code))
    var left: Set = [other, culprit]
    for _ in 1...2 {
      let answer = try client.receive()
      #expect(left.remove(answer.id) != nil)
      let lost = try refusal { try answer.result.get() }
      let point = answer.id == other ? "script-other" : "script-run"
      #expect(lost.kind == "worker-lost" && lost.message.contains(how) && lost.message.contains(point), "\(lost)")
    }
    try sound.assertRecovered(clients: 1)
    #expect(try host.vm("script")["restarts"] == 1)
    try host.finish()
  }

  // MARK: The moment of the death

  @Test(arguments: [false, true])
  func `a request that a killed process had not read runs on its successor, once`(multiprocessing: Bool) throws {
    let host = try Self.host(multiprocessing: multiprocessing)
    let sound = try host.scriptSoundness()
    let runs = host.fixtures.path + "/runs"
    let pid = try host.server()
    try host.halt(pid)
    var client = try host.connect()
    let code = "import os\nprint(os.getpid(), file=open('\(runs)', 'a'))\nresult = os.getpid()"
    _ = try client.send("action", RunningHost.script(code))
    try host.wait(until: { try host.callpoint("script-run")["inFlight"] == 1 })
    Glibc.kill(pid, SIGKILL)
    let answer = try client.receive().result.get()["output"]?["result"]?.string
    let successor = try host.server()
    #expect(successor != pid && answer == String(successor))
    #expect(try String(contentsOfFile: runs, encoding: .utf8) == "\(successor)\n")
    try sound.assertRecovered(clients: 1)
    try host.finish()
  }

  @Test(arguments: [false, true])
  func `half a reply is none`(multiprocessing: Bool) throws {
    let host = try Self.host(multiprocessing: multiprocessing)
    let sound = try host.scriptSoundness()
    let half = RunningHost.replyPipe + "os.write(reply_pipe(), b'{\"id\":%d,\"ok\":' % uinfo._request)\n" + Self.kill
    let lost = try refusal { try host.script(half) }
    #expect(lost.kind == "worker-lost" && lost.message.contains("signal 9"), "\(lost.message)")
    try sound.assertRecovered()
    try host.finish()
    let events = try String(contentsOfFile: host.directory.path + "/logs/callpoint.log", encoding: .utf8)
    #expect(!events.contains(" kill "), "what ends by itself is not killed: \(events)")
  }

  @Test(arguments: [false, true])
  func `a whole reply counts though the process dies before it says so, and a child holds the pipe`(
    multiprocessing: Bool
  ) throws {
    let host = try Self.host(multiprocessing: multiprocessing)
    let sound = try host.scriptSoundness()
    let pid = try host.server()
    let code =
      RunningHost.replyPipe + """
        import subprocess
        pipe = reply_pipe()
        subprocess.Popen(["sleep", "86400"], pass_fds=[pipe])
        reply = b'{"id":%d,"ok":{"output":{"result":"1"}},"writes":[],"reads":[]}'
        os.write(pipe, reply % uinfo._request + bytes([10]))

        """ + Self.kill
    #expect(try host.script(code) == 1)
    // The next request would lie in the dead process's pipe for ever if the death had to show in the reply pipe.
    #expect(try host.script("import os\nresult = os.getpid()").int.map(Int32.init) != pid)
    try sound.assertRecovered()
    try host.finish()
  }

  @Test(arguments: [false, true])
  func `a death that a child hides by holding every pipe is noticed`(multiprocessing: Bool) throws {
    let host = try Self.host(multiprocessing: multiprocessing)
    let sound = try host.scriptSoundness()
    let lost = try refusal {
      try host.script(
        """
        import os, subprocess
        numbers = [int(name) for name in os.listdir("/proc/self/fd")]
        subprocess.Popen(["sleep", "86400"], pass_fds=[n for n in numbers if n > 2 and os.path.exists(f"/proc/self/fd/{n}")])
        os._exit(7)
        """)
    }
    #expect(lost.kind == "worker-lost" && lost.message.contains("exit status 7"), "\(lost.message)")
    try sound.assertRecovered()
    try host.finish()
  }

  @Test(arguments: [false, true])
  func `a kill while two threads run callbacks costs both, and what waited runs next`(multiprocessing: Bool) throws {
    // Two threads and the one that a VM keeps for its other callpoints.
    let host = try Self.host(multiprocessing: multiprocessing, options: ["--threads", multiprocessing ? "2" : "3"])
    let sound = try host.scriptSoundness()
    var client = try host.connect()
    var lost: Set<Int> = []
    for count in 1...2 {
      lost.insert(try client.send("action", RunningHost.script(Self.forever)))
      try host.waitUntilRunning(count)
    }
    let pid = try host.server()
    // It must not begin before the kill, whatever threads there are.
    try host.halt(pid)
    let waiting = try client.send("action", RunningHost.script("result = 3"))
    Glibc.kill(pid, SIGKILL)
    for _ in 1...3 {
      let answer = try client.receive()
      if answer.id == waiting {
        #expect(try answer.result.get()["output"]?["result"] == "3")
      } else {
        #expect(lost.remove(answer.id) != nil)
        #expect(try refusal { try answer.result.get() }.kind == "worker-lost")
      }
    }
    try sound.assertRecovered(clients: 1)
    try host.finish()
  }

  @Test(arguments: [false, true])
  func `a thread that outlives its callback and then ends the process costs nothing`(multiprocessing: Bool) throws {
    let host = try Self.host(multiprocessing: multiprocessing)
    let sound = try host.scriptSoundness()
    let pid = try host.server()
    let gate = host.fixtures.path + "/gate"
    try host.script(
      """
      import os, threading, time
      def end():
          while not os.path.exists("\(gate)"): time.sleep(0.01)
          os._exit(3)
      threading.Thread(target=end, daemon=True).start()
      """)
    #expect(FileManager.default.createFile(atPath: gate, contents: nil))
    try host.wait(until: { try host.vm("script")["state"] == "running" && host.server() != pid })
    try sound.assertRecovered()
    try host.finish()
  }

  // MARK: What is no death

  @Test(arguments: [false, true])
  func `whatever a callback raises is an error reply, and the same process serves on`(multiprocessing: Bool) throws {
    let host = try Self.host(multiprocessing: multiprocessing)
    let sound = try host.scriptSoundness()
    let pid = try host.server()
    for (code, text) in [
      ("input()", "EOF"),
      ("import sys\nsys.exit(3)", "SystemExit(3)"),
      ("exit()", "SystemExit(None)"),
      ("raise SystemExit", "SystemExit()"),
      ("raise KeyboardInterrupt", "KeyboardInterrupt"),
      ("raise GeneratorExit", "GeneratorExit"),
      ("raise BaseException('bare')", "bare"),
      ("class Silent(Exception):\n    def __str__(self): raise self\nraise Silent", "Silent"),
      ("def f(): f()\nf()", "recursion"),
      ("deep = []\nfor _ in range(100_000): deep = [deep]\njson = __import__('json').dumps(deep)", "recursion"),
      ("bytearray(1 << 62)", "MemoryError()"),
      ("import asyncio\nasyncio.run(asyncio.sleep(0))\nraise OSError('after the loop')", "after the loop"),
    ] {
      let failed = try refusal { try host.script(code) }
      #expect(failed.kind == "callback-error" && failed.message.contains(text), "\(code): \(failed)")
      #expect(try host.script("import os\nresult = os.getpid()").int.map(Int32.init) == pid, "after \(code)")
    }
    try sound.assertRecovered()
    try host.finish()
  }

  @Test(arguments: [
    "import sys\nsys.setrecursionlimit(10**6)\ndef f(): f()\nf()",
    "import sys\ndeep = []\nfor _ in range(10**6): deep = [deep]\nsys.setrecursionlimit(10**9)\nrepr(deep)",
  ])
  func `recursion beyond the limit, in Python or in C, costs at most the worker`(code: String) throws {
    let host = try Self.host(multiprocessing: true)
    let sound = try host.scriptSoundness()
    let bystander = try host.server(of: "other")
    // Which of the two it is depends on the version of Python.
    let ended = try refusal { try host.script(code) }
    let isDeath = ended.kind == "worker-lost" && ended.message.contains("signal 11")
    #expect(isDeath || ended.kind == "callback-error" && ended.message.contains("recursion"), "\(ended)")
    #expect(try host.server(of: "other") == bystander)
    try sound.assertRecovered()
    try host.finish()
  }
}
