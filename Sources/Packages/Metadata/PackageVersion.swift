/// A version as packages write it, compared number by number.
///
/// What follows the digits of a part (`3.0-discovery`) does not count, and missing parts are 0: `1.0` and `1.0.0` are the
/// same version.
package struct PackageVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The version as it was written.
  package let description: String
  private let numbers: [Int]

  /// Reads a version.
  ///
  /// - Parameter text: Any text; the digits at the beginning of each part between dots count.
  package init(_ text: String) {
    description = text
    var numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { part in
      let digits = part.prefix { $0.isASCII && $0.isNumber }
      return digits.isEmpty ? 0 : Int(digits) ?? .max
    }
    while numbers.last == 0 { numbers.removeLast() }
    self.numbers = numbers
  }

  /// Whether both are the same version, however they are written.
  package static func == (left: PackageVersion, right: PackageVersion) -> Bool { left.numbers == right.numbers }

  /// Whether the first version comes before the second one.
  package static func < (left: PackageVersion, right: PackageVersion) -> Bool {
    left.numbers.lexicographicallyPrecedes(right.numbers)
  }

  /// Feeds the numbers to `hasher`.
  package func hash(into hasher: inout Hasher) { hasher.combine(numbers) }
}
