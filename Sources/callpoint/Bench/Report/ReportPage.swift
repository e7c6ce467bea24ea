import Callpoints
import Foundation

/// `report.html`: one page with everything in it, which needs nothing else.
struct ReportPage {
  private let results: BenchResults
  private let verdict: Verdict

  /// Takes results.
  init(_ results: BenchResults, _ verdict: Verdict) {
    self.results = results
    self.verdict = verdict
  }

  /// The page.
  var html: String {
    let packages = Set(results.modes.flatMap(\.decisions).map(\.package)).sorted().joined(separator: ", ")
    let title = "Threading or multiprocessing: \(packages)"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(Markup.text(title))</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      <main>
      <h1>\(Markup.text(title))</h1>
      <p class="verdict \(verdict.winner?.rawValue ?? "")">\(Markup.text(verdict.sentence))</p>
      \(legend)
      <div class="plots">
      \(plots)
      </div>
      <h2>Figures</h2>
      \(table)
      <p class="quiet">\(Markup.text(BenchTable(results).legend))</p>
      \(errors)
      <h2>How each component ran</h2>
      \(decisions)
      <h2>Where and when</h2>
      \(origin)
      </main>
      </body>
      </html>

      """
  }

  private var legend: String {
    let names = results.modes.map { mode in
      "<span><i class=\"\(mode.mode.rawValue)\"></i>\(mode.mode.rawValue)</span>"
    }
    return "<p class=\"legend\">\(names.joined())<span><i class=\"host\"></i>host</span>"
      + "<span><i class=\"generator\"></i>load generator</span></p>"
  }

  private var plots: String {
    ReportPlots(results).all.map { plot in
      """
      <figure><figcaption><b>\(Markup.text(plot.title))</b> \(Markup.text(plot.subtitle))</figcaption>
      \(plot.svg)</figure>
      """
    }.joined(separator: "\n")
  }

  private var table: String { Self.table(BenchTable(results).rows) }

  private var errors: String {
    let lines = BenchTable(results).errors
    return lines.isEmpty ? "" : "<h2>Errors</h2>\n<ul>\(lines.map { "<li>\(Markup.text($0))</li>" }.joined())</ul>"
  }

  private var decisions: String {
    let items = results.modes.flatMap { mode, decisions in
      decisions.map { decision in
        "<li><b>\(mode.rawValue)</b>, \(Markup.text("\(decision.package) (\(decision.component))")): "
          + "\(Markup.text("\(decision.mode), as \(decision.reason)"))</li>"
      }
    }
    return "<ul>\(items.joined())</ul>" + results.notes.map { "<p>\(Markup.text($0))</p>" }.joined()
  }

  private var origin: String {
    let rows = [
      ("Command", "<code>\(Markup.text(results.command))</code>"),
      ("Machine", Markup.text(results.machine.description)),
      ("Date", Markup.text(results.machine.date.formatted(.iso8601))),
    ]
    return "<dl>\(rows.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>" }.joined())</dl>"
  }

  /// A table of numbers, but for the second column.
  private static func table(_ rows: [[String]]) -> String {
    func row(_ cells: [String], _ name: String) -> String {
      let inner = cells.enumerated().map { index, cell in
        Markup.element(name, ["class": index == 1 ? "words" : "number"], Markup.text(cell))
      }
      return "<tr>\(inner.joined())</tr>"
    }
    let head = rows.first.map { row($0, "th") } ?? ""
    let body = rows.dropFirst().map { row($0, "td") }.joined(separator: "\n")
    return "<div class=\"wide\"><table><thead>\(head)</thead><tbody>\n\(body)\n</tbody></table></div>"
  }

  private static let style = """
    :root {
      color-scheme: light dark;
      --paper: #ffffff; --ink: #1c1f24; --quiet: #5a6270; --rule: #dfe3e8; --box: #f3f5f8;
      --threading: #0b66b0; --multiprocessing: #c2500a; --host: #8a93a0; --generator: #c3cad3;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #14171b; --ink: #e8eaed; --quiet: #a3acb8; --rule: #333a43; --box: #1e2329;
        --threading: #62b4f5; --multiprocessing: #ff9d57; --host: #7c8694; --generator: #4c5561;
      }
    }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
    main { max-width: 1080px; margin: 0 auto; padding: 24px 16px 48px; }
    h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 16px; overflow-wrap: anywhere; }
    h2 { font-size: 1.1rem; margin: 32px 0 8px; }
    .verdict { background: var(--box); border-left: 4px solid var(--quiet); padding: 12px 16px; margin: 0 0 16px; font-size: 1.05rem; }
    .verdict.threading { border-color: var(--threading); }
    .verdict.multiprocessing { border-color: var(--multiprocessing); }
    .quiet { color: var(--quiet); font-size: 0.9rem; white-space: pre-line; }
    .legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0 0 16px; font-size: 0.9rem; }
    .legend i { display: inline-block; width: 0.8em; height: 0.8em; border-radius: 2px; margin-right: 0.4em; }
    i.threading { background: var(--threading); } i.multiprocessing { background: var(--multiprocessing); }
    i.host { background: var(--host); } i.generator { background: var(--generator); }
    .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); gap: 24px; }
    figure { margin: 0; min-width: 0; }
    figcaption { font-size: 0.9rem; color: var(--quiet); }
    figcaption b { color: var(--ink); display: block; font-size: 1rem; }
    svg { display: block; width: 100%; height: auto; font: 11.5px system-ui, sans-serif; fill: var(--ink); }
    svg .quiet, svg .end, svg .middle { fill: var(--quiet); font-size: 11.5px; }
    .end { text-anchor: end; } .middle { text-anchor: middle; }
    .axis { stroke: var(--quiet); } .grid { stroke: var(--rule); }
    .line { fill: none; stroke-width: 2.25; stroke-linejoin: round; }
    .band { stroke: none; fill-opacity: 0.16; }
    .line.threading { stroke: var(--threading); } .line.multiprocessing { stroke: var(--multiprocessing); }
    .band.threading, .point.threading, .name.threading, .piece.threading { fill: var(--threading); }
    .band.multiprocessing, .point.multiprocessing, .name.multiprocessing, .piece.multiprocessing { fill: var(--multiprocessing); }
    .piece.host { fill: var(--host); } .piece.generator { fill: var(--generator); }
    .point { stroke: var(--paper); stroke-width: 1; }
    .limit { stroke: var(--quiet); stroke-dasharray: 4 3; }
    .wide { overflow-x: auto; }
    table { border-collapse: collapse; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
    th { text-align: left; color: var(--quiet); font-weight: 600; white-space: nowrap; }
    th, td { padding: 4px 14px 4px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
    .number { text-align: right; white-space: nowrap; }
    dt { color: var(--quiet); font-size: 0.9rem; } dd { margin: 0 0 8px; }
    code { font: 0.85rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
    ul { padding-left: 1.2em; overflow-wrap: anywhere; }
    """
}
