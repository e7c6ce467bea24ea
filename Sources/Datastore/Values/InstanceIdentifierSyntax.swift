/// The syntax of an `instance-identifier`, which is a small part of XPath.
enum InstanceIdentifierSyntax {
  /// Checks a path and brings it into canonical form.
  ///
  /// - Parameter text: Steps such as `/prefix:list[key='value']/leaf`.
  /// - Returns: The same without blanks outside quotes and with single quotes where possible, or `nil` if it is no path.
  static func canonical(_ text: String) -> String? {
    var rest = Substring(text)
    var result = ""
    repeat {
      guard take("/", from: &rest), let name = takeName(from: &rest) else { return nil }
      result += "/" + name
      while take("[", from: &rest) {
        guard let predicate = takePredicate(from: &rest) else { return nil }
        result += "[" + predicate + "]"
      }
    } while !rest.isEmpty
    return result
  }

  private static func take(_ character: Character, from rest: inout Substring) -> Bool {
    guard rest.first == character else { return false }
    rest.removeFirst()
    return true
  }

  private static func skipBlanks(in rest: inout Substring) {
    rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\n" }
  }

  /// Takes `name` or `prefix:name`.
  private static func takeName(from rest: inout Substring) -> String? {
    guard let first = takeIdentifier(from: &rest) else { return nil }
    guard take(":", from: &rest) else { return first }
    return takeIdentifier(from: &rest).map { "\(first):\($0)" }
  }

  private static func takeIdentifier(from rest: inout Substring) -> String? {
    let identifier = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" || $0 == ".") }
    guard let first = identifier.first, first.isLetter || first == "_" else { return nil }
    rest = rest.dropFirst(identifier.count)
    return String(identifier)
  }

  /// Takes what stands between the brackets, and the closing one.
  private static func takePredicate(from rest: inout Substring) -> String? {
    skipBlanks(in: &rest)
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    let content: String
    if let first = digits.first {
      guard first != "0" else { return nil }
      rest = rest.dropFirst(digits.count)
      content = String(digits)
    } else {
      guard let name = take(".", from: &rest) ? "." : takeName(from: &rest) else { return nil }
      skipBlanks(in: &rest)
      guard take("=", from: &rest) else { return nil }
      skipBlanks(in: &rest)
      guard let literal = takeLiteral(from: &rest) else { return nil }
      content = name + "=" + literal
    }
    skipBlanks(in: &rest)
    return take("]", from: &rest) ? content : nil
  }

  private static func takeLiteral(from rest: inout Substring) -> String? {
    guard let quote = rest.first, quote == "'" || quote == "\"" else { return nil }
    rest.removeFirst()
    let body = rest.prefix { $0 != quote }
    rest = rest.dropFirst(body.count)
    guard take(quote, from: &rest) else { return nil }
    return body.contains("'") ? "\"\(body)\"" : "'\(body)'"
  }
}
