import TestSupport

/// Modules whose few names are defined and used at random, so that they use each other in circles, or not at all.
struct RandomModule {
  var random: SeededGenerator

  init(_ random: SeededGenerator) { self.random = random }

  private static let names = ["a", "b", "c"]
  /// What may be used without a circle; now and then something else is.
  private var usable = names

  /// What may stand around a node.
  private enum Place {
    case data
    case choice
    case operation
  }

  private mutating func name() -> String { random.pick(["a", "b", "c", "d", "e", "f", "g"]) }

  private mutating func reference() -> String {
    if random.oneIn(40) { return random.pick(["n:", "x:", "m:"]) + random.pick(Self.names) }
    return random.pick(usable.isEmpty || random.oneIn(60) ? Self.names : usable)
  }

  /// A module that imports the other one, unless both would.
  mutating func module(_ name: String) -> String {
    let imports = name == "m" ? "import n { prefix n; }" : random.oneIn(30) ? "import m { prefix m; }" : ""
    var text =
      "module \(name) {\n  \(random.oneIn(8) ? "" : "yang-version 1.1;") namespace urn:\(name); prefix \(name);"
    text += " \(imports)\n"
    for (place, name) in Self.names.enumerated() {
      usable = Array(Self.names[..<place])
      let isFirst = usable.isEmpty && !random.oneIn(30)
      text += "  feature \(name);\n"
      text += "  identity \(name) { \(isFirst || random.oneIn(2) ? "" : "base \(reference());") }\n"
      text +=
        "  typedef \(name) { \(isFirst ? "type string;" : type(depth: 2)) \(random.oneIn(4) ? "default \(value());" : "") }\n"
      text += "  grouping \(name) { \(isFirst ? "leaf a { type a; }" : nodes(0...3, .data, depth: 2)) }\n"
    }
    usable = Self.names
    for _ in 0..<random.number(0...6) { text += "  \(top())\n" }
    return text + "}\n"
  }

  private mutating func nodes(_ count: ClosedRange<Int>, _ place: Place, depth: Int) -> String {
    (0..<random.number(count)).map { _ in node(place, depth: depth) }.joined(separator: "\n")
  }

  private mutating func top() -> String {
    switch random.number(0...16) {
    case 0 where random.oneIn(3): "augment \(path()) { \(nodes(0...2, .data, depth: 2)) }"
    case 1 where random.oneIn(3): "deviation \(path()) { deviate \(deviate()) }"
    case 2: "rpc \(name()) { input { \(nodes(0...2, .operation, depth: 2)) } }"
    default: node(.data, depth: 0)
    }
  }

  private mutating func deviate() -> String {
    let type = type(depth: 2)
    return random.pick([
      "not-supported;", "add { default \(value()); }", "replace { \(type) }", "delete { default \(value()); }",
      "add { config false; }", "replace { mandatory true; }", "add { unique \(name()); }", "remove;",
    ])
  }

  private mutating func path() -> String {
    (0..<random.number(1...3)).map { _ in "/" + random.pick(["", "m:"]) + name() }.joined()
  }

  private mutating func value() -> String {
    random.pick(["a", "1", "-1", "010", "0x10", "true", "1.5", "\"\"", "m:a", "n:b", "99999999999999999999"])
  }

  private mutating func node(_ place: Place, depth: Int) -> String {
    let inner = depth < 4 ? nodes(0...3, place == .operation ? .operation : .data, depth: depth + 1) : ""
    switch random.number(0...12) {
    case 0, 1:
      let own = random.oneIn(6) ? "typedef \(random.pick(Self.names)) { \(type(depth: 3)) }" : ""
      return "container \(name()) { \(own) \(inner) \(option("presence p;")) \(option("config false;", 8)) }"
    case 2:
      return
        "list \(name()) { key \(random.oneIn(9) ? name() : "k"); leaf k { \(type(depth: depth)) } \(listRules()) \(inner) }"
    case 3 where place != .choice:
      let inner = nodes(0...3, .choice, depth: depth + 1)
      return "choice \(name()) { \(random.oneIn(4) ? "default \(name());" : "") \(inner) }"
    case 3: return "case \(name()) { \(inner) }"
    case 4: return "leaf-list \(name()) { \(type(depth: depth)) \(listRules()) }"
    case 5,
      6 where place != .choice:
      let extra = nodes(0...1, .data, depth: 4)
      let change = random.pick([
        "", "", "", "", "", "", "", "", "", "refine \(name()) { \(option("default \(value());")) }",
        "augment \(name()) { \(extra) }",
        "when b;",
      ])
      return "uses \(reference()) { \(change) }"
    case 7 where place == .data && depth > 0 && random.oneIn(3): return "action \(name()) { output { \(inner) } }"
    case 8 where random.oneIn(3): return "anydata \(name());"
    default:
      let rules =
        option("default \(value());", 6) + option("mandatory true;", 6) + option("config false;", 9)
        + option("if-feature \"\(random.pick(["", "not "]))\(reference())\";", 6)
      return "leaf \(name()) { \(type(depth: depth)) \(rules) }"
    }
  }

  private mutating func option(_ text: String, _ times: Int = 4) -> String { random.oneIn(times) ? text : "" }

  private mutating func listRules() -> String {
    let number = random.pick(SeededGenerator.strangeNumbers)
    return option("min-elements \(number);", 9) + option("max-elements \(number);", 9) + option("ordered-by user;")
      + option("config false;", 9)
  }

  private mutating func type(depth: Int) -> String {
    let number = random.oneIn(3) ? random.pick(SeededGenerator.strangeNumbers) : "\(random.number(1...18))"
    let other = name()
    switch random.number(0...20) {
    case 0, 1, 2: return "type \(reference());"
    case 3: return "type leafref { path \"\(leafrefPath())\"; }"
    case 4 where random.oneIn(2): return "type leafref { path \"deref(\(leafrefPath()))/../\(other)\"; }"
    case 5: return "type identityref { base \(reference()); }"
    case 6, 7: return depth > 8 ? "type int8;" : "type union { \(type(depth: depth + 3)) \(type(depth: depth + 3)) }"
    case 8: return "type \(random.pick(["uint8", "int64", "uint64"])) { range \"min..\(number) | max\"; }"
    case 9: return "type string { length \"\(number)..max\"; pattern 'a{\(number)}|[b-\(other)]'; }"
    case 10: return "type decimal64 { fraction-digits \(number); range \"min..\(number)\"; }"
    case 11: return "type enumeration { enum \(other) { value \(number); } enum x; }"
    case 12: return "type bits { bit \(other) { position \(number); } bit x; }"
    case 13: return "type \(reference()) { range \"min..\(number)\"; }"
    default: return "type \(random.pick(["string", "uint8", "boolean", "binary", "instance-identifier"]));"
    }
  }

  private mutating func leafrefPath() -> String {
    random.oneIn(3) ? path() : random.pick(["../", "../", "../../"]) + random.pick(["", "a/", "m:b/"]) + name()
  }
}
