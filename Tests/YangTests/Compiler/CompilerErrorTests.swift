import Testing

@testable import Yang

@Suite struct `Errors in modules` {
  private func error(_ body: String) throws -> String {
    let scratch = try Scratch([
      "m.yang": """
      module m { yang-version 1.1; namespace urn:m; prefix m;
        import tailf-common { prefix tailf; }
        import tailf-ncs { prefix ncs; }
      \(body)
      }
      """
    ])
    let error = scratch.compile().errors["test"]?.first
    return error.map { "\($0.source.line): \($0.message)" } ?? "no error"
  }

  static let cases: [(String, String)] = [
    ("leaf a { type b; }", "4: there is no type `b`; expected "),
    ("leaf a { type x:b; }", "4: nothing is imported with the prefix `x`; expected one of m, ncs, tailf, or `import"),
    ("leaf a { }", "4: `leaf a` has no `type`; expected one inside its braces"),
    ("leaf a { type string;\n type string; }", "5: `type` is repeated in `leaf`, it stands on line 4 already"),
    ("leaf a { type string; key x; }", "4: `key` may not stand in `leaf`; expected one of config, default, "),
    ("leaf 1a { type string; }", "4: `leaf 1a` has no proper name; expected letters"),
    ("container a { leaf b { type string; } leaf b { type string; } }", "4: b is defined twice in a, also at "),
    ("choice a { leaf b { type string; } } leaf b { type string; }", "4: b is defined twice in the root"),
    ("list a { leaf b { type string; } }", "4: list a has no key; expected "),
    ("list a { key c; leaf b { type string; } }", "4: key `c` of list a is not there"),
    (
      "leaf a { type int8 { range '-0x-80000000000000000000000000000000'; } }",
      "4: `-0x-80000000000000000000000000000000` in `range"
    ),
    ("leaf a { type enumeration { enum x { value 2147483647; } enum y; } }", "4: `enum y` has no value left"),
    ("list l { key x; unique ''; leaf x { type string; } }", "4: `unique ` names no leaf"),
    ("uses g;", "4: there is no grouping `g`; expected "),
    ("grouping g { uses h; } grouping h { uses g; } uses g;", "4: grouping g uses itself; expected "),
    ("grouping g { leaf b { type string; } } uses g { refine c { mandatory true; } }", "4: `refine c` names nothing"),
    ("typedef t { type u; } typedef u { type t; } leaf a { type t; }", "4: type "),
    ("augment /m:a { leaf b { type string; } }", "4: `augment /m:a` names nothing: there is no `m:a` in module m"),
    ("leaf a { type leafref { path ../b; } }", "4: the path ../b of leaf a names nothing: there is no `b` in the root"),
    (
      "container b; leaf a { type leafref { path ../b; } }",
      "4: the path ../b of leaf a names a container; expected a leaf"
    ),
    ("leaf a { type leafref { path ../../b; } }", "4: the path ../../b of leaf a goes above the root"),
    ("leaf a { type leafref { path ../b; } } leaf b { type leafref { path ../a; } }", "4: leaf a refers to itself"),
    ("leaf a { type uint8 { range 0..256; } }", "4: `range 0..256` allows more than the type does"),
    ("leaf a { type uint8 { range 5..1; } }", "4: `range 5..1` is not in ascending order"),
    ("leaf a { type uint8 { range x; } }", "4: `x` in `range x` is no bound; expected a number, min or max"),
    ("leaf a { type string { range 1; } }", "4: `range` does not fit type string"),
    ("leaf a { type uint8; default 09; }", "4: `default 09` is no value of the type of a"),
    ("leaf a { type string { pattern 'a{99999999999}'; } }", "4: the pattern is too large to be compiled"),
    ("leaf a { type uint8; default 300; }", "4: `default 300` is no value of the type of a"),
    ("leaf a { type string { pattern '('; } }", "4: the pattern is malformed at its character 2"),
    ("leaf a { type enumeration; }", "4: `type enumeration` has no `enum`; expected at least one"),
    ("leaf a { type decimal64; }", "4: `type decimal64` has no `fraction-digits`"),
    ("identity i { base i; }", "4: identity i is derived from itself"),
    ("leaf a { type identityref { base i; } }", "4: there is no identity `i`"),
    (
      "container a { config false; leaf b { config true; type string; } }", "4: b is `config true` below `config false`"
    ),
    ("leaf a { if-feature f; type string; }", "4: there is no feature `f`"),
    ("leaf a { type string; mandatory yes; }", "4: `mandatory yes` is neither true nor false"),
    ("leaf a { type string; ncs:servicepoint s; }", "4: `ncs:servicepoint` stands in a leaf"),
    ("choice a { default c; leaf b { type string; } }", "4: choice a has no case `c`"),
    ("include part;", "4: submodule part is not found; expected part.yang in "),
    ("import lost { prefix l; }", "4: module lost is not found; expected lost.yang in a package's src/yang"),
    ("deviation /m:a { deviate replace { mandatory true; } }", "4: `deviation /m:a` names nothing"),
  ]

  @Test(arguments: cases) func `say where, what is wrong and what was expected`(body: String, expected: String) throws {
    let found = try error(body)
    #expect(found.hasPrefix(expected), "\(found)")
  }

  @Test func `all of one package are reported together`() throws {
    let scratch = try Scratch([
      "m.yang":
        "module m { namespace urn:m; prefix m;\n leaf a { type leafref { path ../x; } }\n leaf b { type leafref { path ../y; } } }"
    ])
    #expect(scratch.compile().errors["test"]?.map(\.source.line) == [2, 3])
  }

  @Test(.timeLimit(.minutes(30))) func `unions that double at every step are stopped`() throws {
    var text = "typedef u0 { type union { type int8; type string; } }\n"
    for level in 1...40 {
      text += "typedef u\(level) { type union { type u\(level - 1); type u\(level - 1); } }\n"
    }
    #expect(try error(text + "leaf a { type u40; }").contains("leaf a has a union of more than 10000 types"))
    text = "leaf l0 { type union { type int8; type string; } }\n"
    for level in 1...40 {
      let member = "type leafref { path /m:l\(level - 1); }"
      text += "leaf l\(level) { type union { \(member) \(member) } }\n"
    }
    #expect(try error(text).contains("has a union of more than 10000 types"))
  }

  @Test(arguments: [(50, nil), (3000, "ends a chain of more than 100 imports")] as [(Int, String?)])
  func `a chain of imports or includes is no danger to the stack`(length: Int, expected: String?) throws {
    var files: [String: String] = [:]
    for number in 0...length {
      let next = number < length ? number + 1 : nil
      let (link, part) = (
        next.map { "import m\($0) { prefix n; }" } ?? "", next.map { "include s\($0);" } ?? ""
      )
      files["m\(number).yang"] = "module m\(number) { namespace urn:\(number); prefix m\(number); \(link) }"
      files["s\(number).yang"] = "submodule s\(number) { belongs-to top { prefix t; } \(part) }"
    }
    files["top.yang"] = "module top { namespace urn:top; prefix t; include s0; }"
    let errors = try Scratch(files).compile().errors["test"] ?? []
    if let expected {
      #expect(errors.contains { $0.message.contains(expected) && $0.message.hasPrefix("`import") })
      #expect(errors.contains { $0.message.contains(expected) && $0.message.hasPrefix("`include") })
    } else {
      #expect(errors.isEmpty)
    }
  }

  @Test(.timeLimit(.minutes(30))) func `leafrefs that follow each other twice at every step are stopped`() throws {
    var text = "list k { key n; leaf n { type string; } } leaf l0 { type leafref { path /m:k/m:n; } }\n"
    for level in 1...44 {
      let other = "../l\(level - 1)"
      text += "leaf l\(level) { type leafref { path 'deref(deref(\(other))/../../\(other.dropFirst(3)))/../m:n'; } }\n"
    }
    #expect(try error(text).contains("the path has too many deref()"))
  }

  @Test func `groupings that double at every step are stopped`() throws {
    var text = "module m { namespace urn:m; prefix m; grouping g0 { leaf a { type string; } }\n"
    for level in 1...40 {
      text += "grouping g\(level) { container x { uses g\(level - 1); } container y { uses g\(level - 1); } }\n"
    }
    let scratch = try Scratch(["m.yang": text + "uses g40; }"])
    let compiler = SchemaCompiler(searchPath: [], builtIn: Repository.builtIn, maximumNodes: 5000)
    let result = compiler.compile([ModuleSource(owner: "test", directory: scratch.directory, isMounted: false)])
    #expect(result.errors["test"]?.first?.message.hasPrefix("the tree has more than 5000 nodes") == true)
  }
}
