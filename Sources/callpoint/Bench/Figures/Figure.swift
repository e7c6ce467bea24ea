import Foundation

/// How figures are written for people.
enum Figure {
  /// A number with about three digits that count, and with commas between thousands.
  static func text(_ value: Double) -> String {
    if value == 0 { return "0" }
    let magnitude = abs(value) > 0 ? Int(log10(abs(value)).rounded(.down)) : 0
    let text = String(format: "%.\(min(3, max(0, 2 - magnitude)))f", value)
    guard abs(value) >= 999.5, let point = text.firstIndex(of: ".") ?? Optional(text.endIndex) else { return text }
    var digits = Array(text[..<point])
    for place in stride(from: digits.count - 3, to: digits.first == "-" ? 1 : 0, by: -3) {
      digits.insert(",", at: place)
    }
    return String(digits) + text[point...]
  }

  /// A round number at an axis, without digits that say nothing.
  static func tick(_ value: Double) -> String {
    guard value < 1000 else { return text(value) }
    let number = String(format: "%.3f", value)
    return String(number.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
  }

  /// A number, or a dash in its place.
  static func text(_ value: Double?) -> String { value.map { text($0) } ?? "-" }

  /// How many processors were kept busy, as a clause goes on: `0.98 of a core`, `1.62 cores`.
  static func cores(_ value: Double) -> String {
    cores([value])
  }

  /// From how many to how many processors were kept busy: `0.02 to 0.07 of a core`.
  static func cores(_ values: [Double]) -> String {
    let ends = [values.min() ?? 0, values.max() ?? 0].map { String(format: "%.2f", $0) }
    let numbers = ends[0] == ends[1] ? ends[0] : "\(ends[0]) to \(ends[1])"
    return values.allSatisfy { $0 < 0.995 } ? "\(numbers) of a core" : "\(numbers) cores"
  }
}
