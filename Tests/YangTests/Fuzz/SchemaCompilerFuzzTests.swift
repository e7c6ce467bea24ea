import JSON
import TestSupport
import Testing

@testable import Yang

@Suite struct `Schema compiler fuzz` {
  @Test(arguments: Fuzz.seeds(6)) func `modules whose statements were moved about compile or are refused`(
    seed: UInt64
  ) throws {
    // Invariant: compiling ends with a sound schema or with errors, each at a line of a module; twice gives the same.
    let originals = try ["actions/src/yang/actions.yang", "l3vpn/src/yang/l3vpn.yang", "vrouter/src/yang/vrouter.yang"]
      .map { try parse("\(Repository.path)/python/examples/\($0)") }
    try Fuzz.round(seed) { round in
      for _ in 0..<4 {
        var module = round.random.pick(originals)
        for _ in 0..<round.random.number(1...4) { module = StatementDamage.change(module, using: &round.random) }
        let text = YangText.text(of: module)
        round.tries(text)
        try check(["\(module.argument).yang": text], builtIn: Repository.builtIn)
      }
    }
  }

  @Test(arguments: Fuzz.seeds(20)) func `definitions that use each other in any way compile or are refused`(
    seed: UInt64
  ) throws {
    // Invariant: compiling ends with a sound schema or with errors, each at a line of a module; twice gives the same.
    try Fuzz.round(seed) { round in
      for _ in 0..<10 {
        var generator = RandomModule(round.random)
        let files = ["m.yang": generator.module("m"), "n.yang": generator.module("n")]
        round.random = generator.random
        round.tries(files.values.joined())
        try check(files, builtIn: Repository.vectors + "/schema/base")
      }
    }
  }

  private func parse(_ path: String) throws -> Statement {
    try StatementParser.parse(try Repository.bytes(path), file: path)
  }

  private func check(_ files: [String: String], builtIn: String) throws {
    let scratch = try Scratch(files)
    let compiler = SchemaCompiler(searchPath: [], builtIn: builtIn, maximumNodes: 20_000)
    let sources = [ModuleSource(owner: "test", directory: scratch.directory, isMounted: false)]
    let result = compiler.compile(sources)
    for error in result.errors.values.joined() {
      // What a built-in module brings may be at fault where it is used.
      let name = error.source.file.split(separator: "/").last.map(String.init) ?? ""
      let text = try files[name] ?? String(decoding: Repository.bytes(error.source.file), as: UTF8.self)
      #expect((1...text.utf8.count { $0 == UInt8(ascii: "\n") } + 1).contains(error.source.line), "\(error)")
      #expect(error.message.utf8.count < 2000 + 2 * text.utf8.count, "\(error)")
    }
    let bytes = SchemaFile.bytes(of: result.schema)
    #expect(SchemaFile.bytes(of: compiler.compile(sources).schema) == bytes)
    try checkNodes(of: result.schema)
    try checkFile(bytes)
  }

  private func checkNodes(of schema: Schema) throws {
    for (index, node) in schema.nodes.enumerated() {
      #expect(Int(node.id.index) == index)
      for child in node.children { #expect(schema[child].parent == node.id && child.index > node.id.index) }
      for key in node.keys { #expect(schema[key].kind == .leaf && schema[key].parent == node.id) }
      #expect((node.type != nil) == (node.kind == .leaf || node.kind == .leafList))
      #expect(node.minElements >= 0 && node.maxElements ?? 1 > 0)
    }
  }

  /// Every line of a schema file is JSON, and the table at its end says where they are.
  private func checkFile(_ bytes: [UInt8]) throws {
    func word(_ place: Int) -> Int { (0..<8).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) } }
    let count = word(bytes.count - 16)
    let table = word(bytes.count - 8)
    #expect(table + 8 * count + 16 == bytes.count)
    for line in 0..<count {
      let start = word(table + 8 * line)
      let end = line + 1 < count ? word(table + 8 * (line + 1)) : table
      _ = try JSONValue(parsing: bytes[start..<end])
    }
  }
}
