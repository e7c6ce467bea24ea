import TestSupport
import Testing

@testable import PythonVM

@Suite struct `Log events` {
  @Test func `a line has the word and the fields in their order, without those that are unknown`() {
    let pid: Int32? = nil
    let event = LogEvent(
      .exit,
      ["process": "worker", "vm": "l3vpn", "callpoint": "service l3vpn", "pid": pid, "status": "signal 9 (Killed)"])
    #expect(event.text == #"exit process=worker vm=l3vpn callpoint="service l3vpn" status="signal 9 (Killed)""#)
    #expect(event["vm"] == "l3vpn")
    #expect(event["pid"] == nil)
  }

  @Test(arguments: [
    ("plain", "plain"), ("/a:b/c{d}", "/a:b/c{d}"), ("", #""""#), ("two words", #""two words""#),
    (#"say "so""#, #""say \"so\"""#), ("a=b", #""a=b""#), (#"a\b"#, #""a\\b""#), ("one\ntwo\r\n", #""one\ntwo\r\n""#),
    ("\u{1B}[31m", #""\u{1b}[31m""#), ("a\u{85}b\u{2028}c\u{0}", #""a\u{85}b\u{2028}c\u{0}""#),
    ("Zürich", "\"Zürich\""),
  ])
  func `values are quoted when they need it`(value: String, written: String) {
    #expect(LogEvent(.note, ["text": value]).text == "note text=\(written)")
  }

  @Test func `a long value keeps its beginning and its end`() {
    let text = LogEvent(.fail, ["reason": "begin " + String(repeating: "x", count: 1 << 20) + " end"]).text
    #expect(text.utf8.count <= 1012)
    #expect(text.hasPrefix("fail reason=\"begin xxx") && text.hasSuffix("xxx end\"") && text.contains("x…x"))
  }

  @Test func `whatever the values are, a line is one line, fits into an atomic write and can be read back`() throws {
    var generator = SeededGenerator(seed: 42)
    let alphabet = ["a", " ", "=", "\"", "\\", "\n", "\r", "\u{1}", "é", "\u{2029}", "👩‍👩‍👧", "…"]
    for _ in 0..<500 {
      let values = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
        (0..<Int.random(in: 0...900, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? "" }
          .joined()
      }
      var event = LogEvent(.note)
      for value in values { event.append(["f": value]) }
      let text = event.text
      #expect(text.utf8.count <= 4000)
      #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control })
      #expect(isQuotedProperly(text))
    }
  }

  /// Whether every quote that opens is closed.
  private func isQuotedProperly(_ text: String) -> Bool {
    var isInside = false
    var isEscaped = false
    for scalar in text.unicodeScalars {
      if isEscaped {
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else if scalar == "\"" {
        isInside.toggle()
      }
    }
    return !isInside && !isEscaped
  }
}
