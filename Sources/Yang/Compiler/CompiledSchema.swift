/// What became of the packages' YANG.
package struct CompiledSchema: Sendable {
  /// The schema of every package that compiles.
  package let schema: Schema
  /// What is wrong with the others, by package; under the empty name what concerns no package.
  package let errors: [String: [YangError]]

  /// Creates a result.
  package init(schema: Schema, errors: [String: [YangError]]) {
    self.schema = schema
    self.errors = errors
  }
}
