import Foundation
import Packages
import Testing
import Yang

@testable import Host

@Suite struct `Package set` {
  /// Packages that a test changes, each with a module of its own.
  private final class Tree {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("callpoint-set-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func package(
      _ name: String, version: String = "1.0", requires: String = "", leaf: String? = nil, yang: String? = nil
    ) throws {
      try write(
        "\(name)/package-meta-data.xml",
        """
        <ncs-package xmlns="http://tail-f.com/ns/ncs-packages"><name>\(name)</name>
        <package-version>\(version)</package-version>\(requires)
        <component><name>main</name><application><python-class-name>m.Main</python-class-name></application></component>
        </ncs-package>
        """)
      try write(
        "\(name)/src/yang/\(name).yang",
        "module \(name) { namespace \"urn:\(name)\"; prefix \(name);\n"
          + (yang ?? "container \(name) { leaf \(leaf ?? "one") { type string; } }") + "\n}")
    }

    func write(_ name: String, _ text: String) throws {
      let file = URL(fileURLWithPath: "\(path)/\(name)")
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }

    func read() throws -> PackageReading {
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
      return try PackageReading(
        paths: [path], compiler: SchemaCompiler(searchPath: [], builtIn: root + "/python/ncs_dir/src/ncs/yang"))
    }

    func set(over previous: PackageSet) throws -> PackageSet { PackageSet(try read(), over: previous) }
  }

  private func requires(_ name: String, most version: String? = nil) -> String {
    let limit = version.map { "<max-version>\($0)</max-version>" } ?? ""
    return "<required-package><name>\(name)</name>\(limit)</required-package>"
  }

  private func leafs(_ set: PackageSet) -> Set<String> {
    Set(set.schema.nodes.filter { ["one", "two", "three"].contains($0.name) }.map(\.name))
  }

  @Test func `a package whose metadata or YANG cannot be used stays as it was, with the texts of before`() throws {
    let tree = Tree()
    try tree.package("a")
    try tree.package("b", leaf: "two")
    let before = PackageSet(try tree.read())
    #expect(before.kept.isEmpty && leafs(before) == ["one", "two"])

    try tree.package("a", yang: "leaf broken { type nothing; }")
    try tree.package("b", leaf: "three")
    let after = try tree.set(over: before)
    #expect(after.kept.keys.sorted() == ["a"] && after.kept["a"]?.contains("a.yang:2") == true)
    #expect(leafs(after) == ["one", "three"])
    #expect(after.blueprints[0] == before.blueprints[0] && after.blueprints[1] != before.blueprints[1])

    try tree.write("b/package-meta-data.xml", "<ncs-package")
    let third = try tree.set(over: after)
    #expect(third.kept.keys.sorted() == ["a", "b"] && third.blueprints == after.blueprints)
    try tree.package("a", leaf: "two")
    try tree.package("b", leaf: "three")
    #expect(leafs(try tree.set(over: third)) == ["two", "three"])
  }

  @Test func `a package that is gone is gone, unless one that stays as it was requires it`() throws {
    let tree = Tree()
    try tree.package("lib")
    try tree.package("user", requires: requires("lib"), leaf: "two")
    let before = PackageSet(try tree.read())
    try tree.remove("lib")
    let needed = try tree.set(over: before)
    #expect(needed.kept["user"]?.contains("lib") == true && needed.kept["lib"]?.contains("user") == true)
    #expect(needed.blueprints == before.blueprints && needed.schemaFile == before.schemaFile)
    try tree.remove("user")
    let empty = try tree.set(over: needed)
    #expect(empty.kept.isEmpty && empty.plan.packages.isEmpty && leafs(empty).isEmpty)
  }

  @Test func `a package that does not fit to a new version of what it requires stays, and so does that`() throws {
    let tree = Tree()
    try tree.package("lib")
    try tree.package("user", requires: requires("lib", most: "1.0"), leaf: "two")
    let before = PackageSet(try tree.read())
    try tree.package("lib", version: "2.0", leaf: "three")
    let after = try tree.set(over: before)
    #expect(Set(after.kept.keys) == ["lib", "user"] && leafs(after) == ["one", "two"])
  }

  @Test func `a package that fails for reasons of the host stays as it was`() throws {
    let tree = Tree()
    try tree.package("a")
    try tree.package("b", leaf: "two")
    let before = PackageSet(try tree.read())
    try tree.package("b", leaf: "three")
    let set = PackageSet(try tree.read(), over: before, keeping: ["b": "its setup() failed", "c": "is not there"])
    #expect(set.kept == ["b": "its setup() failed"] && leafs(set) == ["one", "two"])
  }

  @Test func `a new package that fits to nothing is refused alone`() throws {
    let tree = Tree()
    try tree.package("z")
    let before = PackageSet(try tree.read())
    try tree.package("a", yang: "container")
    let after = try tree.set(over: before)
    #expect(after.kept.isEmpty && after.plan.package(named: "a")?.error != nil && leafs(after) == ["one"])
    // The module comes first in the order of the names, so that the old package would have to give way.
    try tree.package("a", leaf: "two")
    try tree.write("a/src/yang/z.yang", "module z { namespace \"urn:other\"; prefix z; }")
    let clash = try tree.set(over: after)
    #expect(clash.editions["z"] != nil && leafs(clash).contains("one"))
  }
}
