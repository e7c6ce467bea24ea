import JSON
import TestSupport

/// Types in the form of the schema file, and texts that may be values of them.
enum RandomType {
  private static let bounds: [Int] = [-129, -128, -1, 0, 1, 5, 127, 128, 255, 256, 65535, 4_294_967_295]

  /// Any type.
  static func form(depth: Int, using random: inout SeededGenerator) -> JSONValue {
    switch random.number(0...(depth > 0 ? 14 : 12)) {
    case 0, 1, 2:
      let base = random.pick(["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"])
      return random.oneIn(2) ? ["b": .string(base)] : ["b": .string(base), "r": ranges(0...127, using: &random)]
    case 3: return ["b": "decimal64", "fd": .init(random.pick([1, 2, 18]))]
    case 4:
      return random.oneIn(2)
        ? ["b": "string"]
        : [
          "b": "string", "len": ranges(0...6, using: &random),
          "pat": [.string(random.pick(["[a-z0-9]*", ".*", "\\d+"]))],
        ]
    case 5: return ["b": "boolean"]
    case 6: return ["b": "empty"]
    case 7: return random.oneIn(2) ? ["b": "binary"] : ["b": "binary", "len": ranges(0...6, using: &random)]
    case 8: return ["b": "enumeration", "e": [["up", 0], ["down", 1], ["10", 2], ["true", 7], ["\u{E9}", 9]]]
    case 9: return ["b": "bits", "e": [["a", 0], ["b", 1], ["10", 5]]]
    case 10:
      return ["b": "identityref", "i": [["m", "p", "a"], ["m", "p", "b"], ["n", "q", "b"], ["n", "m", "c"]]]
    case 11: return ["b": "instance-identifier"]
    case 12: return ["b": "string", "npat": ["a.*"]]
    case 13: return ["b": "leafref", "path": "../x", "t": form(depth: depth - 1, using: &random)]
    default:
      return [
        "b": "union", "u": .array((0..<random.number(1...3)).map { _ in form(depth: depth - 1, using: &random) }),
      ]
    }
  }

  private static func ranges(_ within: ClosedRange<Int>, using random: inout SeededGenerator) -> JSONValue {
    let edges = Set((0..<4).map { _ in random.number(within) }).sorted()
    return .array(stride(from: 0, to: edges.count - 1, by: 2).map { [.init(edges[$0]), .init(edges[$0 + 1])] })
  }

  private static let pieces =
    [
      "a", "b", "c", "up", "down", "true", "false", "p:a", "m:b", "q:b", "n:c", "10", "0", "1", "9", "-", "+", ".", " ",
      "\n", "\t", "\r\n", "=", "QQ==", "QUJD", "/", "/p:a", "[b='c']", "[.=\"d\"]", "[3]", "[0]", ":", "\u{E9}",
      "e\u{301}",
      "\u{663}", "\u{1F600}", "\0", "'", "\"", "x", "_", "é", "\u{FEFF}", "١",
    ] + SeededGenerator.strangeNumbers

  /// A text that may be a value of some type.
  static func text(using random: inout SeededGenerator) -> String {
    random.oneIn(60) ? String(repeating: "7", count: 5000) : random.text(of: pieces, upTo: random.pick([1, 1, 2, 4]))
  }

  /// A JSON value that may be one of some type.
  static func input(using random: inout SeededGenerator) -> JSONValue {
    switch random.number(0...9) {
    case 0: .init(random.pick(bounds))
    case 1: random.pick([true, false, nil, [nil], [], [:], ["a"], 1.5, 0.1, 1e300, 100.0])
    case 2: JSONValue(random.next())
    default: .string(text(using: &random))
    }
  }
}
