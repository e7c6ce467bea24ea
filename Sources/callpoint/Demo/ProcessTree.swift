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

  private static func stat(of pid: Int32) -> (parent: Int32, state: String, start: String)? {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return nil }
    // What follows the name in parentheses, which may itself hold blanks and parentheses.
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 19, let parent = Int32(fields[1]) else { return nil }
    return (parent, String(fields[0]), String(fields[19]))
  }
}
