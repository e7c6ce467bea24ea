import Foundation
import JSON
import TestSupport

/// Values and pieces of text for the fuzz tests.
enum RandomJSON {
  /// Pieces that mean something in JSON, whole ones and broken ones.
  static let spice =
    [
      "{", "}", "[", "]", "\"", ",", ":", "\\", "\\u", "\\ud83d", "\\ude00", "\\u0000", "\\u00", "null", "true", "fals",
      "-", "+", ".", "e", "0", "1", " ", "\t", "\n", "\0", "\u{7F}", "\u{E9}", "\u{FEFF}", "\u{1F600}", "\"a\":",
      "\"a\"", "[]", "{}",
    ] + SeededGenerator.strangeNumbers

  private static let letters = ["a", "b", "\"", "\\", "/", "\n", "\0", "\u{1F}", "\u{E9}", "e\u{301}", "\u{1F600}"]

  /// Any value.
  static func value(depth: Int, using random: inout SeededGenerator) -> JSONValue {
    switch random.number(0...(depth > 0 ? 8 : 6)) {
    case 0: return nil
    case 1: return .bool(random.oneIn(2))
    case 2: return .integer(Int64(truncatingIfNeeded: random.next() >> UInt64(random.number(0...63))))
    case 3: return JSONValue(random.next())
    case 4:
      let number = Double(bitPattern: random.next())
      return .double(number.isFinite ? number : 0)
    case 5, 6: return .string(random.text(of: letters, upTo: 8))
    case 7: return .array((0..<random.number(0...5)).map { _ in value(depth: depth - 1, using: &random) })
    default:
      var object = JSONObject()
      for _ in 0..<random.number(0...20) {
        object[random.text(of: letters, upTo: 8)] = value(depth: depth - 1, using: &random)
      }
      return .object(object)
    }
  }

  /// Whether a scanner reads the whole of a text.
  static func reads(_ bytes: UnsafeRawBufferPointer, _ read: (inout JSONScanner) throws(JSONError) -> Void) -> Bool {
    var scanner = JSONScanner(bytes)
    do throws(JSONError) {
      try read(&scanner)
      try scanner.finish()
      return true
    } catch {
      return false
    }
  }

  /// Whether another reader takes the text for JSON.
  static func isAcceptedByFoundation(_ bytes: [UInt8]) -> Bool {
    (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
  }
}
