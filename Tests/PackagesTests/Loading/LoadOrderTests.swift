import Packages
import Testing

@Suite struct `Load order` {
  @Test func `required packages come first, then names decide`() throws {
    let tree = try PackageTree()
    try tree.package("a", requires: ["z"])
    try tree.package("b")
    try tree.package("z", requires: ["y"])
    try tree.package("y")
    #expect(try tree.plan().packages.map(\.name) == ["y", "z", "a", "b"])
  }

  @Test func `a package whose XML does not parse fails alone`() throws {
    let tree = try PackageTree()
    try tree.package("good")
    try tree.write("bad/package-meta-data.xml", "<ncs-package>\n<name>bad</nam></ncs-package>")
    let plan = try tree.plan()
    #expect(plan.packages.map(\.name) == ["good", "bad"])
    #expect(plan.package(named: "good")?.state == .ok)
    #expect(
      tree.error(of: "bad", in: plan)
        == "bad/package-meta-data.xml:2: this is not XML: </nam> where </name> should close <name> of line 2")
    #expect(plan.vms.map(\.name) == ["good"])
  }

  @Test func `a package without a version is called by its name`() throws {
    let tree = try PackageTree()
    try tree.write(
      "dir/package-meta-data.xml",
      "<ncs-package xmlns=\"http://tail-f.com/ns/ncs-packages\"><name>p</name></ncs-package>")
    let plan = try tree.plan()
    #expect(tree.error(of: "p", in: plan) == "dir/package-meta-data.xml:1: <ncs-package> has no <package-version>")
  }

  @Test func `of several packages with one name all but the first fail, and they name each other`() throws {
    let tree = try PackageTree()
    try tree.package("same", in: "b")
    try tree.package("same", in: "a")
    try tree.package("user", requires: ["same"])
    let plan = try tree.plan()
    #expect(plan.packages.map(\.name) == ["same", "user", "same"])
    #expect(plan.packages.map(\.directory) == ["a", "user", "b"].map { "\(tree.path)/\($0)" })
    #expect(plan.packages.map { $0.error == nil } == [true, true, false])
    #expect(
      plan.packages.last?.error?.description
        == "\(tree.path)/b/package-meta-data.xml:2: another package is named same, in \(tree.path)/a; only the first one is loaded"
    )
    #expect(
      plan.packages.first?.warnings == [
        "\(tree.path)/a/package-meta-data.xml: another package is named same, in \(tree.path)/b; it is not loaded"
      ])
  }

  @Test(arguments: [
    ("gone", "required package gone is not present; add it to the package directories"),
    ("core min 2.1", "required package core of version 2.1 or later is not present (found 2.0)"),
    ("core max 1.9", "required package core of version 1.9 or earlier is not present (found 2.0)"),
  ])
  func `a required package that is missing, too old or too new is named with its line`(
    requirement: String, message: String
  ) throws {
    let tree = try PackageTree()
    try tree.package("core", version: "2.0")
    try tree.package("p", requires: [requirement])
    let plan = try tree.plan()
    #expect(tree.error(of: "p", in: plan) == "p/package-meta-data.xml:4: " + message)
    #expect(plan.package(named: "core")?.state == .ok)
  }

  @Test(arguments: ["core min 2.0", "core max 2.0", "core min 1.10", "core max 2"])
  func `a required package of a version that will do is accepted`(requirement: String) throws {
    let tree = try PackageTree()
    try tree.package("core", version: "2.0")
    try tree.package("p", requires: [requirement])
    #expect(try tree.plan().packages.map(\.error) == [nil, nil])
  }

  @Test func `a cycle takes down its packages and those that require them`() throws {
    let tree = try PackageTree()
    try tree.package("a", requires: ["b"])
    try tree.package("b", requires: ["c"])
    try tree.package("c", requires: ["a"])
    try tree.package("self", requires: ["self"])
    try tree.package("user", requires: ["b"])
    try tree.package("free")
    let plan = try tree.plan()
    #expect(plan.packages.map(\.name) == ["free", "a", "b", "c", "self", "user"])
    let prefix = "package-meta-data.xml:4: circular dependency: "
    #expect(tree.error(of: "a", in: plan) == "a/\(prefix)a requires b requires c requires a")
    #expect(tree.error(of: "b", in: plan) == "b/\(prefix)b requires c requires a requires b")
    #expect(tree.error(of: "c", in: plan) == "c/\(prefix)c requires a requires b requires c")
    #expect(tree.error(of: "self", in: plan) == "self/\(prefix)self requires self")
    #expect(
      tree.error(of: "user", in: plan)
        == "user/package-meta-data.xml:4: required package b cannot be used: "
        + "b/\(prefix)b requires c requires a requires b")
  }

  @Test func `a package that fails takes down those that require it, naming it`() throws {
    let tree = try PackageTree()
    try tree.write("core/package-meta-data.xml", "<ncs-package/>")
    try tree.package("p", requires: ["core"])
    let error = try #require(tree.error(of: "p", in: try tree.plan()))
    #expect(
      error.hasPrefix(
        "p/package-meta-data.xml:4: required package core cannot be used: core/package-meta-data.xml:1: expected"))
  }

  @Test func `a package that fails later takes down those that require it, and their VMs`() throws {
    let tree = try PackageTree()
    try tree.package("core")
    try tree.package("p", requires: ["core"])
    try tree.package("other")
    let before = try tree.plan()
    #expect(before.vms.map(\.name) == ["core", "other", "p"])
    let after = before.failing(["core": "core.yang:3: expected ';'", "unknown": "nothing"])
    #expect(after.packages.map(\.name) == ["other", "core", "p"])
    #expect(tree.error(of: "core", in: after) == "core.yang:3: expected ';'")
    #expect(
      tree.error(of: "p", in: after)
        == "p/package-meta-data.xml:4: required package core cannot be used: core.yang:3: expected ';'")
    #expect(after.vms.map(\.name) == ["other"])
    #expect(after.failing(["core": "again"]) == after)
  }
}
