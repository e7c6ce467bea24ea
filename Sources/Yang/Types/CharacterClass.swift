/// A set of characters in a pattern, written for both engines.
struct CharacterClass {
  /// The sets that XML Schema names with one letter and that are no Unicode category.
  enum Named {
    case space
    case word
    case nameStart
    case nameCharacter
  }

  /// One part of a set.
  enum Item {
    /// The characters from one to another.
    case range(Unicode.Scalar, Unicode.Scalar)
    /// A general category, or all but one.
    case category(String, isNegated: Bool)
    /// A named set, or all but one.
    case named(Named, isNegated: Bool)
    /// A block of code points, or all but one.
    case block(ClosedRange<UInt32>, isNegated: Bool)
  }

  /// What is in the set, unless it is negated.
  var items: [Item] = []
  /// Whether the set is everything but its items.
  var isNegated = false
  /// The set that is taken away, if any; an array, as a value cannot hold one of its own type.
  var subtracted: [CharacterClass] = []

  /// The set for `NSRegularExpression`.
  var icu: String {
    let own = "[\(isNegated ? "^" : "")\(items.map(\.icu).joined())]"
    guard let subtracted = subtracted.first else { return own }
    return "[\(own)--\(subtracted.icu)]"
  }

  /// The set for Python's `re`, as an expression that takes one character.
  var python: String {
    let excluded = subtracted.first.map { "(?!\($0.python))" } ?? ""
    let all = Self.alternation(of: items)
    let isBracket = all.hasPrefix("[") && !all.hasPrefix("[^")
    let own: String
    switch (isNegated, isBracket) {
    case (false, _): own = all
    case (true, true): own = "[^" + all.dropFirst()
    case (true, false): own = "(?:(?!\(all))[\\s\\S])"
    }
    return excluded.isEmpty ? own : "(?:\(excluded)\(own))"
  }

  private static func alternation(of items: [Item]) -> String {
    var plain = ""
    var others: [String] = []
    var hasLetters = false
    var hasNumbers = false
    for item in items {
      switch item {
      case .category("L", isNegated: false): hasLetters = true
      case .category("N", isNegated: false): hasNumbers = true
      default:
        if let ranges = item.pythonRanges { plain += ranges } else { others.append(item.python) }
      }
    }
    // Python has no categories, but its `\w` without `_` is exactly the letters and numbers.
    if hasLetters, hasNumbers {
      others.append("[^\\W_]")
    } else if hasLetters || hasNumbers {
      plain += UnicodeCategories.ranges(of: hasLetters ? "L" : "N")
    }
    if !plain.isEmpty { others.insert("[\(plain)]", at: 0) }
    return others.count == 1 ? others[0] : "(?:\(others.joined(separator: "|")))"
  }

  /// A character outside a class.
  static func literal(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    case "0"..."9", "a"..."z", "A"..."Z", "_": return String(scalar)
    default: return scalar.value < 0x80 && scalar.value > 0x20 ? "\\\(scalar)" : String(scalar)
    }
  }

  /// The blocks that patterns name, by their name in XML Schema.
  static let blocks: [String: ClosedRange<UInt32>] = [
    "IsBasicLatin": 0...0x7F,
    "IsLatin-1Supplement": 0x80...0xFF,
    "IsLatinExtended-A": 0x100...0x17F,
    "IsLatinExtended-B": 0x180...0x24F,
    "IsGreek": 0x370...0x3FF,
    "IsCyrillic": 0x400...0x4FF,
  ]

  /// Whether a name is that of a general category.
  static func isCategory(_ name: String) -> Bool {
    UnicodeCategories.names.contains(name)
  }
}

extension CharacterClass.Item {
  /// The item inside a class of ICU.
  var icu: String {
    switch self {
    case .range(let low, let high):
      return low == high
        ? CharacterClass.literal(low) : "\(CharacterClass.literal(low))-\(CharacterClass.literal(high))"
    case .category(let name, let isNegated): return "\\\(isNegated ? "P" : "p"){\(name)}"
    case .named(.word, let isNegated): return "[\(isNegated ? "" : "^")\\p{P}\\p{Z}\\p{C}]"
    case .named(let name, let isNegated): return "[\(isNegated ? "^" : "")\(name.ranges)]"
    case .block(let block, let isNegated): return "[\(isNegated ? "^" : "")\(UnicodeCategories.text(of: [block]))]"
    }
  }

  /// The item as an expression of its own for ICU.
  var icuOutsideClass: String {
    switch self {
    case .range(let low, _): return CharacterClass.literal(low)
    default: return icu
    }
  }

  /// What stands for the item inside a class of Python, unless it takes more than that.
  var pythonRanges: String? {
    switch self {
    case .range: return icu
    case .category("Nd", let isNegated): return isNegated ? "\\D" : "\\d"
    case .category(let name, isNegated: false): return UnicodeCategories.ranges(of: name)
    case .named(.space, isNegated: false): return CharacterClass.Named.space.ranges
    case .named(.nameStart, isNegated: false): return CharacterClass.Named.nameStart.ranges
    case .named(.nameCharacter, isNegated: false): return CharacterClass.Named.nameCharacter.ranges
    case .named(.word, isNegated: true): return CharacterClass.Named.word.ranges
    case .block(let block, isNegated: false): return UnicodeCategories.text(of: [block])
    case .category, .named, .block: return nil
    }
  }

  /// The item as an expression of its own for Python.
  var python: String {
    if case .range(let low, let high) = self, low == high { return CharacterClass.literal(low) }
    if case .category("Nd", let isNegated) = self { return isNegated ? "\\D" : "\\d" }
    if let ranges = pythonRanges { return "[\(ranges)]" }
    switch self {
    case .range, .category("Nd", _): return ""
    case .category(let name, _): return "[^\(UnicodeCategories.ranges(of: name))]"
    case .named(let name, _): return "[^\(name.ranges)]"
    case .block(let block, _): return "[^\(UnicodeCategories.text(of: [block]))]"
    }
  }
}

extension CharacterClass.Named {
  /// The set as ranges inside a class; for ``word`` it is what is *not* in the set.
  var ranges: String {
    switch self {
    case .space: return " \\t\\n\\r"
    case .word: return ["P", "Z", "C"].map { UnicodeCategories.ranges(of: $0) }.joined()
    case .nameStart: return UnicodeCategories.text(of: Self.nameStartRanges)
    case .nameCharacter:
      return "\\-\\.0-9" + UnicodeCategories.text(of: [0xB7...0xB7, 0x300...0x36F, 0x203F...0x2040])
        + Self.nameStart.ranges
    }
  }

  /// `NameStartChar` of XML 1.0.
  private static let nameStartRanges: [ClosedRange<UInt32>] = [
    0x3A...0x3A, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF, 0x370...0x37D,
    0x37F...0x1FFF, 0x200C...0x200D, 0x2070...0x218F, 0x2C00...0x2FEF, 0x3001...0xD7FF, 0xF900...0xFDCF,
    0xFDF0...0xFFFD, 0x10000...0xEFFFF,
  ]
}
