/// A number as text: an optional sign, digits, and optionally a point with digits behind it.
struct DecimalDigits {
  /// Whether there is a point.
  private(set) var hasPoint = false
  /// How many digits stand behind the point, without the zeros at the end.
  private(set) var fractionDigits = 0
  /// All digits as one number without the zeros at the end of the fraction, or `nil` if it does not fit.
  private var magnitude: Int128? = 0
  private var isNegative = false

  /// Reads a text.
  ///
  /// - Parameter text: The text; nothing but the number may be in it.
  init?(_ text: String) {
    var digits = 0
    var zeros = 0
    for (place, byte) in text.utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "+"), UInt8(ascii: "-"):
        guard place == 0 else { return nil }
        isNegative = byte == UInt8(ascii: "-")
      case UInt8(ascii: "."):
        guard !hasPoint, digits > 0 else { return nil }
        hasPoint = true
        digits = 0
      case UInt8(ascii: "0") where hasPoint:
        digits += 1
        zeros += 1
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        digits += 1
        if hasPoint {
          fractionDigits += zeros + 1
          for _ in 0..<zeros { append(0) }
          zeros = 0
        }
        append(Int128(byte - UInt8(ascii: "0")))
      default: return nil
      }
    }
    guard digits > 0 else { return nil }
  }

  /// The number times ten to the power of `digits`, at least as many as it has behind the point; `nil` if too large.
  ///
  /// - Parameter digits: The fraction digits of the result.
  /// - Returns: The scaled number.
  func scaled(byDigits digits: Int) -> Int128? {
    var result = self
    for _ in fractionDigits..<digits { result.append(0) }
    return result.magnitude.map { isNegative ? -$0 : $0 }
  }

  private mutating func append(_ digit: Int128) {
    guard let number = magnitude, number < Int128.max / 100 else {
      magnitude = nil
      return
    }
    magnitude = number * 10 + digit
  }
}
