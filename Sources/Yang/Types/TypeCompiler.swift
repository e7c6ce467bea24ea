/// Turns `type` statements into types, with the restrictions of every typedef on the way folded in.
struct TypeCompiler {
  private static let maximumDepth = 100

  private let identities: IdentityGraph
  private var typedefs: [ObjectIdentifier: CompiledType] = [:]
  /// The patterns that have been translated already.
  var patterns: [String: ValueType.Pattern] = [:]

  /// Creates a compiler.
  ///
  /// - Parameter identities: The identities that an identityref may name.
  init(identities: IdentityGraph) { self.identities = identities }

  /// Compiles a `type` statement.
  ///
  /// - Parameters:
  ///   - statement: The statement.
  ///   - scope: Where the type's name is looked up.
  ///   - depth: How many typedefs and unions are around it.
  /// - Returns: The type, with the default of its typedef.
  /// - Throws: ``YangError`` if the type is unknown or a restriction does not fit.
  mutating func compile(_ statement: Statement, _ scope: Scope, depth: Int = 0) throws(YangError) -> CompiledType {
    guard depth < Self.maximumDepth else {
      throw statement.error("type \(statement.argument) is defined by itself or too deeply; expected fewer typedefs")
    }
    if let form = try builtIn(statement, scope, depth) { return CompiledType(form: form) }
    let base = try typedef(scope.typedef(statement.argument, at: statement), depth: depth)
    return CompiledType(form: try restrict(base.form, statement, scope), default: base.default)
  }

  private mutating func typedef(_ definition: Definition, depth: Int) throws(YangError) -> CompiledType {
    let identity = ObjectIdentifier(definition.statement)
    if let known = typedefs[identity] { return known }
    guard let type = definition.statement.first(.type) else {
      throw definition.statement.error("the typedef has no type; expected one")
    }
    var compiled = try compile(type, definition.scope, depth: depth + 1)
    if let given = definition.statement.first(.default) {
      compiled.default = BuildNode.Located(statement: given, scope: definition.scope)
    }
    typedefs[identity] = compiled
    return compiled
  }

  private mutating func builtIn(
    _ statement: Statement, _ scope: Scope, _ depth: Int
  ) throws(YangError) -> CompiledType.Form? {
    switch statement.argument {
    case "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64":
      guard let kind = ValueType.IntegerKind(rawValue: statement.argument) else { return nil }
      return try restrict(.value(.integer(kind, ranges: [])), statement, scope)
    case "string": return try restrict(.value(.string(lengths: [], patterns: [])), statement, scope)
    case "boolean": return try restrict(.value(.boolean), statement, scope)
    case "empty": return try restrict(.value(.empty), statement, scope)
    case "binary": return try restrict(.value(.binary(lengths: [])), statement, scope)
    case "decimal64":
      guard let digits = statement.first(.fractionDigits) else {
        throw statement.error("`type decimal64` has no `fraction-digits`; expected a number from 1 to 18")
      }
      let count = try digits.count()
      guard (1...18).contains(count) else {
        throw digits.error("`fraction-digits \(count)` is out of range; expected a number from 1 to 18")
      }
      return try restrict(.value(.decimal64(fractionDigits: count, ranges: [])), statement, scope)
    case "enumeration": return .value(.enumeration(try namedValues(.enum, in: statement, scope)))
    case "bits": return .value(.bits(try namedValues(.bit, in: statement, scope).sorted { $0.value < $1.value }))
    case "identityref": return .value(.identityref(try identities(in: statement, scope)))
    case "leafref":
      guard let path = statement.first(.path) else {
        throw statement.error("`type leafref` has no `path`; expected one")
      }
      let required = try requireInstance(statement)
      return .leafref(LeafrefPath(statement: path, scope: scope), requireInstance: required ?? true)
    case "instance-identifier":
      return .value(.instanceIdentifier(requireInstance: try requireInstance(statement) ?? true))
    case "union":
      var members: [CompiledType.Form] = []
      for child in statement.children where child.keyword == .type {
        members.append(try compile(child, scope, depth: depth + 1).form)
      }
      guard !members.isEmpty else { throw statement.error("`type union` has no member; expected a `type` inside") }
      return .union(members)
    default: return nil
    }
  }

  /// What `require-instance` says in a `type` statement, if it is there.
  func requireInstance(_ statement: Statement) throws(YangError) -> Bool? {
    try statement.first(.requireInstance)?.boolean()
  }

  private func identities(in statement: Statement, _ scope: Scope) throws(YangError) -> [ValueType.Identity] {
    var bases: [IdentityGraph.Key] = []
    for child in statement.children where child.keyword == .base {
      bases.append(try identities.resolve(child.argument, in: scope, at: child))
    }
    guard !bases.isEmpty else { throw statement.error("`type identityref` has no `base`; expected one") }
    return identities.derived(fromAll: bases)
  }

  /// The `enum` or `bit` statements with the values they were given or that follow from their order.
  private func namedValues(
    _ keyword: Keyword, in statement: Statement, _ scope: Scope
  ) throws(YangError) -> [ValueType.NamedValue] {
    var values: [ValueType.NamedValue] = []
    var names: Set<String> = []
    var taken: Set<Int> = []
    var highest: Int?
    let limit = keyword == .enum ? Int(Int32.max) : Int(UInt32.max)
    for child in statement.children where child.keyword == keyword {
      guard try FeatureExpression.holds(for: child, scope) else { continue }
      let value = try Self.givenValue(of: child) ?? highest.map { $0 + 1 } ?? 0
      guard value <= limit else {
        throw child.error("`\(child.word) \(child.argument)` has no value left above \(limit); expected it to give one")
      }
      guard names.insert(child.argument).inserted, taken.insert(value).inserted else {
        throw child.error("`\(child.word) \(child.argument)` repeats a name or a value; expected new ones")
      }
      highest = max(highest ?? value, value)
      values.append(ValueType.NamedValue(name: child.argument, value: value))
    }
    guard !values.isEmpty else {
      throw statement.error("`type \(statement.argument)` has no `\(keyword.rawValue)`; expected at least one")
    }
    return values
  }

  /// The `value` or `position` of an `enum` or `bit`, if one is given.
  static func givenValue(of statement: Statement) throws(YangError) -> Int? {
    guard let given = statement.first(.value) ?? statement.first(.position) else { return nil }
    let range = given.keyword == .value ? Int(Int32.min)...Int(Int32.max) : 0...Int(UInt32.max)
    guard let value = Int(given.argument), range.contains(value) else {
      throw given.error("`\(given.word) \(given.argument)` is no number in range; expected \(range)")
    }
    return value
  }
}
