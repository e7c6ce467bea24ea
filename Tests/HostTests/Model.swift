import Foundation
import Yang

/// The data model of these tests, compiled once.
enum Model {
  struct Unusable: Error, CustomStringConvertible { let description: String }

  /// The schema.
  static let schema: Schema = {
    do { return try compile() } catch { fatalError("\(error)") }
  }()

  private static func compile() throws -> Schema {
    let directory = FileManager.default.temporaryDirectory.appending(path: "callpoint-host-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try Data(text.utf8).write(to: directory.appending(path: "host-test.yang"))
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let compiler = SchemaCompiler(searchPath: [], builtIn: root.appending(path: "python/ncs_dir/src/ncs/yang").path())
    let result = compiler.compile([ModuleSource(owner: "test", directory: directory.path(), isMounted: false)])
    let errors = result.errors.values.flatMap { $0 }.map { "\($0)" }
    if !errors.isEmpty { throw Unusable(description: errors.joined(separator: "\n")) }
    return result.schema
  }

  private static let text = """
    module host-test {
      yang-version 1.1;
      namespace "urn:host-test";
      prefix ht;
      import tailf-common { prefix tailf; }
      import tailf-ncs { prefix ncs; }

      list svc {
        key name;
        leaf name { type string; }
        uses ncs:service-data;
        ncs:servicepoint svc-point;
        leaf size { type uint8; tailf:validate size-point { tailf:dependency "../limit"; } }
        leaf limit { type uint8; }
        list part {
          key id;
          leaf id { type uint8; }
          leaf weight { type decimal64 { fraction-digits 2; } }
          tailf:validate part-point { tailf:dependency "weight"; }
        }
        tailf:action measure {
          tailf:actionpoint measure-point;
          input {
            leaf unit { type enumeration { enum mm; enum cm; } mandatory true; }
            leaf note { type string; }
            leaf short { type string { length "1..3"; } }
            leaf-list only { type uint8; }
            list by { key id; leaf id { type uint8; } leaf factor { type int64; } }
            container where { leaf deep { type boolean; } }
            leaf dry { type empty; }
            choice how { leaf fast { type empty; } leaf slow { type uint16; } }
          }
        }
      }
    }
    """
}
