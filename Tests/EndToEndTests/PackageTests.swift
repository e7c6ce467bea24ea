import Foundation
import JSON
import Testing

@testable import callpoint

@Suite struct `Packages` {
  private static let good = FixturePackage(
    "good",
    yang: """
      container good {
        tailf:action ping { tailf:actionpoint good-ping; output { leaf answer { type string; } } }
      }
      """,
    python: """
      from ncs.application import Application
      from ncs.dp import Action

      class Ping(Action):
          @Action.action
          def cb_action(self, uinfo, name, kp, input, output):
              output.answer = "pong"

      class Main(Application):
          def setup(self):
              self.register_action("good-ping", Ping)
      """)

  private static func other(_ name: String, version: String = "1.0", _ elements: String) -> FixturePackage {
    var package = FixturePackage(name)
    package.metadata = FixturePackage.metadata(name, version: version, elements)
    return package
  }

  /// A package that registers a class for an actionpoint.
  private static func acting(_ name: String, _ definition: String, point: String) -> FixturePackage {
    FixturePackage(
      name,
      python: """
        from ncs.application import Application
        from ncs.dp import Action

        \(definition)
        class Main(Application):
            def setup(self):
                self.register_action("\(point)", \(name.capitalized))

            def teardown(self):
                self.log.info("teardown ran")
        """)
  }

  private static func requiring(_ name: String, _ range: String = "") -> String {
    "<required-package><name>\(name)</name>\(range)</required-package>"
  }

  private static func error(_ host: RunningHost, _ package: String) throws -> String {
    let status = try host.package(package)
    #expect(status["state"] == "failed", "\(package) is \(status["state"] ?? .null)")
    return status["error"]?.string ?? ""
  }

  @Test func `metadata that cannot be used take down their package alone, with file and line`() throws {
    var torn = FixturePackage("torn")
    torn.metadata =
      "<ncs-package xmlns=\"http://tail-f.com/ns/ncs-packages\">\n<name>torn</name>\n<package-version>\n</ncs-package>\n"
    var nameless = FixturePackage("nameless")
    nameless.metadata = FixturePackage.metadata("").replacingOccurrences(of: "<name></name>\n", with: "")
    let first = Self.other("twin", "")
    var second = first
    second.name = "twin-again"
    let host = try RunningHost(
      own: [
        Self.good, torn, nameless, first, second, Self.other("old", ""),
        Self.other("lonely", Self.requiring("nowhere")),
        Self.other("modern", Self.requiring("old", "<min-version>2.0</min-version>")),
        Self.other("antique", Self.requiring("old", "<max-version>0.9</max-version>")),
        Self.other("egg", Self.requiring("hen")), Self.other("hen", Self.requiring("egg")),
        Self.other("upcoming", "<ncs-min-version>7.1</ncs-min-version>"),
      ])
    let home = host.fixtures.path
    #expect(try Self.error(host, "torn").hasPrefix("\(home)/torn/package-meta-data.xml:4: "))
    #expect(try Self.error(host, "nameless").hasPrefix("\(home)/nameless/package-meta-data.xml:1: "))
    #expect(
      try Self.error(host, "lonely").hasPrefix("\(home)/lonely/package-meta-data.xml:4: required package nowhere"))
    #expect(try Self.error(host, "modern").contains("package-meta-data.xml:4: required package old of version 2.0"))
    #expect(try Self.error(host, "antique").contains("required package old of version 0.9 or earlier"))
    #expect(try Self.error(host, "egg").contains("circular dependency: egg requires hen requires egg"))
    #expect(try Self.error(host, "hen").contains("/hen/package-meta-data.xml:4: circular dependency"))
    let twins = (try host.status()["packages"]?.array ?? []).filter { $0["name"] == "twin" }
    #expect(twins.map { $0["state"] } == ["running", "failed"])
    #expect(twins.last?["error"]?.string?.contains("package-meta-data.xml:2: another package is named twin") == true)
    #expect(twins.last?["error"]?.string?.contains("\(home)/twin;") == true)
    #expect(twins.first?["warnings"]?[0]?.string?.contains("\(home)/twin-again;") == true)
    let upcoming = try host.package("upcoming")
    #expect(upcoming["state"] == "running")
    #expect(upcoming["warnings"]?[0]?.string?.contains("7.1") == true)
    #expect(try host.action("/good:good/ping") == ["answer": "pong"])
    #expect(try host.printed().contains("circular dependency: egg requires hen"))
    try host.finish()
  }

  @Test func `a component that cannot be set up takes down its package alone, with Python's message and line`() throws {
    let main = "from ncs.application import Application\n\nclass Main(Application):\n"
    var bare = FixturePackage("bare", python: "", className: "Service")
    bare.files["python/main.py"] =
      main.replacingOccurrences(of: "Main", with: "Service")
      + "    def setup(self):\n        self.log.info('bare name')\n"
    let host = try RunningHost(
      own: [
        Self.good, bare,
        FixturePackage("typo", python: "import ncs\n\ndef f(:\n    pass\n"),
        FixturePackage("absent", python: "import ncs\nimport no_such_module\n"),
        FixturePackage("unnamed", python: "import ncs\n\nprint('loaded', undefined_name)\n"),
        FixturePackage("classless", python: "import ncs\n"),
        FixturePackage("methodless", python: "class Main:\n    pass\n"),
        FixturePackage(
          "raising",
          python: main + """
                def setup(self):
                    self.log.info("setup begins")
                    {}["nothing"]

                def teardown(self):
                    self.log.info("teardown ran")
            """),
        Self.acting("hollow", "class Hollow(Action):\n    pass\n", point: "hollow"),
      ])
    let home = host.fixtures.path
    #expect(try Self.error(host, "typo").hasPrefix("\(home)/typo/python/typo/main.py:3: SyntaxError: "))
    #expect(
      try Self.error(host, "absent")
        == "\(home)/absent/python/absent/main.py:2: ModuleNotFoundError: No module named 'no_such_module'")
    #expect(
      try Self.error(host, "unnamed")
        == "\(home)/unnamed/python/unnamed/main.py:3: NameError: name 'undefined_name' is not defined")
    #expect(
      try Self.error(host, "classless").hasPrefix("\(home)/classless/python/classless/main.py: there is no class Main"))
    #expect(try Self.error(host, "methodless").hasPrefix("\(home)/methodless/python/methodless/main.py: class Main"))
    #expect(try Self.error(host, "raising") == "\(home)/raising/python/raising/main.py:6: KeyError: 'nothing'")
    let raising = try host.log("raising")
    #expect(raising.contains("Traceback (most recent call last):"))
    #expect(raising.contains("ComponentThread:main: - teardown ran"))
    let hollow = try Self.error(host, "hollow")
    #expect(hollow.contains("Hollow") && hollow.contains("cb_action"), "\(hollow)")
    #expect(try host.package("bare")["state"] == "running")
    #expect(try host.log("bare").contains("bare name"))
    #expect(try host.action("/good:good/ping") == ["answer": "pong"])
    try host.waitForLine("Traceback (most recent call last):", from: "raising")
    try host.finish()
  }

  @Test func `the second registration of a point fails, and the two name each other`() throws {
    let other = Self.acting(
      "other", "class Other(Action):\n    @Action.action\n    def cb_action(self, *args):\n        pass\n",
      point: "good-ping")
    let host = try RunningHost(own: [Self.good, other])
    // VMs start side by side: either may be the first.
    let states = [try host.package("good"), try host.package("other")]
    let failed = try #require(states.first { $0["state"] == "failed" })
    let first = try #require(states.first { $0["state"] == "running" })
    let error = failed["error"]?.string ?? ""
    #expect(
      error.contains("good-ping") && error.contains("already registered by package \(first["name"]?.string ?? "")"))
    #expect(first["warnings"]?[0]?.string?.contains("package \(failed["name"]?.string ?? "")") == true)
    #expect(try host.log(failed["name"]?.string).contains("teardown ran") == (failed["name"] == "other"))
    #expect(try host.callpoint("good-ping")["calls"] == 0)
    try host.finish()
  }

  @Test func `a YANG error names file and line and takes down the packages that need the module`() throws {
    var broken = FixturePackage("broken")
    broken.files["src/yang/broken.yang"] =
      "module broken {\n  namespace \"urn:b\";\n  prefix b;\n  leaf x { typ string; }\n}\n"
    let needs = FixturePackage("needs", yang: "import broken { prefix b; } leaf y { type string; }")
    let host = try RunningHost(own: [Self.good, broken, needs])
    #expect(try Self.error(host, "broken").hasPrefix("\(host.fixtures.path)/broken/src/yang/broken.yang:4:"))
    #expect(try Self.error(host, "needs").contains("broken"))
    #expect(try host.action("/good:good/ping") == ["answer": "pong"])
    try host.finish()
  }

  @Test func `a start that takes too long takes down its package alone`() throws {
    let slow = FixturePackage(
      "slow",
      python: """
        import time
        from ncs.application import Application

        class Main(Application):
            def setup(self):
                time.sleep(3600)
        """)
    let host = try RunningHost(own: [Self.good, slow], options: ["--start-timeout", "10", "--no-auto-restart"])
    #expect(try Self.error(host, "slow").contains("did not start within 10 s"))
    #expect(try host.action("/good:good/ping") == ["answer": "pong"])
    try host.finish()
  }

  @Test func `a module on --yang-path wins over ours`() throws {
    var user = FixturePackage(
      "user", yang: "import ietf-inet-types { prefix inet; } leaf address { type inet:host-of-mine; }")
    let ours = try String(
      contentsOfFile: RunningHost.root + "/python/ncs_dir/src/ncs/yang/ietf-inet-types.yang", encoding: .utf8)
    let end = try #require(ours.lastIndex(of: "}"))
    user.files["modules/ietf-inet-types.yang"] =
      ours[..<end] + "  typedef host-of-mine { type string { pattern 'mine-.*'; } }\n}\n"
    let directory = try TemporaryDirectory()
    let modules = try user.write(below: directory.path) + "/modules"
    let host = try RunningHost(own: [user], options: ["--yang-path", modules])
    _ = try host.merge(["user:address": "mine-1"])
    #expect(try refusal { try host.merge(["user:address": "yours"]) }.message.contains("/user:address"))
    try host.finish()
  }

  @Test func `packages load after those they require, with their python directories on PYTHONPATH in order`() throws {
    var library = FixturePackage("zlibrary")
    library.files["python/zshared.py"] = "NAME = 'from the library'\n"
    var owner = FixturePackage(
      "aowner",
      python: """
        import sys
        import zshared
        from ncs.application import Application

        class Main(Application):
            def setup(self):
                self.log.info("PATH ", [p for p in sys.path if p.endswith("/python")])
                self.log.info(zshared.NAME)
        """, requires: ["zlibrary"])
    owner.files["python/other.py"] = ""
    let host = try RunningHost(own: [owner, library])
    let home = host.fixtures.path
    let order = (try host.status()["packages"]?.array ?? []).compactMap { $0["name"]?.string }
    #expect(order == ["zlibrary", "aowner"])
    let log = try host.log("aowner")
    #expect(log.contains("from the library"))
    let runtime = RunningHost.root + "/python"
    #expect(log.contains("PATH ['\(runtime)', '\(home)/aowner/python', '\(home)/zlibrary/python']"))
    #expect(try host.package("zlibrary")["vm"] == nil)
    try host.finish()
  }

  @Test func `only a Python class of an application starts a VM`() throws {
    let kinds = Self.other(
      "kinds",
      """
      <component><name>up</name><upgrade><python-class-name>kinds.Up</python-class-name></upgrade></component>
      <component><name>back</name><callback><java-class-name>com.example.Back</java-class-name></callback></component>
      <component><name>java</name><application><java-class-name>com.example.App</java-class-name></application></component>
      """)
    let host = try RunningHost(own: [kinds])
    let status = try host.status()
    #expect(status["vms"] == [])
    #expect(status["packages"]?[0]?["state"] == "running")
    try host.finish()
  }
}
