import JSON
import Yang

/// Reads the JSON form that a type has in the schema file.
enum TypeForm {
  struct Unreadable: Error { let form: JSONValue }

  static func type(_ form: JSONValue) throws -> ValueType {
    guard let base = form["b"]?.string else { throw Unreadable(form: form) }
    if let kind = ValueType.IntegerKind(rawValue: base) {
      return .integer(kind, ranges: try bounds(form["r"]).map { try number($0)...number($1) })
    }
    switch base {
    case "decimal64":
      guard let digits = form["fd"]?.int else { throw Unreadable(form: form) }
      return .decimal64(
        fractionDigits: digits, ranges: try bounds(form["r"]).map { try scaled($0, digits)...scaled($1, digits) })
    case "string":
      let patterns = try patterns(form["pat"], isInverted: false) + patterns(form["npat"], isInverted: true)
      return .string(lengths: try lengths(form), patterns: patterns)
    case "binary": return .binary(lengths: try lengths(form))
    case "boolean": return .boolean
    case "empty": return .empty
    case "enumeration": return .enumeration(try names(form))
    case "bits": return .bits(try names(form))
    case "identityref": return .identityref(try identities(form))
    case "leafref":
      guard let path = form["path"]?.string, let target = form["t"] else { throw Unreadable(form: form) }
      return .leafref(path: path, target: try type(target), requireInstance: true)
    case "instance-identifier": return .instanceIdentifier(requireInstance: true)
    case "union": return .union(try (form["u"]?.array ?? []).map(type))
    default: throw Unreadable(form: form)
    }
  }

  private static func bounds(_ form: JSONValue?) throws -> [(JSONValue, JSONValue)] {
    try (form?.array ?? []).map { pair in
      guard let lower = pair[0], let upper = pair[1] else { throw Unreadable(form: pair) }
      return (lower, upper)
    }
  }

  private static func number(_ form: JSONValue) throws -> Int128 {
    if let small = form.int { return Int128(small) }
    guard let large = form.uint else { throw Unreadable(form: form) }
    return Int128(large)
  }

  private static func scaled(_ form: JSONValue, _ digits: Int) throws -> Int64 {
    let parts = (form.string ?? "").split(separator: ".")
    guard parts.count == 2, let number = Int64(parts[0] + parts[1]) else { throw Unreadable(form: form) }
    return (parts[1].count..<digits).reduce(number) { scaled, _ in scaled * 10 }
  }

  private static func lengths(_ form: JSONValue) throws -> [ClosedRange<Int>] {
    try bounds(form["len"]).map { Int(try number($0))...Int(try number($1)) }
  }

  private static func patterns(_ form: JSONValue?, isInverted: Bool) throws -> [ValueType.Pattern] {
    (form?.array ?? []).compactMap(\.string)
      .compactMap { ValueType.Pattern(source: $0, icu: $0, python: $0, isInverted: isInverted) }
  }

  private static func names(_ form: JSONValue) throws -> [ValueType.NamedValue] {
    try (form["e"]?.array ?? []).map { pair in
      guard let name = pair[0]?.string, let value = pair[1]?.int else { throw Unreadable(form: pair) }
      return ValueType.NamedValue(name: name, value: value)
    }
  }

  private static func identities(_ form: JSONValue) throws -> [ValueType.Identity] {
    try (form["i"]?.array ?? []).map { triple in
      guard let module = triple[0]?.string, let prefix = triple[1]?.string, let name = triple[2]?.string else {
        throw Unreadable(form: triple)
      }
      return ValueType.Identity(module: module, prefix: prefix, name: name)
    }
  }
}
