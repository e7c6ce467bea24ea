import Foundation
import JSON
import Testing
import Yang

@Suite struct `Schema file` {
  private func file() -> [UInt8] {
    let compiler = SchemaCompiler(searchPath: [], builtIn: Repository.vectors + "/schema/base")
    let source = ModuleSource(owner: "example", directory: Repository.vectors + "/schema/package", isMounted: false)
    let result = compiler.compile([source])
    #expect(result.errors.isEmpty)
    return SchemaFile.bytes(of: result.schema)
  }

  private func word(_ bytes: ArraySlice<UInt8>) -> Int {
    Int(bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  @Test func `has the lines that Python reads in its own tests`() throws {
    let bytes = file()
    let expected = try Repository.bytes(Repository.vectors + "/schema/example.schema")
    let text = bytes.prefix(word(bytes.suffix(8)))
    #expect(String(decoding: text, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
  }

  @Test func `ends in a table that leads to every line`() throws {
    let bytes = file()
    let table = word(bytes.suffix(8))
    let count = word(bytes.suffix(16))
    #expect(bytes.count == table + 8 * count + 16)
    let lines = bytes[..<table].split(separator: UInt8(ascii: "\n"))
    #expect(lines.count == count)
    for (number, line) in lines.enumerated() {
      #expect(word(bytes[(table + 8 * number)...]) == line.startIndex)
      #expect(throws: Never.self) { try JSONValue(parsing: line) }
    }
  }

  @Test func `refers to nodes by the line they stand on`() throws {
    let bytes = file()
    let lines = try bytes[..<word(bytes.suffix(8))].split(separator: UInt8(ascii: "\n"))
      .map { try JSONValue(parsing: $0) }
    for (number, line) in lines.enumerated().dropFirst() {
      for child in line["c"]?.array ?? [] {
        guard let reference = child["ref"]?.int else { continue }
        #expect(lines[reference]["n"]?.string == child["n"]?.string)
        #expect(lines[reference]["k"]?.string == child["k"]?.string)
        #expect(lines[reference]["p"]?.int == number)
      }
    }
  }
}
