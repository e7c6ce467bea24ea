import Foundation
import JSON

/// One of the requests of a benchmark, in which `{n}` stands for the request's number.
///
/// Its message is put together once and kept in pieces, between which the numbers come: to make a request costs the load
/// generator a copy of some bytes. The number is the message's id too.
struct RequestTemplate {
  /// What marks the place of the number.
  static let mark = "{n}"

  /// What it asks for, as its user named it.
  let label: String
  /// Whether it is a commit, after which there is something to remove.
  let isCommit: Bool
  private let pieces: [[UInt8]]

  /// A call of an action.
  ///
  /// - Parameters:
  ///   - path: The action's path.
  ///   - input: The input as JSON text.
  /// - Throws: ``UsageError`` if the input is not a JSON object once numbers stand in it.
  init(action path: String, input: String) throws(UsageError) {
    guard try Self.parse(input, from: "the input of \(path)").object != nil else {
      throw UsageError("--input wants a JSON object", command: "bench")
    }
    let name = JSONValue.string(path).text
    self.init(label: path, method: "action", params: "{\"path\":\(name),\"input\":\(Self.compact(input))}")
  }

  /// A commit.
  ///
  /// - Parameters:
  ///   - file: The file's name.
  ///   - text: What is in it: a document to merge, or an array of edits.
  /// - Throws: ``UsageError`` if it is neither once numbers stand in it.
  init(commit file: String, text: String) throws(UsageError) {
    let compact = Self.compact(text)
    let edits: String
    switch try Self.parse(text, from: file) {
    case .array: edits = compact
    case .object: edits = "[{\"op\":\"merge\",\"path\":\"/\",\"value\":\(compact)}]"
    default: throw UsageError("\(file) holds neither a JSON object to merge nor an array of edits", command: "bench")
    }
    self.init(label: file, method: "commit", params: "{\"edits\":\(edits)}")
  }

  private init(label: String, method: String, params: String) {
    let text = "{\"jsonrpc\":\"2.0\",\"id\":\(Self.mark),\"method\":\"\(method)\",\"params\":\(params)}\n"
    self.label = label
    isCommit = method == "commit"
    pieces = text.components(separatedBy: Self.mark).map { Array($0.utf8) }
  }

  /// Appends the request's message.
  ///
  /// - Parameters:
  ///   - number: The request's number.
  ///   - bytes: What it is appended to.
  func append(number: Int, to bytes: inout [UInt8]) {
    var digits = String(number)
    bytes += pieces[0]
    digits.withUTF8 { digits in
      for piece in pieces.dropFirst() {
        bytes += digits
        bytes += piece
      }
    }
  }

  /// The method and the parameters of one request, for those who send it by other means.
  ///
  /// - Parameter number: The request's number.
  /// - Returns: What the message holds.
  /// - Throws: ``JSONError`` never for a template that could be made.
  func request(number: Int) throws(JSONError) -> (method: String, params: JSONObject) {
    var bytes: [UInt8] = []
    append(number: number, to: &bytes)
    let message = try JSONValue(parsing: bytes)
    return (message["method"]?.string ?? "", message["params"]?.object ?? [:])
  }

  private static func parse(_ text: String, from source: String) throws(UsageError) -> JSONValue {
    do {
      return try JSONValue(parsing: text.replacingOccurrences(of: mark, with: "1"))
    } catch {
      throw UsageError("\(source) is not JSON: \(error)", command: "bench")
    }
  }

  /// The text without the white space between its tokens, above all without its line ends.
  ///
  /// It need not be JSON before numbers stand in it.
  private static func compact(_ text: String) -> String {
    var isInString = false
    var isEscaped = false
    let kept = text.utf8.filter { byte in
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
        return true
      }
      if byte == UInt8(ascii: "\"") { isInString = true }
      return ![0x20, 0x0A, 0x0D, 0x09].contains(byte)
    }
    return String(decoding: kept, as: UTF8.self)
  }
}
