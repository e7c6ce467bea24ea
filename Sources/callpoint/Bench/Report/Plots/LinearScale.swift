import Foundation

/// The scale of an axis that begins at zero and ends at a round number above the largest value.
struct LinearScale {
  /// The values that the axis names.
  let ticks: [Double]
  /// The end of the axis.
  var end: Double { ticks.last ?? 1 }

  private static let steps = [1.0, 2, 2.5, 5, 10]

  /// Finds round numbers.
  ///
  /// - Parameters:
  ///   - largest: The largest value that is to be shown.
  ///   - count: How many steps there are at most.
  init(to largest: Double, count: Int = 5) {
    guard largest > 0, largest.isFinite else {
      ticks = [0, 1]
      return
    }
    let power = pow(10, floor(log10(largest / Double(count))))
    let step = power * (Self.steps.first { $0 * power * Double(count) >= largest } ?? 10)
    let number = max(1, Int((largest / step - 1e-9).rounded(.up)))
    ticks = (0...number).map { Double($0) * step }
  }

  /// Where a value is, from 0 at the beginning to 1 at the end.
  func position(of value: Double) -> Double { value / end }
}
