import TestSupport

@testable import Packages

/// Documents, and the many ways in which one can be written.
struct RandomXML {
  /// What a document says: names, texts and what lies within.
  struct Tree: Equatable {
    var namespace: String
    var name: String
    var text: String
    var children: [Tree]

    init(namespace: String, name: String, text: String, children: [Tree]) {
      (self.namespace, self.name, self.text, self.children) = (namespace, name, text, children)
    }

    init(_ element: XMLElement) {
      self.init(
        namespace: element.namespace, name: element.name, text: element.text, children: element.children.map(Tree.init))
    }
  }

  private(set) var random: SeededGenerator
  private static let names = ["a", "b-c", "_d", "e.1", "\u{E9}"]
  private static let characters = ["a", "1", "<", ">", "&", "'", "\"", "\u{E9}", "\u{1F600}", "e\u{301}", "-", "]"]

  init(_ random: SeededGenerator) { self.random = random }

  mutating func element(depth: Int) -> Tree {
    let children = depth > 0 ? (0..<random.number(0...3)).map { _ in element(depth: depth - 1) } : []
    return Tree(
      namespace: random.pick(["", "urn:a", "urn:b"]), name: random.pick(Self.names),
      text: random.text(of: Self.characters, upTo: 6), children: children)
  }

  /// The document with comments, declarations, blanks and character references in places where they mean nothing.
  mutating func text(of tree: Tree) -> String {
    random.pick(["", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "\u{FEFF}", "<!-- c -->\n"]) + written(tree)
      + noise()
  }

  private mutating func written(_ tree: Tree) -> String {
    let isPrefixed = !tree.namespace.isEmpty && random.oneIn(2)
    let tag = isPrefixed ? "p:" + tree.name : tree.name
    let blank = random.pick([" ", "\n", "\t "])
    var text = "<\(tag)\(blank)xmlns\(isPrefixed ? ":p" : "")='\(tree.namespace)'\(random.pick(["", " x=\"1 > 2\""]))"
    if tree.text.isEmpty, tree.children.isEmpty, random.oneIn(2) { return text + "/>" }
    text += ">" + noise() + content(tree.text)
    for child in tree.children { text += noise() + written(child) }
    return text + noise() + "</\(tag)\(random.pick(["", " "]))>"
  }

  private mutating func noise() -> String { random.pick(["", "", "\n", "  ", "<!-- <x> & - -->", "<?pi <y>?>"]) }

  private mutating func content(_ text: String) -> String {
    if random.oneIn(3), !text.contains("]]>") { return "<![CDATA[\(text)]]>" }
    var written = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": written += random.pick(["&lt;", "&#60;", "&#x3C;"])
      case "&": written += random.pick(["&amp;", "&#38;"])
      default: written += random.oneIn(5) ? "&#\(scalar.value);" : String(scalar)
      }
    }
    return written
  }
}
