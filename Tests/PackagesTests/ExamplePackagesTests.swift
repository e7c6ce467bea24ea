import FoundationEssentials
import Packages
import Testing

@Suite struct `Example packages` {
  private let examples =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/python/examples"

  @Test func `all of them load, required ones first`() throws {
    let plan = try PackageCatalogue.discover(paths: [examples])
    #expect(plan.packages.compactMap { $0.error?.description } == [])
    #expect(plan.packages.flatMap(\.warnings) == [])
    #expect(
      plan.packages.map(\.name) == [
        "actions", "inventory", "demo-router", "audit", "bench", "household", "l3vpn", "shared-a", "shared-b", "vlan",
        "vrouter",
      ])
    #expect(plan.packages.filter(\.isNED).map(\.name) == ["demo-router"])
    #expect(plan.packages.allSatisfy { $0.yangDirectory != nil })
  }

  @Test func `their VMs are those that the packages ask for`() throws {
    let vms = try PackageCatalogue.discover(paths: [examples]).vms
    #expect(vms.map(\.name) == ["actions", "audit", "bench", "household", "l3vpn", "shared", "vlan", "vrouter"])
    #expect(vms.filter { $0.model == .multiprocessing }.map(\.name) == ["bench", "household", "vlan"])
    #expect(vms.first { $0.name == "shared" }?.packages == ["shared-a", "shared-b"])
    #expect(
      vms.first { $0.name == "audit" }?.pythonPath == ["audit", "inventory"].map { "\(examples)/\($0)/python" })
  }

  @Test func `every class is where its component says`() throws {
    for vm in try PackageCatalogue.discover(paths: [examples]).vms {
      for component in vm.components {
        let file = component.module.replacing(".", with: "/") + ".py"
        let content = FileManager.default.contents(atPath: "\(component.directory)/python/\(file)")
        let source = String(decoding: try #require(content, "\(component.className)"), as: UTF8.self)
        #expect(source.contains("class \(component.attribute)("), "\(component.className)")
      }
    }
  }

  @Test func `the threading variants are the same packages in the other model`() throws {
    let plan = try PackageCatalogue.discover(paths: [examples + "/threading", examples + "/demo-router"])
    #expect(plan.packages.compactMap { $0.error?.description } == [])
    #expect(plan.vms.map(\.name) == ["bench", "vlan"])
    #expect(plan.vms.map(\.model) == [.threading, .threading])
  }
}
