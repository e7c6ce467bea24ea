import Foundation
import JSON

/// What `status` answers, as tables for people.
struct StatusTable {
  private let status: JSONValue
  private let now: Date

  /// Wraps the result of the `status` method.
  ///
  /// - Parameters:
  ///   - status: The result.
  ///   - now: The time, from which what runs has begun so and so long ago.
  init(_ status: JSONValue, now: Date = Date()) {
    self.status = status
    self.now = now
  }

  /// The tables.
  var text: String {
    var sections = [packages, vms, callpoints]
    if let processes { sections.append(processes) }
    if !problems.isEmpty { sections.append(problems) }
    return sections.joined(separator: "\n\n")
  }

  private var packages: String {
    var rows = [["PACKAGE", "VERSION", "VM", "STATE", ""]]
    for package in status["packages"]?.array ?? [] {
      rows.append([
        text(package["name"]), text(package["version"]), text(package["vm"]), text(package["state"]),
        package["error"]?.string.map(Self.firstLine) ?? "",
      ])
    }
    return Self.table(rows)
  }

  private var vms: String {
    var rows = [["VM", "PID", "STATE", "MODE", "REASON"]]
    for vm in status["vms"]?.array ?? [] {
      var row = [text(vm["name"]), vm["pid"]?.int.map(String.init) ?? "-", state(of: vm)]
      if let error = vm["error"]?.string {
        rows.append(row + [text(vm["mode"]), Self.firstLine(error)])
        continue
      }
      let decisions = decisions(of: vm)
      for (mode, reason) in decisions.isEmpty ? [("-", "-")] : decisions {
        rows.append(row + [mode, reason])
        row = ["", "", ""]
      }
    }
    return Self.table(rows)
  }

  /// The word for a VM's state, and what else is out of the ordinary.
  private func state(of vm: JSONValue) -> String {
    let stuck = vm["stuck"]?.int.map { "\($0) stuck" }
    return [text(vm["state"]), vm["standing"]?.string, stuck].compactMap { $0 }.joined(separator: ", ")
  }

  /// How the components of a VM run and why, each answer once.
  private func decisions(of vm: JSONValue) -> [(mode: String, reason: String)] {
    // What is told of the packages is told of the VM that serves.
    guard vm["standing"] == nil else { return vm["mode"] == nil ? [] : [(text(vm["mode"]), text(vm["reason"]))] }
    let packages = (status["packages"]?.array ?? []).filter { $0["vm"] == vm["name"] }
    var decisions: [(mode: String, reason: String)] = []
    for component in packages.flatMap({ $0["components"]?.array ?? [] }) {
      guard let mode = component["mode"]?.string, let reason = component["reason"]?.string else { continue }
      if !decisions.contains(where: { $0 == (mode, reason) }) { decisions.append((mode, reason)) }
    }
    return decisions
  }

  private var callpoints: String {
    var rows = [["CALLPOINT", "KIND", "VM", "MODE", "WORKERS", "CALLS", "ERRORS", "PATH"]]
    for vm in status["vms"]?.array ?? [] where vm["standing"] == nil {
      for callpoint in vm["callpoints"]?.array ?? [] {
        let name = [callpoint["name"], callpoint["component"], callpoint["nanoState"]].compactMap { $0?.string }
        let paths = (callpoint["paths"]?.array ?? []).compactMap(\.string)
        let workers = (callpoint["workers"]?.array ?? []).compactMap { $0["pid"]?.int.map(String.init) }
        rows.append([
          name.joined(separator: " "), text(callpoint["kind"]), text(vm["name"]), text(callpoint["mode"]),
          workers.isEmpty ? "-" : workers.joined(separator: " "), text(callpoint["calls"]), text(callpoint["errors"]),
          paths.first ?? "registered, but in no YANG module",
        ])
        rows += paths.dropFirst().map { ["", "", "", "", "", "", "", $0] }
      }
    }
    for point in status["unregistered"]?.array ?? [] {
      let paths = (point["paths"]?.array ?? []).compactMap(\.string)
      let row = [text(point["name"]), text(point["kind"]), "-", "-", "nobody registered it", "", ""]
      rows.append(row + [paths.first ?? ""])
      rows += paths.dropFirst().map { ["", "", "", "", "", "", "", $0] }
    }
    return Self.table(rows)
  }

  /// The processes of which more is to be said than the other tables do: they run something, have ended before, or do
  /// not serve now.
  private var processes: String? {
    var rows: [[String]] = []
    for vm in status["vms"]?.array ?? [] {
      let name = "VM \(text(vm["name"]))"
      if vm["running"] != nil || vm["restarts"]?.int ?? 0 > 0 { rows += Self.rows(name, vm, runs: runs(vm)) }
      for callpoint in vm["callpoints"]?.array ?? [] {
        let words = [callpoint["kind"], callpoint["name"], callpoint["component"], callpoint["nanoState"]]
        let name = words.compactMap { $0?.string }.joined(separator: " ")
        for worker in callpoint["workers"]?.array ?? [] {
          let isPlain = worker["state"] == "running" && worker["restarts"] == 0 && worker["running"] == nil
          if !isPlain { rows += Self.rows(name, worker, runs: runs(worker)) }
        }
      }
    }
    return rows.isEmpty
      ? nil : Self.table([["PROCESS", "PID", "STATE", "RESTARTS", "LAST EXIT", "RUNS", "FOR"]] + rows)
  }

  /// One row for a process, and one more for each further callback that it runs.
  private static func rows(_ name: String, _ process: JSONValue, runs: [[String]]) -> [[String]] {
    let about = [
      name, process["pid"]?.int.map(String.init) ?? "-", process["state"]?.string ?? "-",
      process["restarts"]?.int.map(String.init) ?? "-", process["lastExit"]?.string ?? "-",
    ]
    let empty = [String](repeating: "", count: about.count)
    return [about + (runs.first ?? ["-", ""])] + runs.dropFirst().map { empty + $0 }
  }

  /// What each callback of a process is, and how long it has been running.
  private func runs(_ process: JSONValue) -> [[String]] {
    (process["running"]?.array ?? []).map { callback in
      let words = [callback["callpoint"], callback["operation"], callback["path"]].compactMap { $0?.string }
      let note = callback["abandoned"] == true ? " (nobody waits for it)" : ""
      return [words.joined(separator: " ") + note, age(callback["since"]?.string)]
    }
  }

  private func age(_ since: String?) -> String {
    guard let since, let start = try? Date(since, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    else {
      return "-"
    }
    return Duration.milliseconds(Int64(max(0, now.timeIntervalSince(start)) * 1000)).formatted(
      .units(allowed: [.days, .hours, .minutes, .seconds], width: .narrow, maximumUnitCount: 2))
  }

  private var problems: String {
    var lines: [String] = []
    for package in status["packages"]?.array ?? [] {
      for warning in (package["warnings"]?.array ?? []).compactMap(\.string) {
        lines.append("warning: package \(text(package["name"])): \(warning)")
      }
      let componentErrors = (package["components"]?.array ?? []).compactMap { component in
        component["error"]?.string.map { "component \(text(component["name"])): \($0)" }
      }
      let errors = componentErrors.isEmpty ? (package["error"]?.string).map { [$0] } ?? [] : componentErrors
      for error in errors { lines.append("error: package \(text(package["name"])): \(error)") }
    }
    return lines.joined(separator: "\n")
  }

  private func text(_ value: JSONValue?) -> String {
    switch value {
    case .string(let string): string
    case .integer(let number): String(number)
    default: "-"
    }
  }

  private static func firstLine(_ text: String) -> String {
    String(text.split(separator: "\n").first ?? "")
  }

  /// Lays rows out in columns as wide as their widest cell.
  static func table(_ rows: [[String]]) -> String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (cell, width) in zip(row, widths) { line += cell.padding(to: width + 2) }
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}
