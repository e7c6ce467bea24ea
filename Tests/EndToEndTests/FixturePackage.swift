import Foundation

/// A package that a test spells out: metadata, Python and YANG.
struct FixturePackage {
  /// The package's name, and its directory's.
  var name: String
  /// `package-meta-data.xml`.
  var metadata: String
  /// Every other file, by its path in the package.
  var files: [String: String]

  /// A package with one component.
  ///
  /// - Parameters:
  ///   - name: Its name; a letter and then letters and digits, as its Python and YANG use it too.
  ///   - yang: The body of its YANG module, which has the package's name as its prefix too.
  ///   - python: The text of `python/NAME/main.py`; without it there is no component.
  ///   - multiprocessing: Whether it asks for a process for each callpoint.
  ///   - vm: The VM it shares.
  ///   - requires: The names of the packages it requires.
  ///   - className: The component's class.
  init(
    _ name: String, yang: String? = nil, python: String? = nil, multiprocessing: Bool = false, vm: String? = nil,
    requires: [String] = [], className: String? = nil
  ) {
    self.name = name
    let model = multiprocessing ? "<callpoint-model>multiprocessing</callpoint-model>" : ""
    let shared = vm.map { "<vm-name>\($0)</vm-name>" } ?? ""
    let component = """
      <component><name>main</name><application>
        <python-class-name>\(className ?? "\(name).main.Main")</python-class-name>
      </application></component>
      """
    metadata = Self.metadata(
      name,
      """
      <python-package>\(shared)\(model)</python-package>
      \(requires.map { "<required-package><name>\($0)</name></required-package>" }.joined(separator: "\n"))
      \(python == nil ? "" : component)
      """)
    files = [:]
    if let python {
      files["python/\(name)/__init__.py"] = ""
      files["python/\(name)/main.py"] = python
    }
    if let yang { files["src/yang/\(name).yang"] = Self.module(name, yang) }
  }

  /// The metadata of a package with these elements behind its name and version.
  static func metadata(_ name: String, version: String = "1.0", _ elements: String = "") -> String {
    """
    <ncs-package xmlns="http://tail-f.com/ns/ncs-packages">
    <name>\(name)</name>
    <package-version>\(version)</package-version>
    \(elements)
    </ncs-package>
    """
  }

  /// A YANG module around a body.
  static func module(_ name: String, _ body: String) -> String {
    """
    module \(name) {
      yang-version 1.1;
      namespace "http://example.com/\(name)";
      prefix \(name);
      import tailf-common { prefix tailf; }
      import tailf-ncs { prefix ncs; }
      \(body)
    }
    """
  }

  /// Writes the package below a directory.
  ///
  /// - Parameter directory: Where packages are.
  /// - Returns: The package's directory.
  /// - Throws: An error if a file cannot be written.
  func write(below directory: String) throws -> String {
    let home = "\(directory)/\(name)"
    for (file, text) in files.merging(["package-meta-data.xml": metadata], uniquingKeysWith: { own, _ in own }) {
      let url = URL(fileURLWithPath: "\(home)/\(file)")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
    return home
  }
}

extension FixturePackage {
  /// A package whose actions `/script:script/run` and `/script:script/other` execute Python.
  ///
  /// The text finds `ncs`, `root` (of a write transaction that it may apply), `trans`, `uinfo` and `kp`, in `other` also
  /// `own`, the callback's transaction, and what it assigns to `result` comes back as JSON.
  static func script(yang: String = "", multiprocessing: Bool = false) -> FixturePackage {
    FixturePackage(
      "script",
      yang: """
        container script {
          tailf:action run { tailf:actionpoint script-run; input { leaf code { type string; } } output { leaf result { type string; } } }
          tailf:action other { tailf:actionpoint script-other; input { leaf code { type string; } } output { leaf result { type string; } } }
        }
        \(yang)
        """,
      python: """
        import json
        import ncs
        from ncs.application import Application
        from ncs.dp import Action

        def run(input, output, **scope):
            with ncs.maapi.single_write_trans("admin", "system") as trans:
                scope.update(ncs=ncs, trans=trans, root=ncs.maagic.get_root(trans))
                exec(input.code, scope)
            output.result = json.dumps(scope.get("result"), default=str)

        class Run(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                run(input, output, uinfo=uinfo, kp=kp)

        class Other(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output, trans):
                run(input, output, uinfo=uinfo, kp=kp, own=trans)

        class Main(Application):
            def setup(self):
                self.register_action("script-run", Run)
                self.register_action("script-other", Other)

            def teardown(self):
                self.log.info("Main FINISHED")
        """, multiprocessing: multiprocessing)
  }
}
