import Foundation
import Yang

/// A directory of YANG files that is gone after the test.
final class Scratch {
  let directory: String

  /// Writes files into a new directory.
  init(_ files: [String: String] = [:]) throws {
    directory = FileManager.default.temporaryDirectory.path + "/callpoint-yang-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    for (name, text) in files {
      let path = directory + "/" + name
      let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      try text.write(toFile: path, atomically: false, encoding: .utf8)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  /// Copies vectors into the directory.
  func copy(_ names: [String]) throws {
    for name in names {
      try FileManager.default.copyItem(
        atPath: Repository.vectors + "/yang/" + name, toPath: directory + "/" + name)
    }
  }

  /// Compiles the directory as one package.
  func compile(isMounted: Bool = false) -> CompiledSchema {
    SchemaCompiler(searchPath: [], builtIn: Repository.builtIn)
      .compile([ModuleSource(owner: "test", directory: directory, isMounted: isMounted)])
  }
}

extension Schema {
  /// The node at a path of names.
  func node(_ path: String) -> SchemaNode? {
    var node = root
    for step in path.split(separator: "/") {
      guard let child = node.children.map({ self[$0] }).first(where: { $0.name == step }) else { return nil }
      node = child
    }
    return node
  }
}
