import JSON

/// On whose behalf a callback runs.
struct UserSession {
  private let number: UInt64
  /// The beginning of the member `user` of a request.
  private let beginning: [UInt8]

  /// The administrator's, as nearly all requests are.
  private static let administrator = beginning(nil, nil)

  /// Creates a session.
  ///
  /// - Parameters:
  ///   - name: The user's name; the administrator's if it is not given.
  ///   - context: Where the request came from, such as `system`, if it is not given, or `python`.
  ///   - number: The session's number.
  init(name: String? = nil, context: String? = nil, number: UInt64) {
    self.number = number
    beginning = name == nil && context == nil ? Self.administrator : Self.beginning(name, context)
  }

  /// Writes the member `user` of a request, behind others.
  func write(to writer: inout JSONWriter) {
    writer.literal(beginning)
    writer.int(number)
    writer.endObject()
  }

  private static func beginning(_ name: String?, _ context: String?) -> [UInt8] {
    var writer = JSONWriter()
    writer.literal(",\"user\":{")
    // What is not given the runtime knows: texts that are the same each time would cost it more than the rest of `user`.
    if let name {
      writer.literal("\"name\":")
      writer.string(name)
      writer.literal(",")
    }
    if let context {
      writer.literal("\"context\":")
      writer.string(context)
      writer.literal(",")
    }
    writer.literal("\"session\":")
    return writer.bytes
  }
}
