import JSON

extension JSONWriter {
  /// Writes a member whose value is a string.
  mutating func member(_ name: String, _ text: String) {
    key(name)
    string(text)
  }

  /// Writes a member whose value is an array of strings, unless there are none.
  mutating func member(_ name: String, _ texts: [String]) {
    guard !texts.isEmpty else { return }
    key(name)
    beginArray()
    for text in texts { string(text) }
    endArray()
  }

  /// Writes a member that is there only where it is true.
  mutating func flag(_ name: String, _ truth: Bool) {
    guard truth else { return }
    key(name)
    bool(true)
  }

  /// Writes a type.
  mutating func type(_ type: ValueType) {
    beginObject()
    switch type {
    case .integer(let kind, let found):
      member("b", kind.rawValue)
      ranges("r", found) { $0.raw("\($1)".utf8) }
    case .decimal64(let digits, let found):
      member("b", "decimal64")
      key("fd")
      int(digits)
      ranges("r", found) { $0.string(Decimal64.text($1, fractionDigits: digits)) }
    case .string(let lengths, let patterns):
      member("b", "string")
      ranges("len", lengths) { $0.int($1) }
      member("pat", patterns.filter { !$0.isInverted }.map(\.python))
      member("npat", patterns.filter(\.isInverted).map(\.python))
    case .boolean: member("b", "boolean")
    case .empty: member("b", "empty")
    case .binary(let lengths):
      member("b", "binary")
      ranges("len", lengths) { $0.int($1) }
    case .enumeration(let values):
      member("b", "enumeration")
      named(values)
    case .bits(let values):
      member("b", "bits")
      named(values)
    case .identityref(let identities):
      member("b", "identityref")
      key("i")
      beginArray()
      for identity in identities {
        beginArray()
        for text in [identity.module, identity.prefix, identity.name] { string(text) }
        endArray()
      }
      endArray()
    case .leafref(let path, let target, _):
      member("b", "leafref")
      member("path", path)
      key("t")
      self.type(target)
    case .instanceIdentifier: member("b", "instance-identifier")
    case .union(let members):
      member("b", "union")
      key("u")
      beginArray()
      for member in members { self.type(member) }
      endArray()
    }
    endObject()
  }

  private mutating func ranges<Bound>(
    _ name: String, _ ranges: [ClosedRange<Bound>], _ write: (inout JSONWriter, Bound) -> Void
  ) {
    guard !ranges.isEmpty else { return }
    key(name)
    beginArray()
    for range in ranges {
      beginArray()
      write(&self, range.lowerBound)
      write(&self, range.upperBound)
      endArray()
    }
    endArray()
  }

  private mutating func named(_ values: [ValueType.NamedValue]) {
    key("e")
    beginArray()
    for value in values {
      beginArray()
      string(value.name)
      int(value.value)
      endArray()
    }
    endArray()
  }
}
