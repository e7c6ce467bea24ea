/// Decides `if-feature`, every feature being supported.
///
/// With every feature there, a plain name always holds; only a `not` can make an expression fail.
struct FeatureExpression {
  private var tokens: ArraySlice<Substring>
  private let statement: Statement
  private let scope: Scope

  /// Whether all `if-feature` statements in a statement hold.
  ///
  /// - Parameters:
  ///   - statement: The statement.
  ///   - scope: Where the features' prefixes are looked up.
  /// - Returns: Whether the statement counts.
  /// - Throws: ``YangError`` if an expression is malformed or names an unknown feature.
  static func holds(for statement: Statement, _ scope: Scope) throws(YangError) -> Bool {
    for child in statement.children where child.keyword == .ifFeature {
      var expression = FeatureExpression(child, scope)
      let value = try expression.disjunction(depth: 0)
      guard expression.tokens.isEmpty else { throw expression.malformed() }
      if !value { return false }
    }
    return true
  }

  private init(_ statement: Statement, _ scope: Scope) {
    self.statement = statement
    self.scope = scope
    var tokens: [Substring] = []
    for word in statement.argument.split(whereSeparator: \.isWhitespace) {
      var rest = word[...]
      while let paren = rest.firstIndex(where: { $0 == "(" || $0 == ")" }) {
        if paren != rest.startIndex { tokens.append(rest[..<paren]) }
        tokens.append(rest[paren...paren])
        rest = rest[rest.index(after: paren)...]
      }
      if !rest.isEmpty { tokens.append(rest) }
    }
    self.tokens = tokens[...]
  }

  private func malformed() -> YangError {
    statement.error(
      "`if-feature \(statement.argument)` is malformed; expected feature names with `not`, `and`, `or` and parentheses")
  }

  private mutating func disjunction(depth: Int) throws(YangError) -> Bool {
    var value = try conjunction(depth: depth)
    while tokens.first == "or" {
      tokens.removeFirst()
      let other = try conjunction(depth: depth)
      value = value || other
    }
    return value
  }

  private mutating func conjunction(depth: Int) throws(YangError) -> Bool {
    var value = try factor(depth: depth)
    while tokens.first == "and" {
      tokens.removeFirst()
      let other = try factor(depth: depth)
      value = value && other
    }
    return value
  }

  private mutating func factor(depth: Int) throws(YangError) -> Bool {
    guard depth < 100, let token = tokens.popFirst() else { throw malformed() }
    switch token {
    case "not": return try !factor(depth: depth + 1)
    case "(":
      let value = try disjunction(depth: depth + 1)
      guard tokens.popFirst() == ")" else { throw malformed() }
      return value
    case ")", "and", "or": throw malformed()
    default:
      let name = QualifiedName(token)
      let module = try scope.module(name.prefix, at: statement)
      guard module.features.contains(name.name) else {
        throw statement.error("there is no feature `\(token)`; expected one that module \(module.name) defines")
      }
      return true
    }
  }
}
