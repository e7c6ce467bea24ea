/// A type before the targets of its leafrefs are known.
struct CompiledType {
  /// What values it has.
  indirect enum Form {
    /// A type that needs nothing else.
    case value(ValueType)
    /// A leafref, whose target depends on the leaf that has the type.
    case leafref(LeafrefPath, requireInstance: Bool)
    /// A union of types.
    case union([Form])
  }

  /// What values it has.
  var form: Form
  /// The default of the typedef it came through, if any.
  var `default`: BuildNode.Located?
}

/// The path of a leafref with what is needed to follow it.
final class LeafrefPath {
  /// The `path` statement.
  let statement: Statement
  /// Where the path's prefixes are looked up.
  let scope: Scope

  /// Creates a path.
  init(statement: Statement, scope: Scope) {
    self.statement = statement
    self.scope = scope
  }
}
