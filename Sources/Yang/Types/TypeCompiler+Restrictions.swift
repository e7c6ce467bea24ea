extension TypeCompiler {
  /// Applies the restrictions in a `type` statement to the type it names.
  ///
  /// - Parameters:
  ///   - form: The type that is named.
  ///   - statement: The statement.
  ///   - scope: Where features are looked up.
  /// - Returns: The narrower type.
  /// - Throws: ``YangError`` if a restriction does not fit or does not narrow.
  mutating func restrict(
    _ form: CompiledType.Form, _ statement: Statement, _ scope: Scope
  ) throws(YangError) -> CompiledType.Form {
    guard !statement.children.isEmpty else { return form }
    switch form {
    case .value(let value):
      return .value(try restrict(value, statement, scope))
    case .leafref(let path, let required):
      try allow([.path, .requireInstance], in: statement)
      return .leafref(path, requireInstance: try requireInstance(statement) ?? required)
    case .union:
      try allow([], in: statement)
      return form
    }
  }

  private mutating func restrict(
    _ value: ValueType, _ statement: Statement, _ scope: Scope
  ) throws(YangError) -> ValueType {
    switch value {
    case .integer(let kind, let ranges):
      try allow([.range], in: statement)
      guard let range = statement.first(.range) else { return value }
      let outer = ranges.isEmpty ? [kind.range] : ranges
      return .integer(kind, ranges: try RangeExpression.parse(range, within: outer) { RangeExpression.integer($0) })
    case .decimal64(let digits, let ranges):
      try allow([.range, .fractionDigits], in: statement)
      guard let range = statement.first(.range) else { return value }
      let outer = ranges.isEmpty ? [Int64.min...Int64.max] : ranges
      return .decimal64(
        fractionDigits: digits,
        ranges: try RangeExpression.parse(range, within: outer) { Decimal64.scaled($0, fractionDigits: digits) })
    case .string(let lengths, let patterns):
      try allow([.length, .pattern], in: statement)
      return .string(
        lengths: try restrict(lengths, statement), patterns: patterns + (try translate(patternsOf: statement)))
    case .binary(let lengths):
      try allow([.length], in: statement)
      return .binary(lengths: try restrict(lengths, statement))
    case .enumeration(let values):
      try allow([.enum], in: statement)
      return .enumeration(try subset(of: values, .enum, in: statement, scope))
    case .bits(let values):
      try allow([.bit], in: statement)
      return .bits(try subset(of: values, .bit, in: statement, scope))
    case .instanceIdentifier(let required):
      try allow([.requireInstance], in: statement)
      return .instanceIdentifier(requireInstance: try requireInstance(statement) ?? required)
    case .boolean, .empty, .identityref, .leafref, .union:
      try allow([], in: statement)
      return value
    }
  }

  private func allow(_ keywords: [Keyword], in statement: Statement) throws(YangError) {
    for child in statement.children where child.keyword != .prefixed && !keywords.contains(child.keyword) {
      throw child.error("`\(child.word)` does not fit type \(statement.argument); expected a restriction of that type")
    }
  }

  private func restrict(_ lengths: [ClosedRange<Int>], _ statement: Statement) throws(YangError) -> [ClosedRange<Int>] {
    guard let length = statement.first(.length) else { return lengths }
    let outer = lengths.isEmpty ? [0...Int.max] : lengths
    return try RangeExpression.parse(length, within: outer) { RangeExpression.length($0) }
  }

  private func subset(
    of values: [ValueType.NamedValue], _ keyword: Keyword, in statement: Statement, _ scope: Scope
  ) throws(YangError) -> [ValueType.NamedValue] {
    var kept: [ValueType.NamedValue] = []
    for child in statement.children where child.keyword == keyword {
      guard try FeatureExpression.holds(for: child, scope) else { continue }
      guard let value = values.first(where: { $0.name == child.argument }) else {
        throw child.error("`\(child.word) \(child.argument)` is not in the type; expected a name it has")
      }
      if let given = try Self.givenValue(of: child), given != value.value {
        throw child.error(
          "`\(child.word) \(child.argument)` has the value \(value.value) in the type; expected the same")
      }
      kept.append(value)
    }
    return kept.isEmpty ? values : values.filter { kept.contains($0) }
  }

  private mutating func translate(patternsOf statement: Statement) throws(YangError) -> [ValueType.Pattern] {
    var found: [ValueType.Pattern] = []
    for child in statement.children where child.keyword == .pattern {
      if let modifier = child.first(.modifier), modifier.argument != "invert-match" {
        throw modifier.error("`modifier \(modifier.argument)` is unknown; expected invert-match")
      }
      var pattern: ValueType.Pattern
      if let known = patterns[child.argument] {
        pattern = known
      } else {
        pattern = try PatternTranslator.translate(child)
        patterns[child.argument] = pattern
      }
      pattern.isInverted = child.first(.modifier) != nil
      found.append(pattern)
    }
    return found
  }
}
