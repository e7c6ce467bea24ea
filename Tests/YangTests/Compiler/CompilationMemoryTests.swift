import Testing

@testable import Yang

@Suite struct `The memory of a compilation` {
  private struct Weak {
    weak var module: YangModule?
    weak var file: YangFile?
  }

  /// A host that reloads compiles again and again.
  @Test func `is free when it is over`() throws {
    let scratch = try Scratch([
      "a.yang": """
      module a { yang-version 1.1; namespace urn:a; prefix a;
        import tailf-ncs { prefix ncs; }
        import b { prefix b; }
        include part;
        list service { key name; uses ncs:service-data; ncs:servicepoint a; leaf name { type string; } uses b:all; }
      }
      """,
      "part.yang": "submodule part { yang-version 1.1; belongs-to a { prefix a; } typedef t { type string; } }",
      "b.yang": """
      module b { namespace urn:b; prefix b;
        grouping all { container c { typedef u { type uint8; } leaf d { type u; } } }
      }
      """,
    ])
    let seen = read(scratch.directory)
    #expect(seen.count >= 4)
    #expect(seen.allSatisfy { $0.module == nil && $0.file == nil })
  }

  /// What is seen of the modules while they are compiled.
  private func read(_ directory: String) -> [Weak] {
    var library = ModuleLibrary(fallbacks: [Repository.builtIn])
    var errors = CompilerErrors()
    let set = ModuleSet(
      sources: [ModuleSource(owner: "test", directory: directory, isMounted: false)], failures: [:],
      library: &library, errors: &errors)
    let identities = IdentityGraph(set.modules, lenders: set.lenders, errors: &errors)
    var builder = TreeBuilder(set.modules, maximumNodes: 100_000)
    builder.build(&errors)
    builder.augment(&errors)
    var assembler = SchemaAssembler(builder, identities)
    #expect(assembler.nodes(&errors).contains { $0.name == "d" })
    #expect(errors.isEmpty)
    return set.modules.map { Weak(module: $0, file: $0.main) }
  }
}
