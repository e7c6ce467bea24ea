/// What commits have created, as far as it must be deleted to be rid of all of it.
///
/// A commit's changes come in the order of the tree: what lies below a node that was created goes with that node.
struct CreatedNodes {
  /// The paths of the uppermost nodes.
  private(set) var paths: [String] = []

  /// Takes note of a node that a commit has created.
  mutating func add(_ path: String) {
    if let last = paths.last, path.hasPrefix(last), path.dropFirst(last.count).first == "/" { return }
    paths.append(path)
  }

  /// The paths in the order in which they go: service instances first, as those take along what they have written, and
  /// what was created last before what it may lie in.
  ///
  /// - Parameter servicePaths: The paths of services, without keys.
  /// - Returns: Service instances, and the rest.
  func byTurns(servicePaths: Set<String>) -> [[String]] {
    var turns: [[String]] = [[], []]
    var known: Set<String> = []
    for path in paths.reversed() where known.insert(path).inserted {
      turns[servicePaths.contains(Self.withoutKeys(path)) ? 0 : 1].append(path)
    }
    return turns.filter { !$0.isEmpty }
  }

  /// A keypath without its keys.
  static func withoutKeys(_ path: String) -> String {
    var kept = ""
    var isInKeys = false
    var isQuoted = false
    var isEscaped = false
    for character in path {
      if isEscaped {
        isEscaped = false
      } else if isQuoted, character == "\\" {
        isEscaped = true
      } else if isInKeys, character == "\"" {
        isQuoted.toggle()
      } else if !isQuoted, character == "{" {
        isInKeys = true
      } else if !isQuoted, character == "}" {
        isInKeys = false
      } else if !isInKeys {
        kept.append(character)
      }
    }
    return kept
  }
}
