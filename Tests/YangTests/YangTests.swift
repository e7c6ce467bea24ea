import Foundation
import Testing

@testable import Yang

@Suite struct `Schema compiler` {
  private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  @Test func `compiles the built-in modules by themselves`() {
    let compiler = SchemaCompiler(searchPath: [], builtIn: Self.repository + "/python/ncs_dir/src/ncs/yang")
    let result = compiler.compile([])
    #expect(result.errors.isEmpty)
    #expect(result.schema.modules.map(\.name).contains("tailf-ncs"))
  }
}
