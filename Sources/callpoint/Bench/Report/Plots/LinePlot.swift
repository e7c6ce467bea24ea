import Callpoints

/// One line for each mode, with its name at the end.
struct LinePlot {
  /// A value of a line.
  struct Point {
    /// Where it is, from 0 at the left to 1 at the right.
    let position: Double
    /// Its value.
    let value: Double
    /// From where to where most rounds were, if that is shown.
    var spread: ClosedRange<Double>?
    /// What it says when the pointer rests on it.
    let note: String
  }

  /// A line.
  struct Line {
    /// Whose it is.
    let mode: ExecutionMode
    /// Its values from left to right.
    let points: [Point]
  }

  /// What is to be seen.
  let title: String
  /// The lines.
  let lines: [Line]
  /// The marks below.
  let horizontal: [(label: String, position: Double)]
  /// What the marks below mean.
  let caption: String
  /// Whether the values have points, as few ones that were measured should.
  var showsPoints = true

  /// The names of the modes in short lines.
  static let names: [ExecutionMode: [String]] = [
    .threading: ["threading"], .multiprocessing: ["multi-", "processing"],
  ]

  /// How much room a name takes.
  private static let lineHeight = 12.0

  /// The SVG.
  var svg: String {
    let largest = lines.flatMap(\.points).map { max($0.value, $0.spread?.upperBound ?? 0) }.max() ?? 0
    let frame = PlotFrame(vertical: LinearScale(to: largest), horizontal: horizontal, caption: caption)
    return frame.picture(
      title, lines.map { band($0, frame) }.joined() + lines.map { drawing($0, frame) }.joined() + names(frame))
  }

  private func place(_ point: Point, _ value: Double, _ frame: PlotFrame) -> String {
    "\(Markup.number(PlotFrame.x(point.position))),\(Markup.number(frame.y(value)))"
  }

  /// What lies below the lines, so that it covers none of them.
  private func band(_ line: Line, _ frame: PlotFrame) -> String {
    let spreads = line.points.compactMap { point in point.spread.map { (point, $0) } }
    let edge =
      spreads.map { place($0, $1.upperBound, frame) } + spreads.reversed().map { place($0, $1.lowerBound, frame) }
    guard !edge.isEmpty else { return "" }
    return Markup.element(
      "polygon", ["class": "band \(line.mode.rawValue)", "points": edge.joined(separator: " ")])
  }

  private func drawing(_ line: Line, _ frame: PlotFrame) -> String {
    let name = line.mode.rawValue
    let path = line.points.map { place($0, $0.value, frame) }.joined(separator: " ")
    var parts = [Markup.element("polyline", ["class": "line \(name)", "points": path])]
    if showsPoints {
      parts += line.points.map { point in
        Markup.element(
          "circle",
          [
            "class": "point \(name)", "cx": Markup.number(PlotFrame.x(point.position)),
            "cy": Markup.number(frame.y(point.value)), "r": "3.5",
          ], Markup.element("title", [:], Markup.text(point.note)))
      }
    }
    return parts.joined()
  }

  /// The lines' names at their ends, moved apart where they would lie on one another.
  private func names(_ frame: PlotFrame) -> String {
    let ends = lines.compactMap { line in
      line.points.last.map { (mode: line.mode, y: frame.y($0.value), x: PlotFrame.x($0.position)) }
    }
    let heights = ends.map { Double(Self.names[$0.mode, default: []].count) * Self.lineHeight }
    let places = LabelPlacement.places(
      wanted: ends.map(\.y), heights: heights, within: PlotFrame.top...(PlotFrame.height - PlotFrame.bottom))
    return zip(ends, places).map { end, place in
      let words = Self.names[end.mode, default: []]
      return words.enumerated().map { index, word in
        let offset = (Double(index) - Double(words.count - 1) / 2) * Self.lineHeight + 4
        return Markup.element(
          "text",
          [
            "class": "name \(end.mode.rawValue)", "x": Markup.number(end.x + 9), "y": Markup.number(place + offset),
          ], word)
      }.joined()
    }.joined()
  }
}
