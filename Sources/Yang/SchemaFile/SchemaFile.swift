import JSON

/// The form in which a schema reaches Python: a line of JSON per interior node, then a table of the lines' offsets.
package struct SchemaFile {
  private let schema: Schema
  /// The line of each interior node, 0 for the others.
  private var lines: [Int]

  private init(_ schema: Schema) {
    self.schema = schema
    lines = [Int](repeating: 0, count: schema.nodes.count)
    var next = 1
    for node in schema.nodes where Self.isInterior(node.kind) {
      lines[Int(node.id.index)] = next
      next += 1
    }
  }

  /// The content of the file.
  ///
  /// - Parameter schema: The schema.
  /// - Returns: The bytes, as `ARCHITECTURE.md` describes them.
  package static func bytes(of schema: Schema) -> [UInt8] {
    let file = SchemaFile(schema)
    var bytes: [UInt8] = []
    var offsets: [Int] = []
    func add(_ write: (inout JSONWriter) -> Void) {
      offsets.append(bytes.count)
      var writer = JSONWriter()
      write(&writer)
      bytes += writer.bytes
      bytes.append(UInt8(ascii: "\n"))
    }
    add { file.writeHeader(&$0) }
    for node in schema.nodes where isInterior(node.kind) { add { file.writeLine(node, &$0) } }
    let table = bytes.count
    for word in offsets + [offsets.count, table] {
      withUnsafeBytes(of: UInt64(word).littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  /// Whether a node has a line of its own; a notification has none, as Python has no use for it.
  private static func isInterior(_ kind: SchemaNode.Kind) -> Bool {
    switch kind {
    case .root, .container, .list, .choice, .case, .action, .rpc, .input, .output: true
    case .leaf, .leafList, .anydata, .anyxml, .notification: false
    }
  }

  private func writeHeader(_ writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("format")
    writer.int(1)
    writer.key("modules")
    writer.beginArray()
    for module in schema.modules {
      writer.beginObject()
      writer.member("name", module.name)
      writer.member("prefix", module.prefix)
      writer.member("namespace", module.namespace)
      writer.member("revision", module.revision)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
  }

  private func writeLine(_ node: SchemaNode, _ writer: inout JSONWriter) {
    writer.beginObject()
    writeName(node, &writer)
    if let parent = node.parent {
      writer.key("p")
      writer.int(lines[Int(parent.index)])
    }
    writeProperties(node, &writer)
    let children = node.children.filter { schema[$0].kind != .notification }
    if !children.isEmpty {
      writer.key("c")
      writer.beginArray()
      for child in children { writeChild(schema[child], &writer) }
      writer.endArray()
    }
    writer.endObject()
  }

  private func writeChild(_ child: SchemaNode, _ writer: inout JSONWriter) {
    writer.beginObject()
    if Self.isInterior(child.kind) {
      writer.key("ref")
      writer.int(lines[Int(child.id.index)])
      writeName(child, &writer)
    } else {
      writeName(child, &writer)
      writeProperties(child, &writer)
    }
    writer.endObject()
  }

  private func writeName(_ node: SchemaNode, _ writer: inout JSONWriter) {
    writer.member("n", node.name)
    if node.kind != .root {
      writer.key("m")
      writer.int(Int(node.module.index))
    }
    writer.member("k", node.kind.rawValue)
  }

  private func writeProperties(_ node: SchemaNode, _ writer: inout JSONWriter) {
    writer.member("keys", node.keys.map { schema[$0].name })
    if !node.isConfig {
      writer.key("cfg")
      writer.bool(false)
    }
    writer.flag("pres", node.isPresence)
    writer.flag("mand", node.isMandatory)
    writer.flag("user", node.isOrderedByUser)
    if node.minElements > 0 {
      writer.key("min")
      writer.int(node.minElements)
    }
    if let most = node.maxElements {
      writer.key("max")
      writer.int(most)
    }
    writer.member("def", node.defaults)
    if let chosen = node.defaultCase { writer.member("defcase", schema[chosen].name) }
    if let type = node.type {
      writer.key("t")
      writer.type(type)
    }
    if let point = node.actionpoint { writer.member("ap", point) }
    if let point = node.servicepoint { writer.member("sp", point) }
    if let documentation = node.documentation { writer.member("doc", documentation) }
  }
}
