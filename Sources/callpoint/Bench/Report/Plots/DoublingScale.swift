import Foundation

/// The scale of an axis on which each doubling takes as much room.
struct DoublingScale {
  /// The values that the axis names.
  let ticks: [Int]

  /// Where a value is, from 0 at the smallest one to 1 at the largest one; in the middle if there is only one.
  func position(of value: Int) -> Double {
    guard let first = ticks.first, let last = ticks.last, first < last else { return 0.5 }
    return log(Double(value) / Double(first)) / log(Double(last) / Double(first))
  }
}
