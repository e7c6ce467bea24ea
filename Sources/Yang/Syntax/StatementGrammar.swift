/// Which statements may stand in which, how often, and what argument they take.
enum StatementGrammar {
  /// What a statement takes as its argument.
  private enum Argument {
    case none
    case identifier
    case text
  }

  private struct Rule {
    let argument: Argument
    let children: [Keyword: UInt8]
    let required: [Keyword]
  }

  /// One line per statement: its keyword, its argument, and the statements inside.
  ///
  /// The argument is `-` for none, `id` for an identifier and `text` for anything. A statement inside may stand there
  /// `?` at most once, `*` any number of times, `!` exactly once or `+` at least once. Words in capitals are the groups
  /// below.
  private static let table = """
    action id if-feature* STATUS DEFS input? output?
    anydata id if-feature* when? must* config? mandatory? STATUS
    anyxml id if-feature* when? must* config? mandatory? STATUS
    argument id yin-element?
    augment text when? if-feature* STATUS DATA case* OPS
    base text
    belongs-to id prefix!
    bit id if-feature* position? STATUS
    case id when? if-feature* STATUS DATA
    choice id when? if-feature* default? config? mandatory? STATUS DATA case*
    config text
    contact text
    container id when? if-feature* must* presence? config? STATUS DEFS DATA OPS
    default text
    description text
    deviate text type? units? must* unique* default* config? mandatory? min-elements? max-elements?
    deviation text deviate+ DOC
    enum text if-feature* value? STATUS
    error-app-tag text
    error-message text
    extension id argument? STATUS
    feature id if-feature* STATUS
    fraction-digits text
    grouping id STATUS DEFS DATA OPS
    identity id if-feature* base* STATUS
    if-feature text
    import id prefix! revision-date? DOC
    include id revision-date? DOC
    input - must* DEFS DATA
    key text
    leaf id when? if-feature* type! units? must* default? config? mandatory? STATUS
    leaf-list id when? if-feature* type! units? must* default* config? LIST STATUS
    length text ERROR DOC
    list id when? if-feature* must* key? unique* config? LIST STATUS DEFS DATA OPS
    mandatory text
    max-elements text
    min-elements text
    modifier text
    module id yang-version? namespace! prefix! import* include* MODULE
    must text ERROR DOC
    namespace text
    notification id if-feature* must* STATUS DEFS DATA
    ordered-by text
    organization text
    output - must* DEFS DATA
    path text
    pattern text modifier? ERROR DOC
    position text
    prefix text
    presence text
    range text ERROR DOC
    reference text
    refine text if-feature* must* presence? default* config? mandatory? min-elements? max-elements? DOC
    require-instance text
    revision text DOC
    revision-date text
    rpc id if-feature* STATUS DEFS input? output?
    status text
    submodule id yang-version? belongs-to! import* include* MODULE
    type text fraction-digits? range? length? pattern* path? require-instance? enum* bit* base* type*
    typedef id type! units? default? STATUS
    unique text
    units text
    uses text when? if-feature* STATUS refine* augment*
    value text
    when text DOC
    yang-version text
    yin-element text
    """

  private static let groups: [Substring: String] = [
    "DOC": "description? reference?",
    "STATUS": "status? description? reference?",
    "DEFS": "typedef* grouping*",
    "DATA": "container* leaf* leaf-list* list* choice* anydata* anyxml* uses*",
    "OPS": "action* notification*",
    "LIST": "min-elements? max-elements? ordered-by?",
    "ERROR": "error-message? error-app-tag?",
    "MODULE": """
    organization? contact? description? reference? revision* extension* feature* identity* typedef* grouping*
    container* leaf* leaf-list* list* choice* anydata* anyxml* uses* augment* rpc* notification* deviation*
    """,
  ]

  private static let rules: [Keyword: Rule] = {
    var rules: [Keyword: Rule] = [:]
    for line in table.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let keyword = Keyword(rawValue: String(words[0])) else { preconditionFailure("\(words[0])") }
      var children: [Keyword: UInt8] = [:]
      for word in words.dropFirst(2) {
        for item in groups[word]?.split(whereSeparator: \.isWhitespace) ?? [word] {
          guard let child = Keyword(rawValue: String(item.dropLast())), let often = item.utf8.last
          else { preconditionFailure("\(item)") }
          children[child] = often
        }
      }
      let argument: Argument = words[1] == "-" ? .none : words[1] == "id" ? .identifier : .text
      let required = children.filter { $0.value == UInt8(ascii: "!") || $0.value == UInt8(ascii: "+") }
      rules[keyword] = Rule(argument: argument, children: children, required: Array(required.keys))
    }
    return rules
  }()

  /// Checks a statement and all it holds; what stands in an extension's statement is left alone.
  ///
  /// - Parameter statement: The statement.
  /// - Throws: ``YangError`` at the first statement that is misplaced, missing, repeated or lacks its argument.
  static func check(_ statement: Statement) throws(YangError) {
    guard let rule = rules[statement.keyword] else { return }
    try checkArgument(of: statement, rule)
    var seen: [Keyword: Int] = [:]
    for child in statement.children where child.keyword != .prefixed {
      guard let often = rule.children[child.keyword] else {
        throw child.error("`\(child.word)` may not stand in `\(statement.word)`; expected \(expected(in: rule))")
      }
      let single = often == UInt8(ascii: "?") || often == UInt8(ascii: "!")
      if let line = seen.updateValue(child.line, forKey: child.keyword), single {
        throw child.error(
          "`\(child.word)` is repeated in `\(statement.word)`, it stands on line \(line) already; expected one")
      }
      try check(child)
    }
    for keyword in rule.required where seen[keyword] == nil {
      throw statement.error(
        "`\(described(statement))` has no `\(keyword.rawValue)`; expected one inside its braces")
    }
  }

  private static func checkArgument(of statement: Statement, _ rule: Rule) throws(YangError) {
    switch rule.argument {
    case .none:
      guard !statement.hasArgument else {
        throw statement.error("`\(described(statement))` has an argument; expected `{` after `\(statement.word)`")
      }
    case .text:
      guard statement.hasArgument else {
        throw statement.error("`\(statement.word)` has no argument; expected one")
      }
    case .identifier:
      guard isIdentifier(statement.argument) else {
        throw statement.error(
          "`\(described(statement))` has no proper name; expected letters, digits, `_`, `-` and `.`, "
            + "beginning with a letter or `_`")
      }
    }
  }

  private static func described(_ statement: Statement) -> String {
    statement.hasArgument ? "\(statement.word) \(statement.argument)" : statement.word
  }

  private static func expected(in rule: Rule) -> String {
    guard !rule.children.isEmpty else { return "nothing inside its braces" }
    return "one of " + rule.children.keys.map(\.rawValue).sorted().joined(separator: ", ")
  }

  /// Whether text is an identifier in the sense of YANG.
  static func isIdentifier(_ text: String) -> Bool {
    var isFirst = true
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): break
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
        if isFirst { return false }
      default: return false
      }
      isFirst = false
    }
    return !isFirst
  }
}
