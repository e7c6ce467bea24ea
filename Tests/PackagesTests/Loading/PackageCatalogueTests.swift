import FoundationEssentials
import Packages
import Testing

@Suite struct `Package catalogue` {
  @Test func `a path is a package or a directory of packages`() throws {
    let tree = try PackageTree()
    try tree.package("b")
    try tree.package("a")
    #expect(try tree.plan().packages.map(\.name) == ["a", "b"])
    #expect(try PackageCatalogue.discover(paths: [tree.path + "/b/"]).packages.map(\.name) == ["b"])
    #expect(try PackageCatalogue.discover(paths: [tree.path + "/b", tree.path]).packages.map(\.name) == ["a", "b"])
  }

  @Test func `hidden directories, plain files and directories without metadata are skipped`() throws {
    let tree = try PackageTree()
    try tree.package("a")
    try tree.package("hidden", in: ".hidden")
    try tree.package("deep", in: "x/deep")
    try tree.write("README", "")
    let plan = try tree.plan()
    #expect(plan.packages.map(\.name) == ["a"])
    #expect(plan.warnings.isEmpty)
  }

  @Test func `links are followed, and a package that is reached twice is loaded once`() throws {
    let tree = try PackageTree()
    let elsewhere = try PackageTree()
    try elsewhere.package("linked")
    try FileManager.default.createSymbolicLink(
      atPath: tree.path + "/l", withDestinationPath: elsewhere.path + "/linked")
    try FileManager.default.createSymbolicLink(
      atPath: tree.path + "/dangling", withDestinationPath: "nowhere")
    let plan = try PackageCatalogue.discover(paths: [tree.path, elsewhere.path])
    #expect(plan.packages.map(\.name) == ["linked"])
    #expect(plan.packages.first?.directory == tree.path + "/l")
    #expect(plan.packages.first?.error == nil)
  }

  @Test func `the name is that of the metadata, not that of the directory`() throws {
    let tree = try PackageTree()
    try tree.package("iface", in: "iface-v4-py")
    let package = try #require(try tree.plan().package(named: "iface"))
    #expect(package.directory == tree.path + "/iface-v4-py")
    #expect(package.pythonDirectory == tree.path + "/iface-v4-py/python")
    #expect(package.yangDirectory == nil)
    #expect(package.virtualEnvironment == nil)
  }

  @Test func `YANG, a NED and a virtual environment are noticed`() throws {
    let tree = try PackageTree()
    try tree.package(
      "r",
      elements: "<component><name>n</name><ned><netconf><ned-id>r:r</ned-id></netconf></ned></component>")
    try tree.write("r/src/yang/r.yang", "")
    try tree.write("r/python/use_venv", "venvs/r\n")
    let package = try #require(try tree.plan().packages.first)
    #expect(package.yangDirectory == tree.path + "/r/src/yang")
    #expect(package.isNED)
    #expect(package.virtualEnvironment == "venvs/r")
    #expect(try tree.plan().vms.map(\.virtualEnvironment) == ["venvs/r"])
  }

  @Test func `a relative path becomes absolute`() throws {
    let tree = try PackageTree()
    try tree.package("a")
    let up = FileManager.default.currentDirectoryPath.split(separator: "/").map { _ in ".." }.joined(separator: "/")
    let plan = try PackageCatalogue.discover(paths: ["./\(up)\(tree.path)"])
    let directory = try #require(plan.packages.first?.directory)
    #expect(directory.hasPrefix("/"))
    #expect(FileManager.default.fileExists(atPath: directory + "/package-meta-data.xml"))
  }

  @Test func `a path that is no directory is an error, an empty directory and an archive are warnings`() throws {
    let tree = try PackageTree()
    let error = try #require(throws: PackageError.self) {
      try PackageCatalogue.discover(paths: [tree.path + "/none"])
    }
    #expect(
      error.description
        == "\(tree.path)/none: not a directory that can be read; give a package or a directory of packages")
    try tree.write("demo-1.0.tar.gz", "")
    #expect(
      try tree.plan().warnings == [
        "\(tree.path)/demo-1.0.tar.gz: package archives are not supported; unpack it",
        "\(tree.path): there is no package in this directory",
      ])
  }

  @Test func `a newer NSO than ours, an idle vm-name and a missing python directory are warnings`() throws {
    let tree = try PackageTree()
    try tree.package("new", elements: "<ncs-min-version>6.8</ncs-min-version>", pythonClass: nil)
    try tree.package(
      "old", elements: "<ncs-min-version>5.8</ncs-min-version><ncs-min-version>6.8</ncs-min-version>", pythonClass: nil)
    try tree.package(
      "multi",
      elements:
        "<python-package><vm-name>x</vm-name><callpoint-model>multiprocessing</callpoint-model></python-package>")
    try tree.package("bare")
    try FileManager.default.removeItem(atPath: tree.path + "/bare/python")
    let plan = try tree.plan()
    #expect(
      plan.package(named: "new")?.warnings == [
        "\(tree.path)/new/package-meta-data.xml: the package wants NSO 6.8 or later; this is 6.7"
      ])
    #expect(plan.package(named: "old")?.warnings == [])
    #expect(
      plan.package(named: "multi")?.warnings == [
        "\(tree.path)/multi/package-meta-data.xml:3: vm-name x is ignored: only packages in the threading model share a VM"
      ])
    #expect(
      plan.package(named: "bare")?.warnings == [
        "\(tree.path)/bare/package-meta-data.xml: the package has a Python class but no directory python"
      ])
    #expect(plan.packages.allSatisfy { $0.error == nil })
  }
}
