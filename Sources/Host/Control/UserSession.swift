import JSON

/// On whose behalf a callback runs.
struct UserSession: Hashable, Sendable {
  /// The user's name.
  let name: String
  /// Where the request came from, such as `system` or `python`.
  let context: String
  /// The session's number.
  let number: UInt64

  /// Writes the member `user` of a request, behind others.
  func write(to writer: inout JSONWriter) {
    writer.literal(",\"user\":{\"name\":")
    writer.string(name)
    writer.literal(",\"context\":")
    writer.string(context)
    writer.literal(",\"session\":")
    writer.int(number)
    writer.endObject()
  }
}
