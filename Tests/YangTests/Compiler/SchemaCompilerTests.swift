import Foundation
import Testing
import Yang

@Suite struct `Schema compiler` {
  private func compile(
    _ packages: [(owner: String, files: [String: String], isMounted: Bool)], searchPath: [String: String] = [:]
  ) throws -> CompiledSchema {
    let scratch = try Scratch()
    var sources: [ModuleSource] = []
    for package in packages {
      let directory = scratch.directory + "/" + package.owner
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      for (name, text) in package.files {
        try text.write(toFile: directory + "/" + name, atomically: false, encoding: .utf8)
      }
      sources.append(ModuleSource(owner: package.owner, directory: directory, isMounted: package.isMounted))
    }
    let extra = try Scratch(searchPath)
    return SchemaCompiler(searchPath: [extra.directory], builtIn: Repository.builtIn).compile(sources)
  }

  private static func module(_ name: String, _ body: String) -> String {
    "module \(name) {\n  yang-version 1.1;\n  namespace \"urn:\(name)\";\n  prefix \(name);\n\(body)\n}\n"
  }

  @Test func `compiles the built-in modules by themselves`() {
    let result = SchemaCompiler(searchPath: [], builtIn: Repository.builtIn).compile([])
    #expect(result.errors.isEmpty)
    #expect(result.schema.modules.map(\.name).contains("tailf-ncs"))
    #expect(result.schema.node("/kickers/data-kicker") != nil)
  }

  @Test func `a package with an error is left out and named, the others compile`() throws {
    let result = try compile([
      ("bad", ["bad.yang": Self.module("bad", "  leaf a { type nothing; }")], false),
      ("good", ["good.yang": Self.module("good", "  leaf b { type string; }")], false),
    ])
    #expect(result.errors.keys.sorted() == ["bad"])
    let error = try #require(result.errors["bad"]?.first)
    #expect(error.source.line == 5)
    #expect(error.source.file.hasSuffix("/bad/bad.yang"))
    #expect(error.message.hasPrefix("there is no type `nothing`; expected "))
    #expect(result.schema.node("/b") != nil)
    #expect(result.schema.node("/a") == nil)
  }

  @Test func `a package that imports a module of a failed one fails with it, and says so`() throws {
    let result = try compile([
      ("late", ["late.yang": Self.module("late", "  import user { prefix u; }")], false),
      ("user", ["user.yang": Self.module("user", "  import bad { prefix b; }\n  leaf c { type string; }")], false),
      ("bad", ["bad.yang": Self.module("bad", "  leaf a { type leafref { path \"/bad:z\"; } }")], false),
    ])
    #expect(result.errors.keys.sorted() == ["bad", "late", "user"])
    #expect(result.errors["user"]?.first?.message.contains("module bad is in package bad, which is left out") == true)
    #expect(result.errors["late"]?.first?.message.contains("package user") == true)
    #expect(result.schema.node("/c") == nil)
    #expect(result.schema.node("/devices") != nil)
  }

  @Test func `the same module in two packages is compiled once`() throws {
    let shared = Self.module("shared", "  revision 2026-01-01;\n  leaf s { type string; }")
    let result = try compile([
      ("one", ["shared.yang": shared], false), ("two", ["shared.yang": shared], false),
    ])
    #expect(result.errors.isEmpty)
    #expect(result.schema.modules.filter { $0.name == "shared" }.count == 1)
  }

  @Test func `two different modules of one name are an error of the second package`() throws {
    let result = try compile([
      ("one", ["shared.yang": Self.module("shared", "  revision 2026-01-01;\n  leaf s { type string; }")], false),
      ("two", ["shared.yang": Self.module("shared", "  revision 2026-02-02;\n  leaf t { type string; }")], false),
    ])
    #expect(result.errors.keys.sorted() == ["two"])
    #expect(result.errors["two"]?.first?.message.contains("is in package one too") == true)
    #expect(result.schema.node("/s") != nil)
  }

  @Test(arguments: ["ietf-interfaces", "ietf-ip", "tailf-ncs-ned", "tailf-ncs-alarms", "tailf-kicker"])
  func `a package may import the modules that come with Callpoint`(name: String) throws {
    let module = Self.module("user", "  import \(name) { prefix other; }\n  leaf a { type string; }")
    let result = try compile([("user", ["user.yang": module], false)])
    #expect(result.errors.isEmpty)
    #expect(result.schema.modules.contains { $0.name == name })
  }

  @Test func `an action that a kicker runs is given the transaction of what changed`() throws {
    let module = Self.module(
      "user",
      """
        import tailf-kicker { prefix kicker; }
        import tailf-ncs-kicker-extension { prefix telemetry; }
        rpc changed { input { uses kicker:action-input-params; } }
        rpc arrived { input { uses telemetry:telemetry-action-input-params; } }
      """)
    let schema = try compile([("user", ["user.yang": module], false)]).schema
    #expect(schema.node("/changed/input/tid") != nil)
    #expect(schema.node("/arrived/input/tid") != nil)
  }

  @Test func `a NED's identity is known without a file that defines it`() throws {
    let identity = try #require(
      NEDIdentity(name: "box-nc-1.0", namespace: "http://tail-f.com/ns/ned-id/box-nc-1.0", interface: "netconf"))
    let scratch = try Scratch(["box.yang": Self.module("box", "  leaf b { type string; }")])
    let source = ModuleSource(
      owner: "box", directory: scratch.directory, isMounted: true, nedIdentities: [identity])
    let result = SchemaCompiler(searchPath: [], builtIn: Repository.builtIn).compile([source])
    #expect(result.errors.isEmpty)
    let kind = try #require(result.schema.node("/devices/device/device-type/ne-type/netconf/netconf/ned-id")?.type)
    guard case .identityref(let identities) = kind else {
      Issue.record("ned-id is no identityref but \(kind)")
      return
    }
    #expect(identities.map(\.name).contains("box-nc-1.0"))
    #expect(result.schema.modules.contains { $0.name == "box-nc-1.0" && $0.namespace == identity.namespace })
  }

  @Test func `a NED's namespace may be any text`() throws {
    let namespaces = ["urn:a\"; } \\ \\n", "urn:a \n  b", "urn:\\\"{ // /* '"]
    let identities = try namespaces.enumerated().map { number, namespace in
      try #require(NEDIdentity(name: "box-\(number)", namespace: namespace, interface: "cli"))
    }
    let scratch = try Scratch(["box.yang": Self.module("box", "  leaf b { type string; }")])
    let source = ModuleSource(owner: "box", directory: scratch.directory, isMounted: true, nedIdentities: identities)
    let result = SchemaCompiler(searchPath: [], builtIn: Repository.builtIn).compile([source])
    #expect(result.errors.isEmpty)
    for identity in identities {
      #expect(result.schema.modules.first { $0.name == identity.name }?.namespace == identity.namespace)
    }
  }

  @Test func `a name that YANG does not allow is no NED's identity`() {
    #expect(NEDIdentity(name: "to be replaced by build", namespace: "urn:a", interface: "cli") == nil)
  }

  @Test func `a module on the search path wins over the built-in one`() throws {
    let own = """
      module ietf-inet-types {
        namespace "urn:ietf:params:xml:ns:yang:ietf-inet-types"; prefix inet;
        typedef port-number { type uint8; }
      }
      """
    let body = "  import ietf-inet-types { prefix inet; }\n  leaf p { type inet:port-number; }"
    let alone = try compile([("a", ["a.yang": Self.module("a", body)], false)])
    #expect(alone.schema.node("/p")?.type == .integer(.uint16, ranges: [0...65535]))
    let result = try compile(
      [("a", ["a.yang": Self.module("a", body)], false)],
      searchPath: [
        "ietf-inet-types.yang": own,
        "tailf-ncs.yang": "module tailf-ncs { namespace n; prefix ncs; container devices; }",
      ])
    #expect(result.errors.isEmpty)
    #expect(result.schema.node("/p")?.type == .integer(.uint8, ranges: []))
    #expect(result.schema.node("/devices/device") == nil)
  }

  @Test func `an error in a module on the search path names that file`() throws {
    let body = "  import lent { prefix l; }\n  leaf p { type l:t; }"
    let result = try compile(
      [("a", ["a.yang": Self.module("a", body)], false)],
      searchPath: ["lent.yang": "module lent {\n  namespace n; prefix l;\n  typedef t { }\n}"])
    let error = try #require(result.errors["a"]?.first)
    #expect(error.source.file.hasSuffix("/lent.yang"))
    #expect(error.source.line == 3)
    #expect(error.message == "`typedef t` has no `type`; expected one inside its braces")
  }

  @Test func `a broken tailf-ncs fails every package`() throws {
    let result = try compile(
      [("a", ["a.yang": Self.module("a", "  leaf p { type string; }")], false)],
      searchPath: ["tailf-ncs.yang": "module tailf-ncs { namespace n; prefix ncs; leaf x { type y; } }"])
    #expect(result.errors.keys.sorted() == ["", "a"])
    #expect(result.schema.nodes.count == 1)
  }

  @Test func `a mounted package has its data below the device's config`() throws {
    let ned = Self.module(
      "router",
      """
        container sys { list interface { key name; leaf name { type string; } } }
        leaf main { type leafref { path "/router:sys/router:interface/router:name"; } }
        rpc restart;
      """)
    let service = Self.module(
      "service",
      """
        import tailf-ncs { prefix ncs; }
        import router { prefix r; }
        augment "/ncs:devices/ncs:device/ncs:config/r:sys" { leaf extra { type string; } }
        leaf port {
          type leafref { path "/ncs:devices/ncs:device/ncs:config/r:sys/r:interface/r:name"; }
        }
      """)
    let result = try compile([
      ("service", ["service.yang": service], false), ("router-nc", ["router.yang": ned], true),
    ])
    #expect(result.errors.isEmpty, "\(result.errors)")
    let schema = result.schema
    #expect(schema.node("/sys") == nil)
    #expect(schema.node("/restart") == nil)
    let interface = try #require(schema.node("/devices/device/config/sys/interface"))
    #expect(interface.isMounted)
    #expect(schema.schemaPath(of: interface.id) == "/ncs:devices/device/config/router:sys/interface")
    #expect(schema.node("/devices/device/config")?.isMounted == false)
    #expect(schema.node("/devices/device/config/sys/extra")?.isMounted == true)
    #expect(schema.node("/port")?.isMounted == false)
  }

  @Test func `annotation files and submodules are not compiled by themselves`() throws {
    let result = try compile([
      (
        "a",
        [
          "a.yang": Self.module("a", "  include a-part;"),
          "a-part.yang": "submodule a-part { yang-version 1.1; belongs-to a { prefix x; } leaf l { type string; } }",
          "a-lost.yang": "submodule a-lost { yang-version 1.1; belongs-to a { prefix x; } leaf m { type string; } }",
          "a-ann.yang": "this is not even YANG",
        ], false
      )
    ])
    #expect(result.errors.isEmpty)
    #expect(result.schema.node("/l") != nil)
    #expect(result.schema.node("/m") == nil)
  }

  @Test func `imports in a circle are an error`() throws {
    let result = try compile([
      (
        "a",
        [
          "a.yang": Self.module("a", "  import b { prefix b; }"),
          "b.yang": Self.module("b", "  import a { prefix a; }"),
        ], false
      )
    ])
    #expect(result.errors["a"]?.contains { $0.message.contains("in a circle") } == true)
  }

  @Test func `an import by revision takes that revision's definitions beside the newest`() throws {
    let result = try compile([
      (
        "a",
        [
          "types@2020-01-01.yang": Self.module(
            "types", "  revision 2020-01-01;\n  typedef t { type int8; }\n  leaf x { type t; }"),
          "types.yang": Self.module(
            "types", "  revision 2021-01-01;\n  typedef t { type string; }\n  leaf x { type t; }"),
          "old.yang": Self.module(
            "old", "  import types { prefix t; revision-date 2020-01-01; }\n  leaf o { type t:t; }"),
          "new.yang": Self.module("new", "  import types { prefix t; }\n  leaf n { type t:t; }"),
        ], false
      )
    ])
    #expect(result.errors.isEmpty, "\(result.errors)")
    #expect(result.schema.node("/o")?.type == .integer(.int8, ranges: []))
    #expect(result.schema.node("/n")?.type == .string(lengths: [], patterns: []))
    #expect(result.schema.node("/x")?.type == .string(lengths: [], patterns: []))
    #expect(result.schema.modules.filter { $0.name == "types" }.count == 1)
  }
}
