import Yang

/// The text of a path that grows and shrinks by its last step, as a walk over a tree does.
struct KeypathText {
  private let index: SchemaIndex
  /// The path so far in UTF-8; nothing for the root.
  private(set) var bytes: [UInt8] = []
  /// Where each step begins, and its module.
  private var steps: [(start: Int, module: ModuleID)] = []

  /// Starts at the root.
  ///
  /// - Parameter index: The schema that the steps were resolved against.
  init(_ index: SchemaIndex) { self.index = index }

  /// Adds a step.
  ///
  /// - Parameter step: The step.
  mutating func append(_ step: Keypath.Step) {
    let node = index[step.node]
    let above = steps.last?.module
    steps.append((bytes.count, node.module))
    bytes.append(UInt8(ascii: "/"))
    if node.module != above {
      bytes.append(contentsOf: index.qualifier(of: node.module).utf8)
      bytes.append(UInt8(ascii: ":"))
    }
    bytes.append(contentsOf: node.name.utf8)
    if !step.keys.isEmpty { Keypath.write(step.keys, to: &bytes) }
  }

  /// Takes the last step away.
  mutating func removeLast() { if let last = steps.popLast() { bytes.removeSubrange(last.start...) } }
}

extension Keypath {
  /// Writes the path as NSO does: `/l3vpn:vpn/l3vpn{acme}/endpoint{"ce 0" 1}`.
  ///
  /// - Parameter index: The schema that the path was resolved against.
  /// - Returns: The text, with a prefix at the top and where the module changes.
  package func text(in index: SchemaIndex) -> String {
    if steps.isEmpty { return "/" }
    var text = KeypathText(index)
    for step in steps { text.append(step) }
    return String(decoding: text.bytes, as: UTF8.self)
  }

  /// Writes keys in their braces, quoted where needed.
  ///
  /// - Parameter keys: The keys.
  /// - Returns: The text, such as `{ce0 "a b"}`.
  package static func text(of keys: [Value]) -> String {
    var bytes: [UInt8] = []
    write(keys, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  fileprivate static func write(_ keys: [Value], to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    for (place, key) in keys.enumerated() {
      if place > 0 { bytes.append(UInt8(ascii: " ")) }
      write(key.text, to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  private static func write(_ key: String, to bytes: inout [UInt8]) {
    let isPlain = key.utf8.allSatisfy { byte in
      switch byte {
      case 0...0x20, UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "\\"): false
      default: true
      }
    }
    if isPlain, !key.isEmpty {
      bytes.append(contentsOf: key.utf8)
      return
    }
    bytes.append(UInt8(ascii: "\""))
    for byte in key.utf8 {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
