import Testing
import Yang

@Suite struct `Extensions of NSO` {
  private func schema(_ body: String) throws -> Schema {
    let result = try Scratch([
      "m.yang": """
      module m { namespace urn:m; prefix m;
        import tailf-common { prefix t; }
        \(body)
      }
      """
    ]).compile()
    #expect(result.errors.isEmpty, "\(result.errors)")
    return result.schema
  }

  @Test func `an action of tailf is the same as an action of YANG 1.1`() throws {
    let schema = try schema(
      """
      list server { key name; leaf name { type string; }
        t:action reset { t:actionpoint point; input; output { leaf time { type string; } } } }
      """)
    let action = try #require(schema.node("/server/reset"))
    #expect(action.kind == .action)
    #expect(action.actionpoint == "point")
    #expect(action.dataChildren.isEmpty)
    #expect(schema.node("/server/reset/input")?.kind == .input)
    #expect(schema.node("/server/reset/output/time")?.kind == .leaf)
    #expect(schema.node("/server")?.dataChildren.contains(action.id) == true)
  }

  @Test func `input and output are there even if nothing is said about them`() throws {
    let schema = try schema("rpc run;")
    #expect(schema.node("/run/input")?.children == [])
    #expect(schema.node("/run/output")?.kind == .output)
  }

  @Test func `a validation point knows what it depends on`() throws {
    let schema = try schema("leaf a { type string; t:validate check { t:dependency '../b'; } }")
    let point = try #require(schema.node("/a")?.validationPoints.first)
    #expect(point.name == "check")
    #expect(point.dependencies == ["../b"])
    #expect(point.source.line == 3)
  }

  @Test func `info wins over the description`() throws {
    let schema = try schema(
      "leaf a { type string; description 'Long.'; t:info 'Short.'; } leaf b { type string; description 'Long.'; }")
    #expect(schema.node("/a")?.documentation == "Short.")
    #expect(schema.node("/b")?.documentation == "Long.")
  }

  @Test func `unknown extensions are ignored with all they hold`() throws {
    let schema = try schema("t:unheard-of x { leaf y { nonsense:z; } } leaf a { type string; t:cli-what { t:ever; } }")
    #expect(schema.node("/a") != nil)
    #expect(schema.node("/y") == nil)
  }

  @Test func `a feature that is negated takes the node away`() throws {
    let schema = try schema(
      "feature f; leaf a { if-feature 'not f'; type string; } leaf b { if-feature 'f or not f'; type string; }")
    #expect(schema.node("/a") == nil)
    #expect(schema.node("/b") != nil)
  }

  @Test func `defaults are canonical`() throws {
    let schema = try schema(
      """
      leaf a { type decimal64 { fraction-digits 3; } default 01.500; }
      leaf b { type int8; default +7; }
      leaf c { type union { type uint8; type string; } default 300; }
      leaf d { type bits { bit x; bit y; } default 'y x'; }
      typedef t { type string; default inherited; }
      leaf e { type t; }
      list l { key k; leaf k { type t; } leaf m { type t; mandatory true; } }
      """)
    #expect(
      ["a", "b", "c", "d", "e"].map { schema.node("/\($0)")?.defaults } == [
        ["1.5"], ["7"], ["300"], ["x y"], ["inherited"],
      ])
    #expect(schema.node("/l/k")?.defaults == [])
    #expect(schema.node("/l/m")?.defaults == [])
  }

  @Test(arguments: [("010", "8"), ("-0x1F", "-31"), ("+07", "7"), ("-0", "0"), ("00", "0"), ("0", "0")])
  func `a default may be octal or hexadecimal`(written: String, value: String) throws {
    #expect(try schema("leaf a { type int8; default \(written); }").node("/a")?.defaults == [value])
  }

  @Test func `a default that is no identity may be of another member of a union`() throws {
    let schema = try schema(
      "identity i; leaf a { type union { type identityref { base i; } type string; } default 10:20; }")
    #expect(schema.node("/a")?.defaults == ["10:20"])
  }

  @Test func `a leaf-list of YANG 1.0 does not take the default of its type`() throws {
    let schema = try schema("typedef t { type string; default x; } leaf-list l { type t; } leaf a { type t; }")
    #expect(schema.node("/l")?.defaults == [])
    #expect(schema.node("/a")?.defaults == ["x"])
  }
}
