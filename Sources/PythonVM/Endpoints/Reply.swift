import Callpoints
package import JSON

/// An endpoint's answer to a request, still as text.
///
/// The bytes belong to the endpoint's buffer: they are valid while the completion runs and not after.
package struct Reply {
  private let bytes: UnsafeRawBufferPointer
  private let result: Range<Int>
  private let outputRange: Range<Int>?
  private let writesRange: Range<Int>?
  private let readsRange: Range<Int>?

  /// A line from a reply pipe.
  enum Line {
    case ready(pid: Int32)
    case reply(RequestID, Result<Reply, CallError>)
    case timeout(RequestID, seconds: Double)
  }

  /// Reads a line from a reply pipe.
  ///
  /// - Parameter line: The line without its newline.
  /// - Returns: What it says.
  /// - Throws: ``ProtocolViolation`` if it says nothing that the protocol knows.
  static func parse(_ line: UnsafeRawBufferPointer) throws(ProtocolViolation) -> Line {
    var id: UInt64?
    var success: Range<Int>?
    var output: Range<Int>?
    var failure: Range<Int>?
    var writes: Range<Int>?
    var reads: Range<Int>?
    var notice: (key: JSONScanner.RawString, range: Range<Int>)?
    var scanner = JSONScanner(line)
    do {
      try scanner.beginObject()
      while let key = try scanner.nextRawKey() {
        if scanner.reads(key, "id") {
          id = try scanner.value().uint
        } else if scanner.reads(key, "ok"), try scanner.peek() == .object {
          (success, output) = try result(&scanner)
        } else {
          let range = try scanner.skip()
          if scanner.reads(key, "ok") {
            success = range
          } else if scanner.reads(key, "error") {
            failure = range
          } else if scanner.reads(key, "writes") {
            writes = range
          } else if scanner.reads(key, "reads") {
            reads = range
          } else {
            notice = (key, range)
          }
        }
      }
      try scanner.finish()
      if let id {
        if let failure {
          let error = try JSONValue(parsing: UnsafeRawBufferPointer(rebasing: line[failure]))
          return .reply(RequestID(id), .failure(callbackError(error)))
        }
        guard let success else { throw ProtocolViolation("a reply to request \(id) has neither result nor error") }
        return .reply(
          RequestID(id),
          .success(Reply(bytes: line, result: success, outputRange: output, writesRange: writes, readsRange: reads)))
      }
      if let notice {
        let value = try JSONValue(parsing: UnsafeRawBufferPointer(rebasing: line[notice.range]))
        switch scanner.text(notice.key) {
        case "ready":
          if let pid = value["pid"]?.int.flatMap({ Int32(exactly: $0) }) { return .ready(pid: pid) }
        case "timeout":
          if let id = value["id"]?.uint, let seconds = value["seconds"]?.double {
            return .timeout(RequestID(id), seconds: seconds)
          }
        default: break
        }
      }
    } catch let violation as ProtocolViolation {
      throw violation
    } catch {
      throw ProtocolViolation("a reply is not JSON: \(error)")
    }
    throw ProtocolViolation("a reply has no known member")
  }

  /// Walks an object, and finds where it and its member `output` lie.
  private static func result(_ scanner: inout JSONScanner) throws(JSONError) -> (Range<Int>, output: Range<Int>?) {
    let start = scanner.position
    var output: Range<Int>?
    try scanner.beginObject()
    while let key = try scanner.nextRawKey() {
      let range = try scanner.skip()
      if scanner.reads(key, "output") { output = range }
    }
    return (start..<scanner.position, output)
  }

  private static func callbackError(_ error: JSONValue) -> CallError {
    let kind = error["kind"]?.string.flatMap { CallError.Kind(rawValue: $0) }
    return CallError(
      kind ?? .callbackError, error["message"]?.string ?? "the callback failed", errno: error["errno"]?.int)
  }

  /// The members of `ok`.
  package func value() throws(ProtocolViolation) -> JSONValue { try parsed(result) }

  /// The text of the member `output` of `ok`, or `nil` if it has no such member.
  package func output() throws(ProtocolViolation) -> UnsafeRawBufferPointer? {
    guard bytes[result.lowerBound] == UInt8(ascii: "{") else { throw ProtocolViolation("a result is no object") }
    return outputRange.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
  }

  /// The text of the write log, or `nil` if nothing was written.
  package var writes: UnsafeRawBufferPointer? {
    guard let writesRange, writesRange.count > "[]".utf8.count else { return nil }
    return UnsafeRawBufferPointer(rebasing: bytes[writesRange])
  }

  /// The keypaths that the callback read.
  package func reads() throws(ProtocolViolation) -> [String] {
    try (parsed(readsRange).array ?? []).compactMap(\.string)
  }

  private func parsed(_ range: Range<Int>?) throws(ProtocolViolation) -> JSONValue {
    guard let range else { return .null }
    do {
      return try JSONValue(parsing: UnsafeRawBufferPointer(rebasing: bytes[range]))
    } catch {
      throw ProtocolViolation("a reply is not JSON: \(error)")
    }
  }
}
