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
    self.init(Array(",\"op\":".utf8)) { writer in
      writer.string(operation)
      write(&writer)
    }
  }

  /// Creates a body that begins with text that is there already.
  ///
  /// - Parameters:
  ///   - head: The first members, with a comma before each; of the last one only what comes before its value.
  ///   - capacity: How much will come behind it, as far as that is known.
  ///   - write: Adds that value and the further members.
  package init(_ head: [UInt8], capacity: Int = 0, _ write: (inout JSONWriter) -> Void) {
    var text: [UInt8] = []
    text.reserveCapacity(head.count + capacity)
    text += head
    JSONWriter.append(to: &text) { writer in
      write(&writer)
      writer.endObject()
    }
    tail = text
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

  /// Writes the line that an endpoint reads.
  func write(to line: inout [UInt8], request: UInt64, registration: Int) {
    JSONWriter.append(to: &line) { writer in
      writer.literal("{\"id\":")
      writer.int(request)
      writer.literal(",\"cp\":")
      writer.int(registration)
    }
    line += tail
    line.append(UInt8(ascii: "\n"))
  }
}
