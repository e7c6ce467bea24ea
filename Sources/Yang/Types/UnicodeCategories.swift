/// The code points of Unicode's general categories, written out for Python, which has no names for them.
enum UnicodeCategories {
  /// The names of all categories, one letter for a group of them.
  static let names: Set<String> = Set(groups.values.joined()).union(groups.keys)

  private static let groups: [String: [String]] = [
    "L": ["Lu", "Ll", "Lt", "Lm", "Lo"],
    "M": ["Mn", "Mc", "Me"],
    "N": ["Nd", "Nl", "No"],
    "P": ["Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po"],
    "S": ["Sm", "Sc", "Sk", "So"],
    "Z": ["Zs", "Zl", "Zp"],
    "C": ["Cc", "Cf", "Cs", "Co", "Cn"],
  ]

  /// Every category's ranges, found once and only when a pattern needs them.
  private static let table: [String: [ClosedRange<UInt32>]] = {
    var table: [String: [ClosedRange<UInt32>]] = ["Cs": [0xD800...0xDFFF]]
    var start: UInt32 = 0
    var name = category(of: "\0")
    for value in UInt32(1)...0x10FFFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let next = category(of: scalar)
      if next == name, value != 0xE000 { continue }
      table[name, default: []].append(start...(value == 0xE000 ? 0xD7FF : value - 1))
      (start, name) = (value, next)
    }
    table[name, default: []].append(start...0x10FFFF)
    return table
  }()

  /// The ranges of a category as they stand inside a class.
  ///
  /// - Parameter name: A category's name or the letter of a group.
  /// - Returns: Text such as `0-9`.
  static func ranges(of name: String) -> String {
    var all = (groups[name] ?? [name]).flatMap { table[$0] ?? [] }
    all.sort { $0.lowerBound < $1.lowerBound }
    var merged: [ClosedRange<UInt32>] = []
    for range in all {
      if let last = merged.last, last.upperBound + 1 == range.lowerBound {
        merged[merged.count - 1] = last.lowerBound...range.upperBound
      } else {
        merged.append(range)
      }
    }
    return text(of: merged)
  }

  /// Ranges as they stand inside a class.
  static func text(of ranges: [ClosedRange<UInt32>]) -> String {
    ranges.map { $0.count == 1 ? escape($0.lowerBound) : "\(escape($0.lowerBound))-\(escape($0.upperBound))" }.joined()
  }

  private static func escape(_ value: UInt32) -> String {
    switch value {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: return String(Unicode.Scalar(UInt8(value)))
    case ...0xFFFF: return "\\u" + padded(value, to: 4)
    default: return "\\U" + padded(value, to: 8)
    }
  }

  private static func padded(_ value: UInt32, to count: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: count - digits.utf8.count) + digits
  }

  private static func category(of scalar: Unicode.Scalar) -> String {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter: "Lu"
    case .lowercaseLetter: "Ll"
    case .titlecaseLetter: "Lt"
    case .modifierLetter: "Lm"
    case .otherLetter: "Lo"
    case .nonspacingMark: "Mn"
    case .spacingMark: "Mc"
    case .enclosingMark: "Me"
    case .decimalNumber: "Nd"
    case .letterNumber: "Nl"
    case .otherNumber: "No"
    case .connectorPunctuation: "Pc"
    case .dashPunctuation: "Pd"
    case .openPunctuation: "Ps"
    case .closePunctuation: "Pe"
    case .initialPunctuation: "Pi"
    case .finalPunctuation: "Pf"
    case .otherPunctuation: "Po"
    case .mathSymbol: "Sm"
    case .currencySymbol: "Sc"
    case .modifierSymbol: "Sk"
    case .otherSymbol: "So"
    case .spaceSeparator: "Zs"
    case .lineSeparator: "Zl"
    case .paragraphSeparator: "Zp"
    case .control: "Cc"
    case .format: "Cf"
    case .surrogate: "Cs"
    case .privateUse: "Co"
    case .unassigned: "Cn"
    @unknown default: "Cn"
    }
  }
}
