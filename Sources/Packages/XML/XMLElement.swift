/// An element of an XML document, with the line it begins in.
struct XMLElement: Hashable, Sendable {
  /// The namespace, empty if there is none.
  let namespace: String
  /// The name without its prefix.
  let name: String
  /// The line of the start tag, counted from 1.
  let line: Int
  /// What each prefix in scope stands for; the empty prefix is the default namespace.
  let prefixes: [String: String]
  /// The elements directly within this one, in order.
  var children: [XMLElement] = []
  /// The characters directly within this element, without the white space around them.
  var text = ""
}
