import Yang

/// Draws a module's part of a schema in the manner of RFC 8340, without types and features.
struct TreeDiagram {
  private let schema: Schema
  private let module: ModuleID
  private var lines: [String] = []

  /// The lines of a module's diagram.
  static func lines(of name: String, in schema: Schema) -> [String] {
    guard let index = schema.modules.firstIndex(where: { $0.name == name }) else { return [] }
    var diagram = TreeDiagram(schema: schema, module: ModuleID(index))
    diagram.draw()
    return diagram.lines
  }

  /// The lines of a diagram that a tool drew, reduced to what this one draws.
  static func reduced(_ text: String) -> [String] {
    text.split(separator: "\n").compactMap { line -> String? in
      if line.hasPrefix("module:") || line.hasPrefix("submodule:") { return nil }
      guard let mark = line.firstRange(of: "--") else {
        return line.hasPrefix("  augment") ? "  augment" : String(line)
      }
      let start = line.index(before: mark.lowerBound)
      let rest = line[mark.upperBound...]
      if rest.hasPrefix(":") { return "\(line[..<start])+--\(rest)" }
      let words = rest.split(separator: " ", omittingEmptySubsequences: true)
      guard words.count > 1 else { return String(line) }
      var kept = "\(words[0]) \(words[1])"
      if let open = rest.firstIndex(of: "["), let close = rest.firstIndex(of: "]"), words.count > 2,
        words[2].hasPrefix("[")
      {
        kept += " \(rest[open...close])"
      }
      return "\(line[..<start])+--\(kept)"
    }
  }

  private init(schema: Schema, module: ModuleID) {
    self.schema = schema
    self.module = module
  }

  private mutating func draw() {
    let top = schema.root.children.map { schema[$0] }.filter { $0.module == module }
    draw(top.filter { $0.kind != .rpc && $0.kind != .notification }, indent: "  ", mode: nil)
    for node in schema.nodes where node.kind != .root {
      let augmented = node.children.map { schema[$0] }.filter { $0.module == module && node.module != module }
      guard !augmented.isEmpty else { continue }
      lines.append("  augment")
      draw(augmented, indent: "    ", mode: nil)
    }
    section("rpcs", top.filter { $0.kind == .rpc })
    section("notifications", top.filter { $0.kind == .notification })
  }

  private mutating func section(_ name: String, _ nodes: [SchemaNode]) {
    guard !nodes.isEmpty else { return }
    lines.append("  \(name):")
    draw(nodes, indent: "    ", mode: nil)
  }

  private mutating func draw(_ nodes: [SchemaNode], indent: String, mode: String?) {
    let shown = nodes.filter { node in
      (node.kind != .input && node.kind != .output) || !node.children.isEmpty
    }
    for (index, node) in shown.enumerated() {
      let isLast = index == shown.count - 1
      var below = mode
      var flags = mode ?? (node.isConfig ? "rw" : "ro")
      switch node.kind {
      case .rpc, .action: flags = "-x"
      case .notification: (flags, below) = ("-n", "ro")
      case .input: (flags, below) = ("-w", "-w")
      case .output: (flags, below) = ("ro", "ro")
      default: break
      }
      lines.append(
        node.kind == .case ? "\(indent)+--:(\(node.name))" : "\(indent)+--\(flags) \(label(node, above: nodes))")
      // What other modules add is drawn in their own diagrams.
      let children = node.children.map { schema[$0] }.filter { $0.module == node.module }
      draw(children, indent: indent + (isLast ? "   " : "|  "), mode: below)
    }
  }

  private func label(_ node: SchemaNode, above siblings: [SchemaNode]) -> String {
    switch node.kind {
    case .leafList: return node.name + "*"
    case .list: return "\(node.name)* [\(node.keys.map { schema[$0].name }.joined(separator: " "))]"
    case .choice: return "(\(node.name))\(node.isMandatory ? "" : "?")"
    case .container: return node.name + (node.isPresence ? "!" : "")
    case .leaf, .anydata, .anyxml:
      let isKey = node.parent.map { schema[$0].keys.contains(node.id) } ?? false
      return node.name + (isKey || node.isMandatory ? "" : "?")
    default: return node.name
    }
  }
}
