import TestSupport

@testable import Yang

/// Changes to a module that leave it a tree of statements.
enum StatementDamage {
  /// Arguments that are strange in many places.
  private static let arguments =
    [
      "", " ", ".", "..", "../..", "/", "//", "a", "a:b", "a:b:c", "x/y", "not a", "(a", "deref(../a)/../b",
      "current()",
      "min..max", "1..", "..1", "1|2|1", "0..9999999999", "true", "false", "user", "unbounded", "string", "uint8",
      "leafref", "union", "\u{E9}", "e\u{301}", "\0", "\u{1F600}", "1.1", "2024-01-01", "[a-z-[aeiou]]+", "(a+)+b",
      "invert-match", "not-supported", "replace", "delete", "add", "l3vpn", "id name", "{{{",
      String(repeating: "a/", count: 500),
    ] + SeededGenerator.strangeNumbers

  /// A module with one change somewhere.
  static func change(_ module: Statement, using random: inout SeededGenerator) -> Statement {
    let all = flat(module)
    let place = random.number(1...max(1, all.count - 1))
    var seen = 0
    return rebuild(module, place: place, seen: &seen, all, using: &random).first ?? module
  }

  private static func flat(_ statement: Statement) -> [Statement] { [statement] + statement.children.flatMap(flat) }

  /// The statements that take the place of one.
  private static func rebuild(
    _ statement: Statement, place: Int, seen: inout Int, _ all: [Statement], using random: inout SeededGenerator
  ) -> [Statement] {
    defer { seen += 1 }
    if seen == place { return damaged(statement, all, using: &random) }
    var children: [Statement] = []
    for child in statement.children {
      seen += children.isEmpty ? 1 : 0
      children += rebuild(child, place: place, seen: &seen, all, using: &random)
    }
    return [statement.with(children: children)]
  }

  private static func damaged(
    _ statement: Statement, _ all: [Statement], using random: inout SeededGenerator
  ) -> [Statement] {
    // Most changes leave the grammar alone, so that they are met by what comes behind it.
    let alike = all.filter { $0.keyword == statement.keyword }
    let other = random.oneIn(8) ? random.pick(all) : random.pick(alike)
    switch random.number(0...9) {
    case 0: return []
    case 1: return [statement, statement]
    case 2: return [other]
    case 3: return [statement, other]
    case 4: return [statement.with(children: other.children)]
    case 5: return [statement.with(children: statement.children + other.children)]
    case 6: return [statement.with(argument: other.argument)]
    case 7: return [statement.with(argument: random.pick(all).argument)]
    case 8: return [statement.with(argument: random.pick(arguments))]
    default:
      let damaged = random.damaged(Array(statement.argument.utf8), spice: arguments)
      return [statement.with(argument: String(decoding: damaged, as: UTF8.self))]
    }
  }
}
