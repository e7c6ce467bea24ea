import JSON

/// What a load generator reads in an answer: no more than it needs, as what it takes is taken from those it measures.
struct LoadAnswer {
  /// Why a request was refused.
  struct Refusal {
    /// The word for it.
    let kind: String
    /// The sentence for people.
    let message: String
  }

  /// The request's number; `nil` if the answer is about the whole connection.
  private(set) var number: Int?
  /// Why the request was refused, if it was.
  private(set) var refusal: Refusal?
  /// The paths of what a commit has created.
  private(set) var created: [String] = []

  /// Reads an answer.
  ///
  /// - Parameters:
  ///   - line: The message. The host writes the number before the result.
  ///   - isCommit: Whether the request with a number is a commit, whose changes are to be read.
  /// - Throws: ``JSONError`` if the message is not JSON, as far as it is read.
  init(_ line: UnsafeRawBufferPointer, isCommit: (Int) -> Bool) throws(JSONError) {
    var scanner = JSONScanner(line)
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      switch key {
      case "id": number = try scanner.value().int
      case "error":
        let error = try scanner.value()
        let kind = error["data"]?["kind"]?.string ?? "invalid-request"
        refusal = Refusal(kind: kind, message: error["message"]?.string ?? kind)
      case "result":
        guard let number, isCommit(number) else { return }
        try readResult(&scanner)
      default: try scanner.skip()
      }
    }
  }

  private mutating func readResult(_ scanner: inout JSONScanner) throws(JSONError) {
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      guard key == "changes" else {
        try scanner.skip()
        continue
      }
      try scanner.beginArray()
      while try scanner.nextElement() { try readChange(&scanner) }
    }
  }

  private mutating func readChange(_ scanner: inout JSONScanner) throws(JSONError) {
    var isCreation = false
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      switch key {
      case "op": isCreation = try scanner.string() == "create"
      case "path":
        let path = try scanner.string()
        if isCreation { created.append(path) }
      default: try scanner.skip()
      }
    }
  }
}
