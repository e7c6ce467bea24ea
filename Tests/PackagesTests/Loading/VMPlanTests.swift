import Packages
import Testing

@Suite struct `VM plan` {
  private func python(_ vmName: String? = nil, model: String? = nil) -> String {
    let name = vmName.map { "<vm-name>\($0)</vm-name>" } ?? ""
    let model = model.map { "<callpoint-model>\($0)</callpoint-model>" } ?? ""
    return "<python-package>\(name)\(model)</python-package>"
  }

  @Test func `a package with a Python class has a VM of its own`() throws {
    let tree = try PackageTree()
    try tree.package("p", pythonClass: "p.main.Main")
    let vms = try tree.plan().vms
    #expect(vms.map(\.name) == ["p"])
    #expect(vms.map(\.packages) == [["p"]])
    #expect(vms.map(\.model) == [.threading])
    let component = try #require(vms.first?.components.first)
    #expect(component.package == "p")
    #expect(component.name == "main")
    #expect(component.className == "p.main.Main")
    #expect(component.module == "p.main")
    #expect(component.attribute == "Main")
    #expect(component.directory == tree.path + "/p")
  }

  @Test func `a bare class name means the module named like the component`() throws {
    let tree = try PackageTree()
    try tree.package("p", pythonClass: "Service")
    let component = try #require(try tree.plan().vms.first?.components.first)
    #expect(component.className == "Service")
    #expect(component.module == "main")
    #expect(component.attribute == "Service")
  }

  @Test func `only a Python class of an application component starts a VM`() throws {
    let tree = try PackageTree()
    try tree.package(
      "up",
      elements: "<component><name>u</name><upgrade><python-class-name>u.U</python-class-name></upgrade></component>",
      pythonClass: nil)
    try tree.package(
      "java",
      elements: "<component><name>j</name><application><java-class-name>J</java-class-name></application></component>",
      pythonClass: nil)
    try tree.package("library", pythonClass: nil)
    try tree.write("library/python/library.py", "")
    #expect(try tree.plan().vms.isEmpty)
  }

  @Test func `threading packages with one vm-name share a VM, in load order`() throws {
    let tree = try PackageTree()
    try tree.package("a", requires: ["b"], elements: python("shared"))
    try tree.package("b", elements: python("shared"), pythonClass: "b.Main")
    try tree.package("c", elements: python("a"))
    let vms = try tree.plan().vms
    #expect(vms.map(\.name) == ["shared", "a"])
    #expect(vms.map(\.packages) == [["b", "a"], ["c"]])
    #expect(vms.first?.components.map(\.className) == ["b.Main", "m.Main"])
    #expect(vms.first?.pythonPath == ["b", "a"].map { "\(tree.path)/\($0)/python" })
  }

  @Test func `vm-name means nothing in the multiprocessing model`() throws {
    let tree = try PackageTree()
    try tree.package("a", elements: python("shared", model: "multiprocessing"))
    try tree.package("b", elements: python("shared", model: "multiprocessing"))
    try tree.package("c", elements: python("shared"))
    let vms = try tree.plan().vms
    #expect(vms.map(\.name) == ["a", "b", "shared"])
    #expect(vms.map(\.model) == [.multiprocessing, .multiprocessing, .threading])
  }

  @Test func `nobody shares the VM of a multiprocessing package`() throws {
    let tree = try PackageTree()
    try tree.package("a", elements: python(model: "multiprocessing"))
    try tree.package("b", elements: python("a"))
    try tree.package("c", requires: ["b"])
    let plan = try tree.plan()
    #expect(plan.vms.map(\.name) == ["a"])
    #expect(
      tree.error(of: "b", in: plan)
        == "b/package-meta-data.xml:3: vm-name a is the VM of package a, whose callpoint-model is multiprocessing")
    #expect(plan.package(named: "c")?.error?.message.hasPrefix("required package b cannot be used: ") == true)
  }

  @Test func `the path has the packages' own directories, then those of the required ones, each once`() throws {
    let tree = try PackageTree()
    try tree.package("a", requires: ["c", "b"])
    try tree.package("b", requires: ["d"])
    try tree.package("c", requires: ["d", "yang"])
    try tree.package("d", pythonClass: nil)
    try tree.write("d/python/d.py", "")
    try tree.package("yang", pythonClass: nil)
    let vm = try #require(try tree.plan().vms.first { $0.name == "a" })
    #expect(vm.pythonPath == ["a", "c", "b", "d"].map { "\(tree.path)/\($0)/python" })
  }

  @Test func `of several virtual environments in one VM the first one counts`() throws {
    let tree = try PackageTree()
    for name in ["a", "b", "c"] { try tree.package(name, elements: python("shared")) }
    try tree.write("b/python/use_venv", "venv-b\n")
    try tree.write("c/python/use_venv", "venv-c\n")
    #expect(try tree.plan().vms.map(\.virtualEnvironment) == ["venv-b"])
  }
}
