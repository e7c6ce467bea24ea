import Foundation
import TestSupport
import Testing

@testable import Packages

@Suite struct `XML fuzz` {
  private static let spice = [
    "<", ">", "</", "/>", "<a>", "</a>", "<a/>", "&", ";", "&amp;", "&#65;", "&#x110000;", "&#0;", "<!--", "-->", "--",
    "<![CDATA[", "]]>", "<?", "?>", "<!DOCTYPE a>", "=", "'", "\"", " ", "\n", "xmlns", ":", "xmlns:b='urn:b'", "b:",
    "\0", "\u{1}", "\u{E9}", "\u{FEFF}", "<?xml version='1.0' encoding='latin1'?>", "é", "name", "component",
  ]

  @Test(arguments: Fuzz.seeds(10)) func `a document is read as it was written`(seed: UInt64) throws {
    // Invariant: read(write(tree)) == tree, however its texts are written and whatever stands between its elements.
    try Fuzz.round(seed) { round in
      for _ in 0..<20 {
        var written = RandomXML(round.random)
        let tree = written.element(depth: 3)
        let text = written.text(of: tree)
        round.random = written.random
        round.tries(text)
        let read = try XMLReader.read(Array(text.utf8))
        #expect(RandomXML.Tree(read) == tree)
      }
    }
  }

  @Test(arguments: Fuzz.seeds(10)) func `any mixture of XML's bytes is read or refused`(seed: UInt64) throws {
    // Invariant: any bytes are read, or throw XMLError with a line of the text.
    try Fuzz.round(seed) { round in
      for _ in 0..<100 {
        let bytes = Array(("<a>" + round.random.text(of: Self.spice, upTo: 20)).utf8)
        round.tries(bytes)
        do throws(XMLError) {
          _ = try XMLReader.read(bytes)
        } catch {
          #expect((1...bytes.count { $0 == UInt8(ascii: "\n") } + 1).contains(error.line), "\(error)")
        }
      }
    }
  }

  @Test(arguments: Fuzz.seeds(10)) func `damaged metadata is read or refused with its line`(seed: UInt64) throws {
    // Invariant: any bytes give metadata whose names and lines make sense, or an error at a line of the file.
    let examples =
      URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path + "/python/examples"
    let originals = try ["actions", "demo-router", "l3vpn", "shared-a", "vlan"].map {
      [UInt8](try Data(contentsOf: URL(filePath: "\(examples)/\($0)/package-meta-data.xml")))
    }
    try Fuzz.round(seed) { round in
      for _ in 0..<50 {
        let bytes = round.random.damaged(round.random.pick(originals), spice: Self.spice)
        let lines = 1...bytes.count { $0 == UInt8(ascii: "\n") } + 1
        round.tries(bytes)
        var reader = MetadataReader(file: "/p/package-meta-data.xml")
        do throws(PackageError) {
          let metadata = try reader.read(bytes)
          #expect(!metadata.name.isEmpty && lines.contains(metadata.nameLine))
          #expect(metadata.components.allSatisfy { !$0.name.isEmpty && lines.contains($0.line) })
          #expect(Set(metadata.components.map(\.name)).count == metadata.components.count)
          #expect(!"\(metadata)".unicodeScalars.contains("\0"))
        } catch {
          #expect(error.file == "/p/package-meta-data.xml" && lines.contains(error.line ?? 0), "\(error)")
        }
      }
    }
  }

  @Test func `elements within elements are refused before the stack is at its end`() {
    #expect(throws: XMLError.self) { try XMLReader.read(Array(String(repeating: "<a>", count: 1_000_000).utf8)) }
  }

  /// Linear work takes a fraction of a second; work that grows with the square would take hours.
  @Test(
    .timeLimit(.minutes(30)),
    arguments: [
      ("a", true), ("<b/>", true), ("<!-- a -->", true), ("&amp;", true), ("<b c='d'>e</b>", true), ("\n", true),
      ("<![CDATA[", false), ("<?", false), ("<b ", false),
    ])
  func `a long text is read in step with its length`(filling: String, isXML: Bool) {
    let text = "<a>" + String(repeating: filling, count: 80_000) + "</a>"
    #expect(((try? XMLReader.read(Array(text.utf8))) != nil) == isXML)
  }
}
