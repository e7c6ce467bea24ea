import JSON

extension FixturePackage {
  /// A package whose action `/NAME:NAME/say` answers a word and the process that says it; there is a second one, `other`.
  ///
  /// The action waits until the file exists that `until` names.
  ///
  /// - Parameters:
  ///   - name: The package.
  ///   - word: What it says.
  ///   - setup: What `setup()` does before it registers the actions.
  ///   - start: What the module does when it is imported.
  ///   - yang: More of its YANG module.
  ///   - multiprocessing: Whether it asks for a process for each callpoint.
  ///   - vm: The VM it shares.
  ///   - requires: The names of the packages it requires.
  /// - Returns: The package.
  static func sayer(
    _ name: String, _ word: String, setup: String = "pass", start: String = "", yang: String = "",
    multiprocessing: Bool = false, vm: String? = nil, requires: [String] = []
  ) -> FixturePackage {
    let action = { (action: String) in
      """
      tailf:action \(action) { tailf:actionpoint \(name)-\(action);
        input { leaf until { type string; } } output { leaf word { type string; } leaf pid { type int32; } } }
      """
    }
    return FixturePackage(
      name, yang: "container \(name) { \(action("say")) \(action("other")) }\n\(yang)",
      python: """
        import os
        import time
        import ncs
        from ncs.application import Application
        from ncs.dp import Action

        \(start)

        class Say(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                while input.until and not os.path.exists(input.until):
                    time.sleep(0.005)
                output.word = "\(word)"
                output.pid = os.getpid()

        class Main(Application):
            def setup(self):
                \(setup)
                self.register_action("\(name)-say", Say)
                self.register_action("\(name)-other", Say)

            def teardown(self):
                self.log.info("Main FINISHED")
        """, multiprocessing: multiprocessing, vm: vm, requires: requires)
  }
}

extension RunningHost {
  /// The parameters of a request for the action of ``FixturePackage/sayer(_:_:setup:start:yang:multiprocessing:vm:requires:)``.
  static func say(_ package: String, in action: String = "say", until file: String? = nil) -> JSONObject {
    var input: JSONObject = [:]
    if let file { input["until"] = .string(file) }
    return ["path": .string("/\(package):\(package)/\(action)"), "input": .object(input)]
  }

  /// What a package says.
  func word(of package: String) throws -> String? {
    try call("action", Self.say(package))["output"]?["word"]?.string
  }

  /// What `reload` says of packages: whether they are what is on disk, and what was done.
  func reload() throws -> [String: (result: Bool?, info: String)] {
    let packages = try call("reload")["packages"]?.array ?? []
    return Dictionary(
      packages.map { ($0["name"]?.string ?? "", ($0["result"]?.bool, $0["info"]?.string ?? "")) },
      uniquingKeysWith: { $1 })
  }
}
