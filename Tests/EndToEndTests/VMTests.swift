import Foundation
import JSON
import Testing

@testable import callpoint

@Suite struct `Python VMs` {
  private static func logging(_ setup: String, teardown: String = "self.log.info('teardown ran')") -> FixturePackage {
    FixturePackage(
      "talker",
      python: """
        import logging, os, sys
        from ncs.application import Application

        class Main(Application):
            def setup(self):
                \(setup)

            def teardown(self):
                \(teardown)
        """)
  }

  @Test func `a start script as NSO has them works, with NSO's arguments and environment`() throws {
    let directory = try TemporaryDirectory()
    let script = directory.path + "/start"
    // The way that such scripts find the runtime: below NCS_DIR, in front of what PYTHONPATH holds.
    let program = """
      #!/bin/sh
      pypath="${NCS_DIR}/src/ncs/pyapi"
      test -x "${NCS_DIR}/bin/ncs-start-python-vm" || exit 7
      PYTHONPATH="${pypath}:${PYTHONPATH}"
      export PYTHONPATH
      main="${pypath}/ncs_pyvm/startup.py"
      echo "arguments: $*"
      exec python3 -u "${main}" "$@"
      """
    try Tool.install(program, at: script)
    let host = try RunningHost(
      own: [Self.logging("self.log.info('PATH ', sys.path, ' IN ', os.getcwd())")],
      options: ["--start-command", script, "--log-level", "level-debug"])
    #expect(try host.package("talker")["state"] == "running")
    let prefix = host.process.logPrefix
    try host.waitForLine("arguments: -l debug -f \(prefix) -i talker", from: "talker")
    let log = try host.log("talker")
    #expect(
      log.contains(
        "/python/ncs_dir/src/ncs/pyapi', '\(RunningHost.root)/python', '\(host.fixtures.path)/talker/python'"))
    #expect(log.contains(" IN \(FileManager.default.currentDirectoryPath)"))
    try host.finish()
  }

  @Test func `the default start command prints the line that it executes`() throws {
    let host = try RunningHost(own: [Self.logging("pass")])
    #expect(try host.vm("talker")["state"] == "running")
    let prefix = host.process.logPrefix
    let line = try host.waitForLine("Starting python3 -u ", from: "talker", isPrefix: true)
    #expect(line.hasSuffix("/ncs_pyvm/startup.py -l info -f \(prefix) -i talker"))
    try host.finish()
  }

  @Test func `a start command that does not exist fails the VM, not the host`() throws {
    let host = try RunningHost(own: [Self.logging("pass")], options: ["--start-command", "/no/such/command"])
    // It is tried again and again, as the reason may go away; in between the last error stays.
    #expect(try host.package("talker")["error"]?.string?.contains("/no/such/command") == true)
    try host.finish()
  }

  @Test func `the virtual environment that use_venv names is used`() throws {
    let directory = try TemporaryDirectory()
    let made = try Tool.run("/usr/bin/env", ["python3", "-m", "venv", "--without-pip", directory.path + "/venv"])
    #expect(made.status == 0, Comment(rawValue: made.errors))
    var package = Self.logging("self.log.info('PREFIX ', sys.prefix, ' ', os.environ.get('VIRTUAL_ENV'))")
    package.files["python/use_venv"] = directory.path + "/venv\n"
    let host = try RunningHost(own: [package])
    #expect(try host.package("talker")["state"] == "running")
    #expect(try host.log("talker").contains("PREFIX \(directory.path)/venv \(directory.path)/venv"))
    try host.finish()
  }

  @Test func `setup and teardown run in a component thread, and the log has NSO's format`() throws {
    let package = Self.logging(
      """
      self.log.debug('not ', 'shown')
              self.log.info('a ', 1, ' ', ('t', 2), ' 100%')
              self.log.warning('w')
              self.log.error('e')
              self.log.critical('c')
              logging.getLogger('some.library').info('from %s', 'logging')
              print('from print')
              sys.stderr.write('no newline')
      """)
    let host = try RunningHost(own: [package])
    _ = try host.status()
    let lines = try host.log("talker").split(separator: "\n")
    let stamp = "[0-9]{2}-[A-Z][a-z]{2}-[0-9]{4}::[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}"
    let expected = [
      "<INFO> \(stamp) [^ ]+ ComponentThread:main: - a 1 \\('t', 2\\) 100%",
      "<WARNING> \(stamp) [^ ]+ ComponentThread:main: - w",
      "<ERROR> \(stamp) [^ ]+ ComponentThread:main: - e", "<CRITICAL> \(stamp) [^ ]+ ComponentThread:main: - c",
      "<INFO> \(stamp) some\\.library ComponentThread:main: - from logging",
    ]
    for pattern in expected {
      #expect(
        lines.contains { $0.range(of: "^\(pattern)$", options: .regularExpression) != nil }, "\(pattern)\n\(lines)")
    }
    #expect(!lines.contains { $0.contains("not shown") })
    try host.waitForLine("from print", from: "talker")
    try host.finish()
    #expect(try host.log("talker").contains("ComponentThread:main: - teardown ran"))
    try host.waitForLine("no newline", from: "talker")
  }

  @Test func `what a library logs in a worker lands in the VM's file, at the level that was asked for`() throws {
    let host = try RunningHost(own: [.script(multiprocessing: true)], options: ["--log-level", "debug"])
    let worker = try host.script(
      """
      import logging, os
      logging.getLogger("a.library").debug("from the worker")
      print("printed in the worker")
      result = os.getpid()
      """)
    #expect(try host.vm("script")["pid"] != worker)
    let log = try host.log("script")
    #expect(log.contains("<DEBUG>") && log.contains(" a.library "), "\(log)")
    #expect(log.contains(": - from the worker\n"))
    try host.waitForLine("printed in the worker", from: "script")
    try host.finish()
  }

  @Test(arguments: [SIGTERM, SIGINT]) func `a signal stops the host in order with status 0`(signal: Int32) throws {
    let package = Self.logging("self.log.info('setup ran')", teardown: "self.log.info('teardown ran')")
    let host = try RunningHost(["vlan", "demo-router"], own: [package])
    _ = try host.status()
    kill(host.process.pid, signal)
    host.process.reap()
    #expect(try host.log("talker").contains("teardown ran"))
    #expect(try host.log("vlan").contains("Main FINISHED"))
    try host.finish()
  }

  @Test func `exit functions run after teardown, so that a manager that nobody shut down leaves no file`() throws {
    let package = Self.logging(
      """
      import atexit, multiprocessing
              atexit.register(self.log.info, 'exit function ran')
              self.manager = multiprocessing.Manager()
              self.log.info('socket in ', os.path.dirname(self.manager.address))
      """)
    let host = try RunningHost(own: [package])
    _ = try host.status()
    #expect(try host.log("talker").contains("/callpoint-tmp."))
    try host.finish()
    let log = try host.log("talker")
    let teardown = try #require(log.range(of: "teardown ran"))
    #expect(log[teardown.upperBound...].contains("exit function ran"))
  }

  @Test func `a teardown that raises or hangs does not keep the host`() throws {
    let raising = Self.logging("pass", teardown: "raise ValueError('no way')")
    var hanging = FixturePackage(
      "hanging",
      python: """
        import time
        from ncs.application import Application

        class Main(Application):
            def setup(self):
                pass

            def teardown(self):
                time.sleep(3600)
        """)
    hanging.files["README"] = "hangs"
    let host = try RunningHost(own: [raising, hanging], options: ["--grace", "1"])
    _ = try host.status()
    try host.finish()
    #expect(try host.log("talker").contains("ValueError: no way"))
  }
}
