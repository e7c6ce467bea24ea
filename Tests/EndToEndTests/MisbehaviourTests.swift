import Foundation
import Glibc
import JSON
import Testing

@testable import callpoint

/// User code that treats the process it runs in as its own.
@Suite(.timeLimit(.minutes(30))) struct `User code that misbehaves` {
  private static func host(multiprocessing: Bool, options: [String] = []) throws -> RunningHost {
    try RunningHost(own: [.script(multiprocessing: multiprocessing)], options: options)
  }

  private static func isLogged(_ host: RunningHost, _ text: String) throws {
    try host.wait(until: { try host.log().contains(text) }, "the common log lacks '\(text)'")
  }

  // MARK: Descriptors

  @Test(arguments: [false, true])
  func `descriptors that a callback closes by range or replaces cost its process, with a reason`(
    multiprocessing: Bool
  ) throws {
    let host = try Self.host(multiprocessing: multiprocessing)
    let sound = try host.scriptSoundness()
    let bystander = try host.server(of: "other")
    for code in [
      "import os\nos.closerange(3, 65536)",
      "import os\nos.closerange(3, 65536)\nfor n in range(30): os.open('\(host.fixtures.path)/%d' % n, os.O_CREAT | os.O_RDWR)",
      "import os\nnull = os.open('/dev/zero', os.O_RDWR)\nfor n in range(3, 100): n == null or os.dup2(null, n)",
    ] {
      let pid = try host.server()
      let lost = try refusal { try host.script(code) }
      #expect(lost.kind == "worker-lost" && lost.message.contains("exit status 1"), "\(lost.message)")
      try Self.isLogged(host, "process \(pid) leaves: ")
      try Self.isLogged(host, "user code closed descriptor")
      #expect(try host.script("result = 1") == 1)
    }
    // How many there are depends on which thread found out first.
    for name in try FileManager.default.contentsOfDirectory(atPath: host.fixtures.path) where Int(name) != nil {
      let file = try FileManager.default.attributesOfItem(atPath: "\(host.fixtures.path)/\(name)")
      #expect(file[.size] as? Int == 0, "something of ours went into a user's file")
    }
    if multiprocessing { #expect(try host.server(of: "other") == bystander) }
    try sound.assertRecovered()
    try host.finish()
  }

  @Test(arguments: [false, true])
  func `a child that closes descriptors by range, or makes ours non-blocking, costs nothing`(
    multiprocessing: Bool
  ) throws {
    let host = try Self.host(multiprocessing: multiprocessing)
    let sound = try host.scriptSoundness()
    let pid = try host.server()
    let nonblocking = """
      for name in os.listdir("/proc/self/fd"):
          try: os.set_blocking(int(name), False)
          except OSError: pass
      """
    try host.script(
      "import os\npid = os.fork()\nif pid == 0:\n    os.closerange(3, 65536)\n    os._exit(0)\nos.waitpid(pid, 0)")
    try host.script("import os\n" + nonblocking + "\nresult = 'x' * 1_000_000")
    #expect(try host.server() == pid)
    try sound.assertRecovered()
    try host.finish()
  }

  @Test(arguments: [false, true])
  func `what a callback prints, also from C and from children, lands in the common log`(multiprocessing: Bool) throws {
    let host = try Self.host(multiprocessing: multiprocessing)
    try host.script(
      """
      import ctypes, os, subprocess, sys
      print("from print")
      sys.stderr.write("from stderr\\n")
      os.write(1, b"from descriptor 1\\n")
      ctypes.CDLL(None).printf(b"from printf\\n")
      subprocess.run(["sh", "-c", "echo from a child"], check=True)
      sys.stdout.close()
      sys.stdout = sys.stderr = None
      """)
    let texts = ["from print", "from stderr", "from descriptor 1", "from printf", "from a child"]
    for text in texts { try Self.isLogged(host, text) }
    #expect(try host.script("result = 1") == 1)
    try host.finish()
  }

  // MARK: The process's own settings

  @Test(arguments: [false, true])
  func `a changed directory, umask or environment does not keep callbacks from working`(multiprocessing: Bool) throws {
    let host = try Self.host(multiprocessing: multiprocessing)
    let sound = try host.scriptSoundness()
    let pid = try host.server()
    try host.script("import os\nos.chdir('/')\nos.umask(0o777)\nos.environ.clear()")
    // A thread of its own has to find the host anew.
    #expect(
      try host.script(
        """
        import threading
        found = []
        def look():
            with ncs.maapi.single_read_trans("admin", "system") as trans:
                found.append(trans.exists("/script:script"))
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        result = len(found)
        """) == 1)
    #expect(try host.server() == pid)
    try sound.assertRecovered()
    try host.finish()
  }

  @Test(.enabled(if: getuid() == 0, "only root can become somebody else"))
  func `a worker that became another user serves, or is lost and named`() throws {
    let host = try Self.host(multiprocessing: true)
    let sound = try host.scriptSoundness()
    try host.script("import os\nos.setgroups([])\nos.setgid(65534)\nos.setuid(65534)")
    // It may have no way to the host any more, but it still ends like any other.
    let members = ProcessTree.members(below: host.process.pid)
    let pid = try host.server()
    kill(pid, SIGKILL)
    try host.wait(until: { members.first { $0.pid == pid }?.isAlive == false })
    try sound.assertRecovered()
    try host.finish()
  }

  /// Python that turns every signal off, blocks all of them, and gives up what ties the process to its parent.
  private static let deaf = """
    import ctypes, faulthandler, os, signal
    libc = ctypes.CDLL(None)
    for number in range(1, 32):
        libc.signal(number, ctypes.c_void_p(1))
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
    libc.prctl(1, ctypes.c_ulong(0), 0, 0, 0)
    faulthandler.disable()
    try: os.setsid()
    except PermissionError: pass
    """

  @Test(arguments: [false, true])
  func `a process that is deaf to signals still stops in order`(multiprocessing: Bool) throws {
    let host = try Self.host(multiprocessing: multiprocessing)
    for action in ["run", "other"] { _ = try host.call("action", RunningHost.script(Self.deaf, in: action)) }
    try host.finish()
    #expect(try String(contentsOfFile: host.process.outputPath, encoding: .utf8).contains("exit process=vm"))
  }

  @Test(arguments: [false, true])
  func `a process that is deaf to signals is still killed and replaced`(multiprocessing: Bool) throws {
    let host = try Self.host(multiprocessing: multiprocessing)
    let sound = try host.scriptSoundness()
    try host.script(Self.deaf)
    kill(try host.server(), SIGKILL)
    try sound.assertRecovered()
    try host.finish()
  }

  @Test(arguments: [false, true])
  func `a process that gave up its parent-death signal still dies with the host`(multiprocessing: Bool) throws {
    let host = try Self.host(multiprocessing: multiprocessing)
    for action in ["run", "other"] { _ = try host.call("action", RunningHost.script(Self.deaf, in: action)) }
    let members = ProcessTree.members(below: host.process.pid)
    host.process.killAtOnce()
    host.process.reap()
    try host.wait(until: { members.allSatisfy { !$0.isAlive } }, "\(members.filter(\.isAlive).map(\.commandLine))")
  }

  @Test func `a worker that signals its own process group hits no other`() throws {
    let host = try Self.host(multiprocessing: true)
    let sound = try host.scriptSoundness()
    let bystander = try host.server(of: "other")
    let lost = try refusal { try host.script("import os\nos.killpg(os.getpgrp(), 9)") }
    #expect(lost.kind == "worker-lost" && lost.message.contains("signal 9"), "\(lost.message)")
    #expect(try host.server(of: "other") == bystander)
    try sound.assertRecovered()
    try host.finish()
  }

  // MARK: Children and threads

  @Test(arguments: [false, true])
  func `what a callback starts lives as long as its process, and no longer`(multiprocessing: Bool) throws {
    let host = try Self.host(multiprocessing: multiprocessing)
    let sound = try host.scriptSoundness()
    let started = try host.script(
      """
      import multiprocessing, os, subprocess, threading, time
      def fork(work):
          pid = os.fork()
          if pid == 0:
              try: work()
              finally: os._exit(0)
          return pid
      def sleep(): time.sleep(86400)
      def become_daemon():
          os.setsid()
          os.write(tell, str(fork(sleep)).encode())
      hear, tell = os.pipe()
      pids = [fork(sleep), subprocess.Popen(["sleep", "86400"], start_new_session=True).pid]
      os.waitpid(fork(become_daemon), 0)
      pids.append(int(os.read(hear, 20)))
      threading.Thread(target=sleep, daemon=True).start()
      threading.Thread(target=sleep).start()
      manager = multiprocessing.Manager()
      pool = multiprocessing.Pool(1)
      ncs.kept = manager, pool
      pids += [manager._process.pid, pool.apply(os.getpid)]
      result = pids
      """
    ).array?.compactMap(\.int).map(Int32.init)
    let pids = try #require(started)
    #expect(pids.count == 5)
    try host.script("pass")
    let members = ProcessTree.members(below: host.process.pid).filter { pids.contains($0.pid) }
    #expect(members.count == 5 && members.allSatisfy(\.isAlive), "\(members)")
    kill(try host.server(), SIGKILL)
    try host.wait(until: { !members.contains(where: \.isAlive) }, "\(members.filter(\.isAlive).map(\.commandLine))")
    try sound.assertRecovered()
    try host.finish()
  }

  @Test(arguments: [false, true])
  func `a forked child that comes back from the callback neither answers nor closes its parent's transaction`(
    multiprocessing: Bool
  ) throws {
    let host = try RunningHost(
      own: [
        .script(
          yang: "container made { list by { key pid; leaf pid { type int32; } } }", multiprocessing: multiprocessing)
      ])
    let sound = try host.scriptSoundness()
    let code = """
      import os
      root.made.by.create(1)
      pid = os.fork()
      if pid == 0:
          root.made.by.create(2)
      else:
          os.waitpid(pid, 0)
          trans.apply()
      result = pid
      """
    #expect(try host.script(code).int ?? 0 > 0)
    #expect(try host.get("/script:made")["script:made"]?["by"] == [["pid": 1]])
    try sound.assertRecovered()
    try host.finish()
  }

  @Test(arguments: [false, true])
  func `the temporary files of a VM that is killed are removed`(multiprocessing: Bool) throws {
    let host = try Self.host(multiprocessing: multiprocessing)
    let sound = try host.scriptSoundness()
    let left = try host.script(
      """
      import multiprocessing, tempfile
      ncs.kept = multiprocessing.Manager()
      descriptor, path = tempfile.mkstemp(dir=tempfile.mkdtemp())
      result = [path, ncs.kept.address]
      """)
    let paths = try (0...1).map { try #require(left[$0]?.string) }
    #expect(paths.allSatisfy(FileManager.default.fileExists))
    kill(try Int32(#require(host.vm("script")["pid"]?.int)), SIGKILL)
    try host.wait(until: { !paths.contains(where: FileManager.default.fileExists) }, "\(paths)")
    try sound.assertRecovered()
    try host.finish()
  }

  @Test func `the template has one thread whenever it forks`() throws {
    let host = try Self.host(multiprocessing: true)
    for _ in 1...3 {
      try host.script("pass")
      let template = try #require(
        ProcessTree.members(below: host.process.pid).first { $0.commandLine.contains("script template") })
      #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(template.pid)/task").count == 1)
      _ = try refusal { try host.script("import os\nos._exit(1)") }
    }
    try host.finish()
  }

  // MARK: Packages

  @Test func `a package whose import starts threads and processes runs with threads, and the reason names them`() throws
  {
    let package = FixturePackage(
      "busy",
      yang: """
        container busy {
          tailf:action one { tailf:actionpoint busy-one; output { leaf text { type string; } } }
          tailf:action two { tailf:actionpoint busy-two; output { leaf text { type string; } } }
        }
        """,
      python: """
        import atexit, multiprocessing, sys, threading, time
        import ncs

        INPUT = sys.stdin.read()
        multiprocessing.set_start_method("spawn")
        MANAGER = multiprocessing.get_context("fork").Manager()
        SHARED = MANAGER.list(["shared"])
        threading.Thread(target=time.sleep, args=(86400,), name="the-poller", daemon=True).start()
        atexit.register(print, "the exit function ran")

        class Act(ncs.dp.Action):
            @ncs.dp.Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                with multiprocessing.Pool(1) as pool:
                    output.text = repr(INPUT) + SHARED[0] + str(pool.apply(abs, (-1,)))

        class Main(ncs.application.Application):
            def setup(self):
                self.register_action("busy-one", Act)
                self.register_action("busy-two", Act)
        """, multiprocessing: true)
    let host = try RunningHost(own: [package])
    let component = try host.package("busy")["components"]?[0]
    #expect(component?["mode"] == "threading")
    #expect(component?["reason"]?.string?.contains("the-poller") == true, "\(component?.text ?? "")")
    for action in ["one", "two"] {
      #expect(try host.action("/busy:busy/\(action)")["text"] == "''shared1")
    }
    try host.finish()
    let log = try String(contentsOfFile: host.process.logPrefix + ".log", encoding: .utf8)
    #expect(log.components(separatedBy: "the exit function ran").count == 2)
  }

  @Test func `what cannot be pickled is there in every worker, and exit functions are the VM's alone`() throws {
    let package = FixturePackage(
      "odd",
      yang: """
        container odd {
          tailf:action one { tailf:actionpoint odd-one; output { leaf text { type string; } } }
          tailf:action two { tailf:actionpoint odd-two; output { leaf text { type string; } } }
        }
        """,
      python: """
        import atexit, multiprocessing, os, socket, threading
        import ncs

        atexit.register(lambda: print("the exit function ran in", os.getpid()))

        class Act(ncs.dp.Action):
            def init(self, init_args):
                self.twice, self.lock, self.socket, self.queue, self.numbers = init_args

            @ncs.dp.Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                with self.lock:
                    self.queue.put(self.twice(21))
                    output.text = f"{self.queue.get()} {self.socket.family.name} {next(self.numbers)}"

        class Main(ncs.application.Application):
            def setup(self):
                arguments = (
                    lambda n: 2 * n, threading.Lock(), socket.socket(socket.AF_UNIX), multiprocessing.Queue(),
                    (n for n in range(7, 9)))
                self.register_action("odd-one", Act, arguments)
                self.register_action("odd-two", Act, arguments)
        """, multiprocessing: true)
    let host = try RunningHost(own: [package])
    let vm = try host.vm("odd")
    #expect(vm["mode"] == "multiprocessing")
    for action in ["one", "two"] { #expect(try host.action("/odd:odd/\(action)")["text"] == "42 AF_UNIX 7") }
    try host.finish()
    let log = try String(contentsOfFile: host.process.logPrefix + ".log", encoding: .utf8)
    #expect(log.components(separatedBy: "the exit function ran in").count == 2)
    #expect(log.contains("the exit function ran in \(vm["pid"]?.int ?? 0)"))
  }
}
