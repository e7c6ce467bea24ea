import Callpoints

/// Groups of bars that are put together of pieces: one bar for each mode in a group.
struct BarPlot {
  /// A piece of a bar.
  struct Piece {
    /// How it is drawn.
    let style: String
    /// How high it is.
    let value: Double
    /// What it says when the pointer rests on it.
    let note: String
  }

  /// A bar.
  struct Bar {
    /// Whose it is.
    let mode: ExecutionMode
    /// Its pieces from the bottom up.
    let pieces: [Piece]

    /// How high it is.
    var value: Double { pieces.map(\.value).reduce(0, +) }
  }

  /// A group.
  struct Group {
    /// What stands below it.
    let label: String
    /// Its bars from left to right.
    let bars: [Bar]
  }

  /// What is to be seen.
  let title: String
  /// The groups from left to right.
  let groups: [Group]
  /// What the labels below mean.
  let caption: String
  /// A height that is marked, with its name; the bars do not rise above it.
  let limit: (value: Double, name: String)?

  /// The SVG.
  var svg: String {
    let largest = max(groups.flatMap(\.bars).map(\.value).max() ?? 0, limit?.value ?? 0)
    let room = 1 / Double(max(1, groups.count))
    let marks = groups.enumerated().map { (label: $1.label, position: (Double($0) + 0.5) * room) }
    let frame = PlotFrame(vertical: LinearScale(to: largest), horizontal: marks, caption: caption)
    let bars = zip(groups, marks).map { drawing($0, middle: $1.position, room: room, frame) }.joined()
    return frame.picture(title, bars + (limit.map { drawing($0.value, $0.name, frame) } ?? ""))
  }

  private func drawing(_ group: Group, middle: Double, room: Double, _ frame: PlotFrame) -> String {
    let width = min(26, (PlotFrame.x(room) - PlotFrame.x(0)) * 0.8 / Double(max(1, group.bars.count)))
    let left = PlotFrame.x(middle) - width * Double(group.bars.count) / 2
    return group.bars.enumerated().map { index, bar in
      var bottom = 0.0
      return bar.pieces.map { piece in
        let (floor, ceiling) = (frame.y(bottom), frame.y(bottom + piece.value))
        bottom += piece.value
        return Markup.element(
          "rect",
          [
            "class": "piece \(piece.style)", "x": Markup.number(left + Double(index) * width + 1),
            "width": Markup.number(width - 2), "y": Markup.number(ceiling), "height": Markup.number(floor - ceiling),
          ], Markup.element("title", [:], Markup.text(piece.note)))
      }.joined()
    }.joined()
  }

  private func drawing(_ value: Double, _ name: String, _ frame: PlotFrame) -> String {
    let place = Markup.number(frame.y(value))
    let end = PlotFrame.width - PlotFrame.right
    return Markup.element(
      "line",
      ["class": "limit", "x1": Markup.number(PlotFrame.left), "x2": Markup.number(end), "y1": place, "y2": place])
      + Markup.element(
        "text", ["class": "quiet", "x": Markup.number(end + 5), "y": Markup.number(frame.y(value) + 4)],
        Markup.text(name))
  }
}
