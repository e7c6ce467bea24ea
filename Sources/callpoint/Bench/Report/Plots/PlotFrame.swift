/// The frame of a plot: a rectangle with an axis below and one on the left.
///
/// The units are those of the picture, which grows and shrinks with the page.
struct PlotFrame {
  static let width = 380.0
  static let height = 236.0
  static let left = 46.0
  static let right = 72.0
  static let top = 12.0
  static let bottom = 36.0

  /// The scale on the left.
  let vertical: LinearScale
  /// The marks below: what each says, and where it is from 0 to 1.
  let horizontal: [(label: String, position: Double)]
  /// What the marks below mean.
  let caption: String

  /// A place from left to right.
  ///
  /// - Parameter position: From 0 to 1.
  /// - Returns: The coordinate; the ends keep a little distance from the frame.
  static func x(_ position: Double) -> Double {
    let inset = 14.0
    return left + inset + position * (width - left - right - 2 * inset)
  }

  /// A place from bottom to top.
  func y(_ value: Double) -> Double {
    let floor = Self.height - Self.bottom
    return floor - min(1, max(0, vertical.position(of: value))) * (floor - Self.top)
  }

  /// A picture with this frame.
  ///
  /// - Parameters:
  ///   - title: What is to be seen, for those who cannot see it.
  ///   - content: What is in the frame.
  /// - Returns: The SVG.
  func picture(_ title: String, _ content: String) -> String {
    Markup.element(
      "svg", ["viewBox": "0 0 \(Markup.number(Self.width)) \(Markup.number(Self.height))", "role": "img"],
      Markup.element("title", [:], Markup.text(title)) + axes + content)
  }

  private var axes: String {
    let (begin, end) = (Markup.number(Self.left), Markup.number(Self.width - Self.right))
    var parts = vertical.ticks.map { tick in
      let place = Markup.number(y(tick))
      return Markup.element(
        "line", ["class": tick == 0 ? "axis" : "grid", "x1": begin, "x2": end, "y1": place, "y2": place])
        + Markup.element(
          "text", ["class": "end", "x": Markup.number(Self.left - 6), "y": Markup.number(y(tick) + 4)],
          Figure.tick(tick))
    }
    var free = -Double.infinity
    let floor = Self.height - Self.bottom
    for (label, position) in horizontal {
      let place = Self.x(position)
      let half = Double(label.count) * 3.5 + 2
      guard place - half >= free else { continue }
      free = place + half
      parts.append(
        Markup.element(
          "text", ["class": "middle", "x": Markup.number(place), "y": Markup.number(floor + 15)], Markup.text(label)))
    }
    let middle = (Self.left + Self.width - Self.right) / 2
    parts.append(
      Markup.element(
        "text", ["class": "middle quiet", "x": Markup.number(middle), "y": Markup.number(floor + 31)],
        Markup.text(caption)))
    return parts.joined()
  }
}
