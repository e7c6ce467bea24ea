import TestSupport

/// A pattern of XML Schema as a tree, with a matcher that is as slow as it is simple.
indirect enum ReferencePattern: Sendable {
  /// One character of a set.
  case one(String, @Sendable (Unicode.Scalar) -> Bool)
  case sequence([ReferencePattern])
  case choice([ReferencePattern])
  case repeated(ReferencePattern, String, ClosedRange<Int>)

  /// Characters for texts: they stand at the edges of the sets below.
  static let alphabet = [
    "a", "b", "c", "e", "z", "A", "Z", "0", "1", "9", "\u{663}", "_", "-", "^", "$", ".", ":", " ", "\n", "\r", "\t",
    "\\",
    "\u{E9}", "\u{130}", "\u{2028}", "\u{1F600}", "[", "]", "{", "*", "&", "~", "#", "\u{301}", "aa", "ab", "abc",
  ]

  /// Pieces that mean something in a pattern, whole ones and broken ones.
  static let spice =
    alphabet + [
      "(", ")", "|", "?", "+", "}", "{2}", "{1,3}", "{,3}", "{2,}", "{0}", "{99999}", "[a-z]", "[^a]", "[a-z-[aeiou]]",
      "-[", "\\d", "\\D", "\\s", "\\S", "\\w", "\\W", "\\i", "\\c", "\\I", "\\C", "\\p{L}", "\\P{Nd}",
      "\\p{IsBasicLatin}",
      "\\p{", "\\.", "\\-", "\\[", "\\^", "[\\d\\-_]", "[^\\s:]", "&&", "--", "[[:alpha:]]", "(?=", "(?i)", "\\b",
      "\\1",
    ]

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { " \t\n\r".unicodeScalars.contains(scalar) }
  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .decimalNumber }
  private static func isLower(_ scalar: Unicode.Scalar) -> Bool { ("a"..."z").contains(scalar) }

  private static let sets: [ReferencePattern] =
    ["a", "b", "c", "A", "1", "_", ":", "^", "$", " ", "&", "~", "#", "\u{E9}", "\u{1F600}", "\u{663}"].map { text in
      .one(text) { String($0) == text }
    }
    + [".", "-", "\\", "[", "]", "{", "*", "^"].map { text in .one("\\" + text) { String($0) == text } }
    + [
      .one("\\n") { $0 == "\n" }, .one("\\r") { $0 == "\r" }, .one("\\t") { $0 == "\t" },
      .one(".") { $0 != "\n" && $0 != "\r" },
      .one("[a-z]") { isLower($0) }, .one("[^a-z]") { !isLower($0) },
      .one("[a-z-[aeiou]]") { isLower($0) && !"aeiou".unicodeScalars.contains($0) },
      .one("[^a-z-[0-9]]") { !isLower($0) && !("0"..."9").contains($0) },
      .one("[a\\-_]") { "a-_".unicodeScalars.contains($0) }, .one("[-a]") { "a-".unicodeScalars.contains($0) },
      .one("[a^$]") { "a^$".unicodeScalars.contains($0) }, .one("[&&~~#]") { "&~#".unicodeScalars.contains($0) },
      .one("\\d") { isDigit($0) }, .one("\\D") { !isDigit($0) }, .one("[\\d.]") { isDigit($0) || $0 == "." },
      .one("\\s") { isSpace($0) }, .one("\\S") { !isSpace($0) }, .one("[^\\s:]") { !isSpace($0) && $0 != ":" },
      .one("[\\S-[a]]") { !isSpace($0) && $0 != "a" },
      .one("\\p{Lu}") { $0.properties.generalCategory == .uppercaseLetter },
      .one("\\P{Lu}") { $0.properties.generalCategory != .uppercaseLetter },
      .one("[^\\p{Nd}]") { !isDigit($0) }, .one("\\p{IsBasicLatin}") { $0.value < 0x80 },
      .one("\\i") { "abcezAZ_:\u{E9}\u{130}\u{1F600}\u{663}".unicodeScalars.contains($0) },
    ]

  /// Any pattern.
  static func random(depth: Int, using random: inout SeededGenerator) -> ReferencePattern {
    switch random.number(0...(depth > 0 ? 5 : 1)) {
    case 0, 1: return random.pick(sets)
    case 2: return .choice((0..<random.number(1...3)).map { _ in .random(depth: depth - 1, using: &random) })
    case 3, 4: return .sequence((0..<random.number(0...4)).map { _ in .random(depth: depth - 1, using: &random) })
    default:
      let (text, counts) = random.pick([
        ("*", 0...Int.max), ("+", 1...Int.max), ("?", 0...1), ("{2}", 2...2), ("{1,3}", 1...3), ("{2,}", 2...Int.max),
        ("{0}", 0...0), ("{0,1}", 0...1),
      ])
      return .repeated(.random(depth: depth - 1, using: &random), text, counts)
    }
  }

  /// The pattern as text.
  var text: String {
    switch self {
    case .one(let text, _): text
    case .sequence(let parts): "(" + parts.map(\.text).joined() + ")"
    case .choice(let parts): "(" + parts.map(\.text).joined(separator: "|") + ")"
    case .repeated(let part, let counts, _): "(" + part.text + ")" + counts
    }
  }

  /// Whether the whole of a text matches.
  func matches(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    return ends(of: scalars, from: [0]).contains(scalars.count)
  }

  /// Where a match may end that begins at one of some places.
  private func ends(of text: [Unicode.Scalar], from starts: Set<Int>) -> Set<Int> {
    switch self {
    case .one(_, let isIn): return Set(starts.filter { $0 < text.count && isIn(text[$0]) }.map { $0 + 1 })
    case .sequence(let parts): return parts.reduce(starts) { $1.ends(of: text, from: $0) }
    case .choice(let parts): return Set(parts.flatMap { $0.ends(of: text, from: starts) })
    case .repeated(let part, _, let counts):
      var (places, found) = (starts, counts.lowerBound == 0 ? starts : [])
      // What more rounds than there are characters reach is reached by fewer, as a round may also match nothing.
      for round in 1...max(1, min(counts.upperBound, counts.lowerBound + text.count)) where counts.upperBound > 0 {
        places = part.ends(of: text, from: places)
        if counts.contains(round) { found.formUnion(places) }
      }
      return found
    }
  }
}
