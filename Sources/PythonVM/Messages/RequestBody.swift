package import JSON

/// What an endpoint is asked to do: a request without its number.
///
/// The text is made once, when the request is accepted; the number and the callpoint's number are put before it when
/// it is sent.
package struct RequestBody: Sendable {
  /// The members after `id` and `cp`, with their commas, and the closing brace.
  package let tail: [UInt8]

  /// Creates a body.
  ///
  /// - Parameters:
  ///   - operation: The `op`.
  ///   - write: Adds the further members.
  package init(_ operation: String, _ write: (inout JSONWriter) -> Void) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("op")
    writer.string(operation)
    write(&writer)
    writer.endObject()
    // The brace that opened it gives way to the members that come first.
    tail = [UInt8(ascii: ",")] + writer.bytes.dropFirst()
  }

  /// How long the line can be, without its newline, whatever the numbers are.
  var longestLine: Int { tail.count + 64 }

  /// What a request is about, for people.
  package struct Summary {
    /// The `op`.
    package var operation = ""
    /// What it is called for: an action, an instance or a node.
    package var path: String?
  }

  /// What the request is about.
  var summary: Summary {
    let text = [UInt8(ascii: "{")] + tail.dropFirst()
    return text.withUnsafeBytes { bytes in
      var members: [String: Range<Int>] = [:]
      var scanner = JSONScanner(bytes)
      // The text is ours: it is JSON.
      try? scanner.members { (key, range) throws(JSONError) in
        if ["op", "name", "path"].contains(key) { members[key] = range }
      }
      let value = { (key: String) in
        members[key].flatMap { try? JSONValue(parsing: UnsafeRawBufferPointer(rebasing: bytes[$0])).string }
      }
      let parts = [value("path"), value("name")].compactMap { $0 }
      return Summary(operation: value("op") ?? "", path: parts.isEmpty ? nil : parts.joined(separator: "/"))
    }
  }

  /// The line that an endpoint reads.
  func line(request: UInt64, registration: Int) -> [UInt8] {
    var line = Array("{\"id\":\(request),\"cp\":\(registration)".utf8)
    line.reserveCapacity(line.count + tail.count + 1)
    line += tail
    line.append(UInt8(ascii: "\n"))
    return line
  }
}
