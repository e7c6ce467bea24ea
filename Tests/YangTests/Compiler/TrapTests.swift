import Foundation
import Testing
import Yang

@Suite struct `Traps of YANG` {
  private func schema(_ files: [String]) throws -> Schema {
    let scratch = try Scratch()
    try scratch.copy(files)
    let result = scratch.compile()
    #expect(result.errors.isEmpty, "\(result.errors)")
    return result.schema
  }

  private func main() throws -> Schema { try schema(["trap-base.yang", "trap-main.yang", "trap-sub.yang"]) }

  @Test(arguments: [
    ("trap-base", "trap-base.tree", ["trap-base.yang"]),
    ("trap-deref", "trap-deref.tree", ["trap-deref.yang"]),
    ("trap-main", "trap-main.tree", ["trap-base.yang", "trap-main.yang", "trap-sub.yang"]),
    ("trap-main", "trap-main+dev.tree", ["trap-base.yang", "trap-main.yang", "trap-sub.yang", "trap-dev.yang"]),
  ])
  func `the tree is the one that other tools draw`(module: String, tree: String, files: [String]) throws {
    let expected = String(decoding: try Repository.bytes(Repository.vectors + "/yang/" + tree), as: UTF8.self)
    #expect(TreeDiagram.lines(of: module, in: try schema(files)) == TreeDiagram.reduced(expected))
  }

  @Test func `a refine changes the copy and not the grouping`() throws {
    let schema = try main()
    #expect(schema.node("/c1/host")?.isMandatory == true)
    #expect(schema.node("/from-sub/host")?.isMandatory == false)
    #expect(schema.node("/c1/port")?.defaults == ["8080"])
    #expect(schema.node("/from-sub/port")?.defaults == ["80"])
    #expect(schema.node("/c1/opts")?.isPresence == true)
    #expect(schema.node("/c1/opts/retries")?.must == [". < 50"])
    #expect(schema.node("/c1/opts/retries")?.defaults == ["7"])
    #expect(schema.node("/from-sub/opts/retries")?.defaults == ["50"])
  }

  @Test func `nodes of a grouping are in the using module`() throws {
    let schema = try main()
    let host = try #require(schema.node("/c1/host"))
    #expect(schema[host.module].name == "trap-main")
    #expect(host.source.file.hasSuffix("trap-base.yang"))
  }

  @Test func `a leaf directly below a choice has a case of its own`() throws {
    let schema = try main()
    let quic = try #require(schema.node("/c1/way/quic"))
    #expect(quic.kind == .case)
    #expect(schema.node("/c1/way/quic/quic")?.kind == .leaf)
    let container = try #require(schema.node("/c1"))
    #expect(container.dataChildren.map { schema[$0].name }.contains("jitter"))
    #expect(!container.dataChildren.map { schema[$0].name }.contains("way"))
  }

  @Test func `the keys of a list stand in the order of its key statement`() throws {
    let schema = try main()
    let entry = try #require(schema.node("/c2/entry"))
    #expect(entry.keys.map { schema[$0].name } == ["b", "a"])
    #expect(entry.unique.map { $0.map { schema[$0].name } } == [["d"]])
    #expect(entry.isOrderedByUser)
    #expect(entry.minElements == 1)
    #expect(entry.maxElements == 8)
    #expect(schema.node("/c2/entry/vals")?.defaults == ["1", "2"])
  }

  @Test func `a leafref has the type of its target`() throws {
    let schema = try main()
    guard case .leafref(_, .integer(.uint8, _), true) = schema.node("/c2/entry/ref")?.type else {
      Issue.record("\(String(describing: schema.node("/c2/entry/ref")?.type))")
      return
    }
    guard case .leafref(_, .identityref(let identities), false) = schema.node("/c2/entry/kind-ref")?.type else {
      Issue.record("\(String(describing: schema.node("/c2/entry/kind-ref")?.type))")
      return
    }
    #expect(identities.map(\.name) == ["round", "oval", "red-round"])
    #expect(identities.map(\.prefix) == ["b", "m", "m"])
  }

  @Test func `deref in a leafref path leads through the other leafref`() throws {
    let schema = try schema(["trap-deref.yang"])
    guard case .leafref(_, .string, _) = schema.node("/c/via")?.type else {
      Issue.record("\(String(describing: schema.node("/c/via")?.type))")
      return
    }
  }

  @Test func `typedefs narrow and pass on their default`() throws {
    let schema = try main()
    let narrowed = try #require(schema.node("/c2/hp"))
    #expect(narrowed.type == .integer(.uint8, ranges: [50...100]))
    #expect(narrowed.defaults == ["60"])
    guard case .string(let lengths, let patterns) = schema.node("/c1/host")?.type else { return }
    #expect(lengths == [1...20])
    #expect(patterns.map(\.isInverted) == [false, true])
  }

  @Test func `enums go on from a negative value`() throws {
    let scratch = try Scratch([
      "m.yang": """
      module m { namespace urn:m; prefix m;
        leaf a { type enumeration { enum x { value -5; } enum y; enum z { value -9; } enum q; } } }
      """
    ])
    guard case .enumeration(let values) = scratch.compile().schema.node("/a")?.type else {
      Issue.record("no enumeration")
      return
    }
    #expect(values.map(\.value) == [-5, -4, -9, -3])
  }

  @Test func `a refine may name its own module, whoever uses the grouping around it`() throws {
    let scratch = try Scratch([
      "a.yang": """
      module a { namespace urn:a; prefix a;
        grouping inner { container c { leaf x { type string; } } }
        grouping outer { uses inner { refine a:c/a:x { mandatory true; } } } }
      """,
      "b.yang": "module b { namespace urn:b; prefix b; import a { prefix a; } uses a:outer; }",
    ])
    let result = scratch.compile()
    #expect(result.errors.isEmpty, "\(result.errors)")
    #expect(result.schema.node("/c/x")?.isMandatory == true)
  }

  @Test func `enums and bits are numbered from the highest so far`() throws {
    let schema = try main()
    guard case .union(let members) = schema.node("/c2/u")?.type, case .enumeration(let values) = members[1] else {
      Issue.record("no union")
      return
    }
    #expect(values.map(\.value) == [10, 11, 5])
    guard case .bits(let bits) = schema.node("/c2/bits")?.type else { return }
    #expect(bits.map(\.name) == ["a", "c", "d"])
    #expect(bits.map(\.value) == [0, 5, 6])
    #expect(schema.node("/c2/bits")?.defaults == ["a d"])
    #expect(schema.node("/c2/i")?.defaults == ["b:round"])
  }

  @Test func `config false is inherited`() throws {
    let schema = try main()
    #expect(schema.node("/c2/nokey/x")?.isConfig == false)
    #expect(schema.node("/c2/nokey/x")?.type == .decimal64(fractionDigits: 3, ranges: [1500...2500]))
  }

  @Test func `when of an augment goes to the nodes it brings`() throws {
    #expect(try main().node("/top/item/added")?.when == ["bb:kind"])
  }

  @Test func `deviations change what is compiled`() throws {
    let schema = try schema(["trap-base.yang", "trap-main.yang", "trap-sub.yang", "trap-dev.yang"])
    #expect(schema.node("/c2/gone") == nil)
    #expect(schema.node("/c2/u")?.type == .string(lengths: [], patterns: []))
    #expect(schema.node("/c2/hp")?.isMandatory == true)
    #expect(schema.node("/c2/hp")?.defaults == [])
    #expect(schema.node("/c2/entry")?.maxElements == 4)
  }
}
