import Datastore
import Foundation
import JSON
import Testing
import Yang

/// The data model of these tests.
enum Fixture {
  struct Unusable: Error, CustomStringConvertible { let description: String }

  /// Compiled once; every snapshot of every test is made under it.
  static let index: SchemaIndex = {
    do { return try compile(["store.yang": store, "other.yang": other]) } catch { fatalError("\(error)") }
  }()

  /// An empty store.
  static var empty: Snapshot { Snapshot(index) }

  /// A path in the fixture's schema.
  static func path(_ text: String) throws -> Keypath { try Keypath(text, in: index) }

  /// A store that holds a document.
  static func store(_ document: JSONValue) throws -> Snapshot {
    let transaction = Transaction(on: empty)
    try transaction.merge(document, at: .root)
    return transaction.working
  }

  /// Compiles modules that are gone from the disk afterwards.
  static func compile(_ files: [String: String]) throws -> SchemaIndex {
    let directory = FileManager.default.temporaryDirectory.appending(path: "callpoint-store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    for (name, text) in files { try Data(text.utf8).write(to: directory.appending(path: name)) }
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let compiler = SchemaCompiler(searchPath: [], builtIn: root.appending(path: "python/ncs_dir/src/ncs/yang").path())
    let result = compiler.compile([ModuleSource(owner: "test", directory: directory.path(), isMounted: false)])
    let errors = result.errors.values.flatMap { $0 }.map { "\($0)" }
    if !errors.isEmpty { throw Unusable(description: errors.joined(separator: "\n")) }
    return SchemaIndex(result.schema)
  }

  private static let store = """
    module store {
      yang-version 1.1;
      namespace "urn:store";
      prefix st;
      import tailf-ncs { prefix ncs; }

      identity colour;
      identity red { base colour; }
      identity blue { base colour; }

      container top {
        leaf name { type string; }
        leaf count { type uint8; }
        leaf big { type uint64; }
        leaf ratio { type decimal64 { fraction-digits 2; } }
        leaf flag { type empty; }
        leaf colour { type identityref { base colour; } }
        leaf uptime { config false; type uint32; }
        container inner { leaf x { type string; } container deep { leaf y { type string; } } }
        container box { presence "it is there"; leaf size { type uint16; } container lid { leaf open { type boolean; } } }
        leaf-list tags { type uint8; }
        leaf-list steps { type string; ordered-by user; }
        list item {
          key id;
          leaf id { type uint16; }
          leaf label { type string; }
          leaf-list colours { type identityref { base colour; } }
          container opts { leaf a { type string; } leaf b { type string; } }
          list sub { key "k1 k2"; leaf k1 { type string; } leaf k2 { type int8; } leaf v { type string; } }
          leaf status { config false; type string; }
          container stats { config false; leaf hits { type uint32; } }
          leaf-list seen { config false; type string; }
          container up { config false; presence "it answers"; }
          action reset { input { leaf when { type string; } } }
        }
        list rule { key name; ordered-by user; leaf name { type string; } leaf action { type string; } }
        choice transport {
          case tcp { leaf tcp-port { type uint16; } container tcp-opts { leaf nodelay { type boolean; } } }
          case udp {
            leaf udp-port { type uint16; }
            choice speed { leaf slow { type empty; } leaf fast { type empty; } }
          }
          list pipe { key name; leaf name { type string; } }
        }
        list log { config false; leaf line { type string; } }
        anydata blob;
      }
      container counted {
        list few { key id; min-elements 2; max-elements 3; leaf id { type string; } }
      }
      container limits {
        list must-have {
          key id;
          leaf id { type string; }
          leaf given { type string; mandatory true; }
          container nested { leaf also { type string; mandatory true; } }
          container maybe { presence "optional"; leaf inside { type string; mandatory true; } }
          choice kind { mandatory true; leaf left { type string; } leaf right { type string; } }
        }
        leaf-list pair { type string; max-elements 2; }
        list rack { key "row place"; unique "place serial"; leaf row { type uint8; } leaf place { type uint8; } leaf serial { type string; } }
        list host {
          key name;
          unique "address/ip address/port";
          leaf name { type string; }
          container address { leaf ip { type string; } leaf port { type uint16; } }
          list friend { key name; leaf name { type leafref { path "/st:limits/st:host/st:name"; } } }
          leaf best { type leafref { path "../../host/name"; } }
          leaf loose { type leafref { path "../../host/name"; require-instance false; } }
          leaf via { type leafref { path "/limits/host[name = current()/../best]/address/ip"; } }
        }
      }
      list svc {
        key name;
        uses ncs:service-data;
        ncs:servicepoint svc-point;
        leaf name { type string; }
        leaf input { type string; }
        container more { leaf-list of { type string; } }
        container plan { config false; leaf state { type string; } }
        list part { key id; ncs:servicepoint part-point; leaf id { type string; } leaf p { type string; } }
      }
      list stacked {
        key name;
        ncs:servicepoint stacked-point;
        leaf name { type string; }
        leaf input { type string; }
        container plan { config false; leaf state { type string; } }
      }
      container single { presence "a service"; ncs:servicepoint single-point; leaf v { type string; } }
      rpc restart { input { leaf hard { type boolean; } } }
    }
    """

  private static let other = """
    module other {
      yang-version 1.1;
      namespace "urn:other";
      prefix ot;
      import store { prefix st; }
      augment "/st:top" {
        leaf name { type string; }
        container extra { leaf z { type string; } }
      }
      container top { leaf q { type string; } }
    }
    """
}
