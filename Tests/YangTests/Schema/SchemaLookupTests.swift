import Testing
import Yang

@Suite struct `Schema look-up` {
  private func schema() throws -> Schema {
    let scratch = try Scratch([
      "one.yang": """
      module one { namespace urn:one; prefix p;
        container top { leaf a { type string; } leaf both { type string; }
          choice c { case d { container inside { leaf x { type string; } } } } }
        container shared { } }
      """,
      "two.yang": """
      module two { namespace urn:two; prefix p;
        import one { prefix o; }
        augment /o:top { leaf both { type string; } leaf b { type string; } }
        container shared { } }
      """,
      "p.yang": "module p { namespace urn:p; prefix q; container shared { } }",
    ])
    let result = scratch.compile()
    #expect(result.errors.isEmpty, "\(result.errors)")
    return result.schema
  }

  @Test func `a name alone finds a child that only one module has`() throws {
    let schema = try schema()
    let top = try #require(schema.node("/top")).id
    #expect(schema.child(of: .root, named: "top", qualifier: nil) == .found(top))
    let inside = try #require(schema.node("/top/c/d/inside")).id
    #expect(schema.child(of: top, named: "inside", qualifier: nil) == .found(inside))
    #expect(schema.child(of: top, named: "c", qualifier: nil) == .notFound)
    guard case .ambiguous(let nodes) = schema.child(of: top, named: "both", qualifier: nil) else {
      Issue.record("not ambiguous")
      return
    }
    #expect(nodes.map { schema[schema[$0].module].name } == ["one", "two"])
  }

  @Test func `a module's name wins over an equal prefix`() throws {
    let schema = try schema()
    guard case .found(let node) = schema.child(of: .root, named: "shared", qualifier: "p") else {
      Issue.record("not found")
      return
    }
    #expect(schema[schema[node].module].name == "p")
  }

  @Test func `a prefix of two modules is ambiguous only where both have the name`() throws {
    let scratch = try Scratch([
      "one.yang": "module one { namespace urn:one; prefix p; container shared; container single; }",
      "two.yang": "module two { namespace urn:two; prefix p; container shared; }",
    ])
    let schema = scratch.compile().schema
    guard case .found = schema.child(of: .root, named: "single", qualifier: "p"),
      case .ambiguous = schema.child(of: .root, named: "shared", qualifier: "p"),
      case .found = schema.child(of: .root, named: "shared", qualifier: "two")
    else {
      Issue.record("wrong answer")
      return
    }
    #expect(schema.child(of: .root, named: "shared", qualifier: "nobody") == .unknownModule)
    #expect(schema.child(of: .root, named: "nothing", qualifier: "p") == .notFound)
    #expect(schema.modules(named: "p").count == 2)
  }

  @Test func `a path has a prefix at its top and where the module changes`() throws {
    let scratch = try Scratch([
      "one.yang": "module one { namespace urn:one; prefix o; container top { choice c { container x { } } } }",
      "two.yang": """
      module two { namespace urn:two; prefix t; import one { prefix o; }
        augment /o:top/o:c/o:x/o:x { container y { leaf z { type string; } } } }
      """,
    ])
    let result = scratch.compile()
    #expect(result.errors.isEmpty, "\(result.errors)")
    let schema = result.schema
    let leaf = try #require(schema.node("/top/c/x/x/y/z"))
    #expect(schema.schemaPath(of: leaf.id) == "/o:top/x/t:y/z")
    #expect(schema.schemaPath(of: .root) == "/")
    let inner = try #require(schema.node("/top/c/x/x"))
    #expect(schema.dataParent(of: inner.id) == schema.node("/top")?.id)
    #expect(schema.dataParent(of: .root) == nil)
  }
}
