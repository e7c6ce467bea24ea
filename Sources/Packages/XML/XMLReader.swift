/// Reads an XML document into a tree of elements with line numbers.
///
/// It is our own because the one in Foundation needs a libxml2 that a machine may not have, and gives numbers where people
/// need a sentence. It knows XML 1.0 with namespaces as far as configuration files use it: document type declarations
/// are refused, so no entity can grow or fetch anything.
struct XMLReader {
  /// How many elements may lie in one another.
  private static let maximumDepth = 100

  let bytes: [UInt8]
  var position = 0
  var line = 1

  /// Reads a document.
  ///
  /// - Parameter bytes: The file's content: UTF-8, or what its declaration says if that is ISO-8859-1.
  /// - Returns: The root element.
  /// - Throws: ``XMLError`` if it is not a well-formed document.
  static func read(_ bytes: [UInt8]) throws(XMLError) -> XMLElement {
    var reader = XMLReader(bytes: try decode(bytes))
    try checkCharacters(reader.bytes)
    try reader.skipMiscellaneous()
    guard !reader.isAtEnd else { throw reader.error("the document has no element") }
    guard reader.skip("<") else { throw reader.error("text outside of the root element") }
    let root = try reader.element(in: ["xml": "http://www.w3.org/XML/1998/namespace"], depth: 1)
    try reader.skipMiscellaneous()
    guard reader.isAtEnd else { throw reader.error("something follows the root element </\(root.name)>") }
    return root
  }

  /// Reads an element whose `<` has been read.
  private mutating func element(in scope: [String: String], depth: Int) throws(XMLError) -> XMLElement {
    guard depth <= Self.maximumDepth else { throw error("elements lie more than \(Self.maximumDepth) deep") }
    let startLine = line
    let tag = try name()
    let (prefixes, isEmpty) = try attributes(of: tag, in: scope)
    let (prefix, localName) = Self.split(tag)
    guard let namespace = prefixes[prefix] ?? (prefix.isEmpty ? "" : nil) else {
      throw XMLError(line: startLine, message: "the prefix of <\(tag)> is not bound to a namespace")
    }
    var element = XMLElement(namespace: namespace, name: localName, line: startLine, prefixes: prefixes)
    if !isEmpty { try content(of: &element, tag: tag, depth: depth) }
    return element
  }

  /// Reads attributes up to the end of the start tag.
  ///
  /// - Returns: The prefixes in scope within the element, and whether the element ends here (`/>`).
  private mutating func attributes(
    of tag: String, in scope: [String: String]
  ) throws(XMLError) -> (prefixes: [String: String], isEmpty: Bool) {
    var prefixes = scope
    var seen: Set<String> = []
    while true {
      let hasBlank = skipWhitespace()
      if skip("/>") { return (prefixes, true) }
      if skip(">") { return (prefixes, false) }
      guard !isAtEnd else { throw error("the document ends within <\(tag)>") }
      guard hasBlank else { throw error("expected '>' at the end of <\(tag)>") }
      let attribute = try name("an attribute or '>' in <\(tag)>")
      skipWhitespace()
      guard skip("=") else { throw error("expected '=' after attribute \(attribute)") }
      skipWhitespace()
      let value = try attributeValue(of: attribute)
      guard seen.insert(attribute).inserted else { throw error("attribute \(attribute) comes twice") }
      let (prefix, localName) = Self.split(attribute)
      if attribute == "xmlns" {
        prefixes[""] = value
      } else if prefix == "xmlns" {
        prefixes[localName] = value
      }
    }
  }

  /// Reads what is between the tags of an element, and the end tag.
  private mutating func content(of element: inout XMLElement, tag: String, depth: Int) throws(XMLError) {
    var text: [UInt8] = []
    while true {
      if skip("<!--") {
        try skipComment()
      } else if skip("<![CDATA[") {
        text += try through("]]>", of: "CDATA section")
      } else if skip("<?") {
        _ = try through("?>", of: "processing instruction")
      } else if skip("</") {
        try endTag(of: tag, startedIn: element.line)
        element.text = Self.trimmed(text)
        return
      } else if skip("<") {
        element.children.append(try self.element(in: element.prefixes, depth: depth + 1))
      } else if isAtEnd {
        throw error("<\(tag)> of line \(element.line) has no end tag")
      } else {
        try character(into: &text)
      }
    }
  }

  private mutating func endTag(of tag: String, startedIn startLine: Int) throws(XMLError) {
    let found = try name()
    guard found == tag else { throw error("</\(found)> where </\(tag)> should close <\(tag)> of line \(startLine)") }
    skipWhitespace()
    guard skip(">") else { throw error("expected '>' at the end of </\(found)>") }
  }

  /// Passes over white space, comments, processing instructions and the XML declaration.
  private mutating func skipMiscellaneous() throws(XMLError) {
    while true {
      skipWhitespace()
      if skip("<!--") {
        try skipComment()
      } else if skip("<?") {
        _ = try through("?>", of: "processing instruction")
      } else if skip("<!DOCTYPE") {
        throw error("a document type declaration is not supported")
      } else {
        return
      }
    }
  }
}
