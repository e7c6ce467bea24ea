import JSON

/// On whose behalf a callback runs.
struct UserSession: Hashable, Sendable {
  /// The user's name.
  let name: String
  /// Where the request came from, such as `system` or `python`.
  let context: String
  /// The session's number.
  let number: UInt64

  /// Writes the member `user` of a request.
  func write(to writer: inout JSONWriter) {
    writer.key("user")
    writer.beginObject()
    writer.key("name")
    writer.string(name)
    writer.key("context")
    writer.string(context)
    writer.key("session")
    writer.int(number)
    writer.endObject()
  }
}
