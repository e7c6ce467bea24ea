/// The steps of an XPath location path, without their predicates.
struct PathSteps {
  private var rest: Substring.UTF8View
  /// Whether the path begins at the root.
  let isAbsolute: Bool

  /// Splits a path.
  init(_ text: Substring.UTF8View) {
    var rest = text
    while let first = rest.first, Self.isBlank(first) { rest.removeFirst() }
    isAbsolute = rest.first == UInt8(ascii: "/")
    if isAbsolute { rest.removeFirst() }
    self.rest = rest
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

  /// The next step, or `nil` after the last one.
  mutating func next() -> Substring? {
    while let first = rest.first, Self.isBlank(first) { rest.removeFirst() }
    guard !rest.isEmpty else { return nil }
    var depth = 0
    var quote: UInt8?
    var nameEnd: Substring.Index?
    var index = rest.startIndex
    while index < rest.endIndex {
      let byte = rest[index]
      if let open = quote {
        if byte == open { quote = nil }
      } else {
        switch byte {
        case UInt8(ascii: "'"), UInt8(ascii: "\""): quote = byte
        case UInt8(ascii: "["):
          if depth == 0, nameEnd == nil { nameEnd = index }
          depth += 1
        case UInt8(ascii: "("): depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: ")"): depth -= 1
        default: break
        }
        if byte == UInt8(ascii: "/"), depth == 0 { break }
      }
      index = rest.index(after: index)
    }
    var step = Substring(rest[..<(nameEnd ?? index)])
    while let last = step.utf8.last, Self.isBlank(last) { step.removeLast() }
    rest = index < rest.endIndex ? rest[rest.index(after: index)...] : rest[rest.endIndex...]
    return step
  }
}
