/// Where the names of two lines stand that must not lie on one another.
enum LabelPlacement {
  /// Moves labels apart that are too near to one another, both as far, and back into the picture.
  ///
  /// - Parameters:
  ///   - wanted: The middles that the labels want; one or two of them.
  ///   - heights: How high each is.
  ///   - range: Where the labels may be; it has room for all of them.
  /// - Returns: The middles, in the same order.
  static func places(wanted: [Double], heights: [Double], within range: ClosedRange<Double>) -> [Double] {
    var places = wanted
    let order = wanted.indices.sorted { wanted[$0] < wanted[$1] }
    if order.count == 2 {
      let lack = (heights[0] + heights[1]) / 2 - (wanted[order[1]] - wanted[order[0]])
      places[order[0]] -= max(0, lack / 2)
      places[order[1]] += max(0, lack / 2)
    }
    var free = range.lowerBound
    for index in order {
      places[index] = max(places[index], free + heights[index] / 2)
      free = places[index] + heights[index] / 2
    }
    free = range.upperBound
    for index in order.reversed() {
      places[index] = min(places[index], free - heights[index] / 2)
      free = places[index] - heights[index] / 2
    }
    return places
  }
}
