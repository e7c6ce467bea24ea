/// Translates patterns of XML Schema for the two engines that run them.
///
/// In XML Schema a pattern is anchored at both ends, `^` and `$` are letters like any other, and a class may have
/// another one subtracted. ICU knows subtraction and Unicode categories, Python neither, so that a class becomes a
/// look-ahead and an alternation for Python.
struct PatternTranslator {
  private static let maximumDepth = 100

  private let statement: Statement
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var icu = ""
  private var python = ""

  /// Translates the argument of a `pattern` statement.
  ///
  /// - Parameter statement: The statement.
  /// - Returns: The pattern, ready to match.
  /// - Throws: ``YangError`` if the argument is no expression of XML Schema.
  static func translate(_ statement: Statement) throws(YangError) -> ValueType.Pattern {
    var translator = PatternTranslator(statement)
    try translator.alternatives(depth: 0)
    guard translator.position == translator.scalars.count else {
      throw translator.malformed("`)` closes nothing; expected `\\)` for the character")
    }
    let pattern = ValueType.Pattern(
      source: statement.argument, icu: translator.icu, python: translator.python, isInverted: false)
    guard let pattern else {
      throw statement.error("the pattern is too large to be compiled; expected smaller counts and fewer groups")
    }
    return pattern
  }

  private init(_ statement: Statement) {
    self.statement = statement
    scalars = Array(statement.argument.unicodeScalars)
  }

  private func malformed(_ why: String) -> YangError {
    statement.error("the pattern is malformed at its character \(position + 1): \(why)")
  }

  private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func emit(_ text: String) {
    icu += text
    python += text
  }

  private mutating func alternatives(depth: Int) throws(YangError) {
    guard depth < Self.maximumDepth else { throw malformed("groups are nested too deeply; expected fewer") }
    while let scalar = current, scalar != ")" {
      if scalar == "|" {
        emit("|")
        position += 1
        continue
      }
      try atom(scalar, depth: depth)
      try quantifier()
    }
  }

  private mutating func atom(_ scalar: Unicode.Scalar, depth: Int) throws(YangError) {
    switch scalar {
    case "(":
      position += 1
      emit("(?:")
      try alternatives(depth: depth + 1)
      guard current == ")" else { throw malformed("a group does not end; expected `)`") }
      position += 1
      emit(")")
    case "[":
      let set = try characterClass(depth: 0)
      icu += set.icu
      python += set.python
    case "\\":
      let item = try escape()
      icu += item.icuOutsideClass
      python += item.python
    case ".":
      position += 1
      emit("[^\\n\\r]")
    case "?", "*", "+", "{", "}":
      throw malformed("`\(scalar)` has nothing to repeat; expected `\\\(scalar)` for the character")
    case "]":
      throw malformed("`]` closes nothing; expected `\\]` for the character")
    default:
      position += 1
      emit(CharacterClass.literal(scalar))
    }
  }

  private mutating func quantifier() throws(YangError) {
    switch current {
    case "?", "*", "+":
      emit(String(scalars[position]))
      position += 1
    case "{":
      guard let end = scalars[position...].firstIndex(of: "}") else {
        throw malformed("`{` does not end; expected a count such as {2} or {1,3}")
      }
      let text = String(String.UnicodeScalarView(scalars[position + 1..<end]))
      let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
      let isOpen = parts.count == 2 && parts[1].isEmpty
      guard let low = Self.count(parts[0]), let high = isOpen ? low : Self.count(parts[parts.count - 1]), low <= high
      else { throw malformed("`{\(text)}` is no count; expected a count such as {2} or {1,3}") }
      emit("{\(text)}")
      position = end + 1
    default: return
    }
    if let next = current, next == "?" || next == "*" || next == "+" || next == "{" {
      throw malformed("`\(next)` repeats a repetition; expected a group around the first")
    }
  }

  private static func count(_ text: Substring) -> Int? {
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
    return Int(text)
  }

  private mutating func characterClass(depth: Int) throws(YangError) -> CharacterClass {
    guard depth < Self.maximumDepth else { throw malformed("classes are nested too deeply; expected fewer") }
    position += 1
    var set = CharacterClass()
    if current == "^" {
      set.isNegated = true
      position += 1
    }
    while let scalar = current, scalar != "]" {
      if scalar == "-", position + 1 < scalars.count, scalars[position + 1] == "[" {
        position += 1
        set.subtracted = [try characterClass(depth: depth + 1)]
        guard current == "]" else { throw malformed("text follows a subtracted class; expected `]`") }
        break
      }
      set.items.append(try classItem(scalar))
    }
    guard current == "]" else { throw malformed("a class does not end; expected `]`") }
    guard !set.items.isEmpty else { throw malformed("a class is empty; expected characters between `[` and `]`") }
    position += 1
    return set
  }

  private mutating func classItem(_ scalar: Unicode.Scalar) throws(YangError) -> CharacterClass.Item {
    let first = try classCharacter(scalar)
    guard case .range(let low, _) = first, current == "-", position + 1 < scalars.count,
      scalars[position + 1] != "]", scalars[position + 1] != "["
    else { return first }
    position += 1
    guard case .range(let high, _) = try classCharacter(scalars[position]), low <= high else {
      throw malformed("a range of characters does not ascend; expected the smaller one first")
    }
    return .range(low, high)
  }

  private mutating func classCharacter(_ scalar: Unicode.Scalar) throws(YangError) -> CharacterClass.Item {
    if scalar == "[" { throw malformed("`[` stands inside a class; expected `\\[`") }
    if scalar == "\\" { return try escape() }
    position += 1
    return .range(scalar, scalar)
  }

  private mutating func escape() throws(YangError) -> CharacterClass.Item {
    position += 1
    guard let scalar = current else { throw malformed("the pattern ends after `\\`; expected an escape") }
    position += 1
    switch scalar {
    case "n": return .range("\n", "\n")
    case "r": return .range("\r", "\r")
    case "t": return .range("\t", "\t")
    case "d": return .category("Nd", isNegated: false)
    case "D": return .category("Nd", isNegated: true)
    case "s": return .named(.space, isNegated: false)
    case "S": return .named(.space, isNegated: true)
    case "w": return .named(.word, isNegated: false)
    case "W": return .named(.word, isNegated: true)
    case "i": return .named(.nameStart, isNegated: false)
    case "I": return .named(.nameStart, isNegated: true)
    case "c": return .named(.nameCharacter, isNegated: false)
    case "C": return .named(.nameCharacter, isNegated: true)
    case "p", "P": return try property(isNegated: scalar == "P")
    default:
      guard scalar.isASCII, !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar) else {
        throw malformed("`\\\(scalar)` is unknown; expected an escape of XML Schema")
      }
      return .range(scalar, scalar)
    }
  }

  private mutating func property(isNegated: Bool) throws(YangError) -> CharacterClass.Item {
    guard current == "{", let end = scalars[position...].firstIndex(of: "}") else {
      throw malformed("`\\p` has no name; expected one such as \\p{L}")
    }
    let name = String(String.UnicodeScalarView(scalars[position + 1..<end]))
    position = end + 1
    if let block = CharacterClass.blocks[name] { return .block(block, isNegated: isNegated) }
    guard CharacterClass.isCategory(name) else {
      throw malformed("`\\p{\(name)}` is unknown; expected a general category such as L or Nd")
    }
    return .category(name, isNegated: isNegated)
  }
}
