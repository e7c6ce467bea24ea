import Foundation
import TestSupport

@testable import Yang

/// Text of modules for the fuzz tests.
enum YangText {
  /// Pieces that mean something in YANG, whole ones and broken ones.
  static let spice = [
    "module m ", "leaf a ", "x:y ", "{", "}", ";", "\"", "'", "\\", "\\n", "\\t", "\\\"", "+", "//", "/*", "*/", "\n",
    "\r\n", "\t", " ", "1.1", "yang-version 1.1;", "\u{FEFF}", "\u{E9}", "\0", "container ", "type string;", "\" + '",
    "namespace urn:m;", "prefix m;", ": ", "a:b:c ", "uses g;", "default 1;", "\u{2028}",
  ]

  /// The modules that are checked in.
  static let modules: [String] = {
    let directories =
      [Repository.builtIn, Repository.vectors + "/yang", Repository.vectors + "/schema/package"]
      + ["actions", "l3vpn", "vlan", "vrouter", "demo-router"].map {
        "\(Repository.path)/python/examples/\($0)/src/yang"
      }
    return directories.flatMap { directory in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
      return names.filter { $0.hasSuffix(".yang") }.sorted().map { "\(directory)/\($0)" }
    }
  }()

  /// A statement as text, with every argument in quotes.
  static func text(of statement: Statement) -> String {
    var text = ""
    write(statement, indent: 0, to: &text)
    return text
  }

  private static func write(_ statement: Statement, indent: Int, to text: inout String) {
    text += String(repeating: " ", count: indent) + statement.word
    if statement.hasArgument { text += " " + quoted(statement.argument) }
    if statement.children.isEmpty {
      text += ";\n"
    } else {
      text += " {\n"
      for child in statement.children { write(child, indent: indent + 1, to: &text) }
      text += String(repeating: " ", count: indent) + "}\n"
    }
  }

  /// An argument in quotes; a line that would be trimmed is kept by its escapes.
  static func quoted(_ argument: String) -> String {
    var quoted = "\""
    for scalar in argument.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\" + String(scalar)
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

extension Statement {
  /// The same statement with another argument or other children.
  func with(argument: String? = nil, children: [Statement]? = nil) -> Statement {
    Statement(
      keyword: keyword, word: word, argument: argument ?? (hasArgument ? self.argument : nil),
      children: children ?? self.children, file: file, line: line)
  }
}
