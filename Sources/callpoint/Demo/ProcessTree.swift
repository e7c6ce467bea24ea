import Foundation
import Glibc

/// The processes below one, read from `/proc`.
struct ProcessTree {
  /// A process that cannot be mistaken for a later one with the same number.
  struct Member: Hashable {
    /// The process.
    let pid: Int32
    /// When it was started, in ticks since the system was.
    let start: String
    /// Its parent when it was found.
    let parent: Int32

    static func == (one: Member, other: Member) -> Bool { one.pid == other.pid && one.start == other.start }

    func hash(into hasher: inout Hasher) { hasher.combine(pid) }

    /// Whether it still runs; one that has ended and has not been reaped does not.
    var isAlive: Bool {
      guard let stat = ProcessTree.stat(of: pid) else { return false }
      return stat.start == start && stat.state != "Z" && stat.state != "X"
    }

    /// Whether it has ended and nobody has reaped it.
    var isZombie: Bool {
      guard let stat = ProcessTree.stat(of: pid) else { return false }
      return stat.start == start && stat.state == "Z"
    }

    /// Its arguments, or what it has put in their place; empty once it has ended.
    var commandLine: String {
      let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
      return String(decoding: bytes, as: UTF8.self).split(separator: "\0").joined(separator: " ")
    }

    /// The value that a variable had when the program was started, if it had one and may be read.
    func variable(_ name: String) -> String? {
      environment.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
    }

    /// Whether the program was started with a variable.
    ///
    /// - Parameter variable: `NAME=VALUE`.
    /// - Returns: Whether it is there.
    func hasVariable(_ variable: String) -> Bool { environment.contains(variable[...]) }

    private var environment: [Substring] {
      let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/environ") ?? Data()
      return String(decoding: bytes, as: UTF8.self).split(separator: "\0")
    }
  }

  /// Every process below a root, the root not included.
  static func members(below root: Int32) -> [Member] {
    var children: [Int32: [Member]] = [:]
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
      guard let pid = Int32(name), let stat = stat(of: pid) else { continue }
      children[stat.parent, default: []].append(
        Member(pid: pid, start: stat.start, parent: stat.parent))
    }
    var found: [Member] = []
    var open = [root]
    while let parent = open.popLast() {
      let below = children[parent] ?? []
      found += below
      open += below.map(\.pid)
    }
    return found
  }

  /// A process, if there is one with this number.
  static func member(_ pid: Int32) -> Member? {
    stat(of: pid).map { Member(pid: pid, start: $0.start, parent: $0.parent) }
  }

  /// What the system says about a process.
  struct Stat {
    /// Its parent.
    let parent: Int32
    /// The letter for its state.
    let state: String
    /// When it was started, in ticks since the system was.
    let start: String
    /// The processor time of its children that have been reaped, in ticks.
    let childTicks: Int
  }

  /// Reads what the system says about a process, if there is one with this number.
  static func stat(of pid: Int32) -> Stat? {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return nil }
    // What follows the name in parentheses, which may itself hold blanks and parentheses.
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 19, let parent = Int32(fields[1]), let user = Int(fields[13]), let system = Int(fields[14])
    else { return nil }
    return Stat(parent: parent, state: String(fields[0]), start: String(fields[19]), childTicks: user + system)
  }
}
