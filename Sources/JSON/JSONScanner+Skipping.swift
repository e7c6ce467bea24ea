extension JSONScanner {
  /// Passes over a value, checking it.
  ///
  /// - Returns: Where the value's text lies, without white space around it.
  /// - Throws: ``JSONError`` if it is not JSON or is nested deeper than ``maximumDepth``.
  @discardableResult
  package mutating func skip() throws(JSONError) -> Range<Int> {
    skipWhitespace()
    let start = position
    var nesting = Nesting()
    while true {
      if try skipScalarOrOpen(&nesting) {
        guard try skipToNextValue(&nesting) else { return start..<position }
      }
    }
  }

  /// Passes over a scalar, or enters an array or object.
  ///
  /// - Returns: `false` if the first value in an array or object comes next, else `true`.
  private mutating func skipScalarOrOpen(_ nesting: inout Nesting) throws(JSONError) -> Bool {
    switch try peek() {
    case .null: try skipWord("null")
    case .bool: try skipWord(bytes[position] == UInt8(ascii: "t") ? "true" : "false")
    case .number: _ = try skipNumber()
    case .string: _ = try skipString()
    case .array:
      try open(&nesting, isObject: false)
      guard skipWhitespace() == UInt8(ascii: "]") else { return false }
    case .object:
      try open(&nesting, isObject: true)
      guard skipWhitespace() == UInt8(ascii: "}") else {
        try skipKey()
        return false
      }
    }
    return true
  }

  /// Passes over closing brackets and a comma.
  ///
  /// - Returns: Whether another value comes; otherwise all that was opened is closed.
  private mutating func skipToNextValue(_ nesting: inout Nesting) throws(JSONError) -> Bool {
    while let isObject = nesting.isInObject {
      switch skipWhitespace() {
      case UInt8(ascii: ","):
        position += 1
        if isObject { try skipKey() }
        return true
      case UInt8(ascii: "}") where isObject, UInt8(ascii: "]") where !isObject:
        position += 1
        nesting.close()
      default: throw expected(isObject ? "',' or '}'" : "',' or ']'")
      }
    }
    return false
  }

  private mutating func open(_ nesting: inout Nesting, isObject: Bool) throws(JSONError) {
    guard nesting.open(isObject: isObject) else {
      throw fault("more than \(Self.maximumDepth) arrays and objects lie in one another", at: position)
    }
    position += 1
  }

  private mutating func skipKey() throws(JSONError) {
    guard skipWhitespace() == UInt8(ascii: "\"") else { throw expected("a member name in double quotes") }
    _ = try skipString()
    try colon()
  }

  /// Passes over `true`, `false` or `null`.
  mutating func skipWord(_ word: StaticString) throws(JSONError) {
    let length = word.utf8CodeUnitCount
    let expectation = UnsafeRawBufferPointer(start: word.utf8Start, count: length)
    guard end - position >= length, bytes[position..<position + length].elementsEqual(expectation) else {
      throw expected("\(word)")
    }
    position += length
  }

  /// Passes over a number.
  ///
  /// - Returns: Whether it has neither a fraction nor an exponent.
  mutating func skipNumber() throws(JSONError) -> Bool {
    skip(UInt8(ascii: "-"))
    if !skip(UInt8(ascii: "0")) { try skipDigits() }
    var isInteger = true
    if skip(UInt8(ascii: ".")) {
      isInteger = false
      try skipDigits()
    }
    if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
      isInteger = false
      if !skip(UInt8(ascii: "+")) { skip(UInt8(ascii: "-")) }
      try skipDigits()
    }
    return isInteger
  }

  @discardableResult
  private mutating func skip(_ byte: UInt8) -> Bool {
    guard position < end, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipDigits() throws(JSONError) {
    let start = position
    while position < end, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) { position += 1 }
    guard position > start else { throw expected("a digit") }
  }
}

extension JSONScanner {
  /// Which of the open brackets are braces, in one bit each: no allocation and no recursion, however deep the text is.
  private struct Nesting {
    private var braces = InlineArray<8, UInt64>(repeating: 0)
    private var depth = 0

    /// Whether the innermost bracket is a brace, or `nil` if none is open.
    var isInObject: Bool? {
      guard depth > 0 else { return nil }
      let (word, bit) = (depth - 1).quotientAndRemainder(dividingBy: 64)
      return braces[word] >> UInt64(bit) & 1 == 1
    }

    /// Opens a bracket; `false` if the limit is reached.
    mutating func open(isObject: Bool) -> Bool {
      guard depth < JSONScanner.maximumDepth else { return false }
      let (word, bit) = depth.quotientAndRemainder(dividingBy: 64)
      let mask = UInt64(1) << UInt64(bit)
      if isObject { braces[word] |= mask } else { braces[word] &= ~mask }
      depth += 1
      return true
    }

    /// Closes the innermost bracket.
    mutating func close() { depth -= 1 }
  }
}
