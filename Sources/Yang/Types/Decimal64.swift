/// The values of `decimal64`, held as integers.
enum Decimal64 {
  /// Reads a decimal number.
  ///
  /// - Parameters:
  ///   - text: The number, such as `-1.50`.
  ///   - fractionDigits: How many digits a value has after the point.
  /// - Returns: The number times ten to the power of `fractionDigits`, or `nil` if it is none or does not fit.
  static func scaled(_ text: Substring, fractionDigits: Int) -> Int64? {
    let isNegative = text.first == "-"
    let unsigned = isNegative || text.first == "+" ? text.dropFirst() : text
    let parts = unsigned.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = parts.count == 2 ? parts[1] : ""
    guard let whole = parts.first, isDigits(whole), parts.count == 1 || isDigits(fraction) else { return nil }
    var digits = String(fraction)
    while digits.utf8.count > fractionDigits, digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() }
    guard digits.utf8.count <= fractionDigits else { return nil }
    digits += String(repeating: "0", count: fractionDigits - digits.utf8.count)
    guard let value = Int128(whole + digits) else { return nil }
    return Int64(exactly: isNegative ? -value : value)
  }

  /// Writes a value in canonical form: at least one digit on both sides of the point, and no zeros beyond that.
  ///
  /// - Parameters:
  ///   - value: The value times ten to the power of `fractionDigits`.
  ///   - fractionDigits: How many digits the value has after the point.
  /// - Returns: The text.
  static func text(_ value: Int64, fractionDigits: Int) -> String {
    var digits = String(value.magnitude)
    if digits.utf8.count <= fractionDigits {
      digits = String(repeating: "0", count: fractionDigits + 1 - digits.utf8.count) + digits
    }
    var fraction = digits.suffix(fractionDigits)
    while fraction.utf8.count > 1, fraction.utf8.last == UInt8(ascii: "0") { fraction.removeLast() }
    return (value < 0 ? "-" : "") + digits.dropLast(fractionDigits) + "." + fraction
  }

  private static func isDigits(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
