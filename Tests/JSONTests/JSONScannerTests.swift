import JSON
import Testing

@Suite struct `JSON scanner` {
  private func scan<R>(_ text: String, _ body: (inout JSONScanner) throws -> R) throws -> R {
    try Array(text.utf8).withUnsafeBytes { bytes in
      var scanner = JSONScanner(bytes)
      return try body(&scanner)
    }
  }

  @Test func `a message is read member by member`() throws {
    let text = #"{"jsonrpc":"2.0","id":7,"ok":{"a":[1,{"b":"}"}],"c":"\"]"},"last":null,"flag":true}"#
    try scan(text) { scanner in
      var id: Int?
      var ok: Range<Int>?
      var seen: [String] = []
      try scanner.beginObject()
      while let key = try scanner.nextKey() {
        seen.append(key)
        switch key {
        case "id": id = try scanner.int()
        case "ok": ok = try scanner.skip()
        case "last": #expect(try scanner.null())
        case "flag":
          #expect(try !scanner.null())
          #expect(try scanner.bool())
        default: try scanner.skip()
        }
      }
      try scanner.finish()
      #expect(seen == ["jsonrpc", "id", "ok", "last", "flag"])
      #expect(id == 7)
      let raw = try #require(ok)
      #expect(String(decoding: Array(text.utf8)[raw], as: UTF8.self) == #"{"a":[1,{"b":"}"}],"c":"\"]"}"#)
    }
  }

  @Test func `a range found in passing is scanned later, and its errors count from the whole text`() throws {
    let text = #"{"input": {"a": [1, "x"]} }"#
    try Array(text.utf8).withUnsafeBytes { bytes in
      var outer = JSONScanner(bytes)
      var ranges: [String: Range<Int>] = [:]
      try outer.members { (key, range) throws(JSONError) in ranges[key] = range }
      var inner = JSONScanner(bytes, in: try #require(ranges["input"]))
      try inner.beginObject()
      #expect(try inner.nextKey() == "a")
      try inner.beginArray()
      #expect(try inner.nextElement())
      #expect(try inner.int() == 1)
      #expect(try inner.nextElement())
      let error = try #require(throws: JSONError.self) { try inner.int() }
      #expect(error.offset == 20)
      #expect(try inner.string() == "x")
      #expect(try !inner.nextElement())
      #expect(try inner.nextKey() == nil)
      try inner.finish()
    }
  }

  @Test func `empty objects and arrays end at once`() throws {
    try scan("[{},[]]") { scanner in
      try scanner.beginArray()
      #expect(try scanner.nextElement())
      try scanner.beginObject()
      #expect(try scanner.nextKey() == nil)
      #expect(try scanner.nextElement())
      #expect(try scanner.peek() == .array)
      try scanner.beginArray()
      #expect(try !scanner.nextElement())
      #expect(try !scanner.nextElement())
      try scanner.finish()
    }
  }

  @Test func `asking for another kind of value is an error that says so`() throws {
    let messages = try scan(#" "x" "#) { scanner in
      var messages: [String] = []
      for attempt in [{ _ = try $0.int() }, { _ = try $0.bool() }, { try $0.beginObject() }, { try $0.beginArray() }]
        as [(inout JSONScanner) throws -> Void]
      {
        messages.append(try #require(throws: JSONError.self) { try attempt(&scanner) }.message)
      }
      return messages
    }
    #expect(
      messages == [
        "expected an integer of at most 64 bits", "expected true or false, found '\"'",
        "expected an object, found '\"'",
        "expected an array, found '\"'",
      ])
  }

  @Test(arguments: ["1.5", "1e3", "9223372036854775808"])
  func `a number that is no 64-bit integer is not read as one`(text: String) throws {
    try scan(text) { scanner in
      _ = #expect(throws: JSONError.self) { try scanner.int() }
    }
  }

  @Test(arguments: [
    "[1,]", "[1 2]", "{\"a\"}", "{\"a\":}", "[\"\\x\"]", "[\"\u{1}\"]", "[nul]", "[01]", "[1.]", "{\"a\":1]", "[1}",
    "[",
    "{\"a\":{", "\"\\ud800\"",
  ])
  func `what is skipped is checked`(text: String) throws {
    try scan(text) { scanner in
      _ = #expect(throws: JSONError.self) {
        try scanner.skip()
        try scanner.finish()
      }
    }
  }

  @Test func `skipping is limited in depth as reading is`() throws {
    let limit = JSONScanner.maximumDepth
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    try scan(nested(limit)) { scanner in
      let range = try scanner.skip()
      #expect(range == 0..<2 * limit)
    }
    try scan(nested(limit + 1)) { scanner in
      _ = #expect(throws: JSONError.self) { try scanner.skip() }
    }
  }

  @Test func `a member of an object of which only the beginning is there is found if it is whole`() {
    func id(_ text: String) -> JSONValue? {
      Array(text.utf8).withUnsafeBytes { JSONScanner.leadingMember("id", in: $0) }
    }
    #expect(id(#"{"id":17,"params":{"value":"xxxx"#) == 17)
    #expect(id(#"{"jsonrpc":"2.0","id":"a b","met"#) == "a b")
    #expect(id(#"{"params":{"id":1},"id":2}"#) == 2)
    #expect(id(#"{"params":{"id":1,"x"#) == nil)
    // It may have been 170, or a longer text.
    #expect(id(#"{"id":17"#) == nil)
    #expect(id(#"{"id":"17"#) == nil)
    #expect(id(#"[{"id":17,"#) == nil)
    #expect(id("garbage") == nil)
    #expect(id("") == nil)
  }

  @Test func `a string is read to its end, whatever stands where`() {
    let characters = (0...0x7F).map { [UInt8($0)] } + ["\u{80}", "\u{E9}", "\u{1F600}"].map { Array($0.utf8) }
    var wrong: [[UInt8]] = []
    for length in [3, 7, 8, 9, 17] {
      for place in 0...length {
        for character in characters {
          var content = [UInt8](repeating: UInt8(ascii: "x"), count: length)
          content.insert(contentsOf: character, at: place)
          let text = [UInt8(ascii: "\"")] + content + [UInt8(ascii: "\"")]
          let value = try? JSONValue(parsing: text)
          let written = JSONValue.string(String(decoding: content, as: UTF8.self))
          if (value != nil) != RandomJSON.isAcceptedByFoundation(text) { wrong.append(text) }
          if let value, !content.contains(UInt8(ascii: "\\")), value != written { wrong.append(text) }
          if (try? JSONValue(parsing: written.text)) != written { wrong.append(text) }
        }
      }
    }
    #expect(wrong.isEmpty)
  }

  @Test func `a name is compared as it is meant, or as it is written`() throws {
    try Array(#"{"id":1,"\u0069d":2,"idx":3}"#.utf8).withUnsafeBytes { bytes in
      var scanner = JSONScanner(bytes)
      try scanner.beginObject()
      var found: [[Bool]] = []
      while let key = try scanner.nextRawKey() {
        found.append([scanner.reads(key, "id"), scanner.reads(key, Array("id".utf8)), scanner.text(key) == "id"])
        try scanner.skip()
      }
      #expect(found == [[true, true, true], [true, false, true], [false, false, false]])
    }
  }
}
