import Datastore
import JSON
import TestSupport

/// Random writes in the fixture's model, each of them allowed.
struct RandomWrites {
  var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  private mutating func pick(_ texts: String...) -> String { texts[Int.random(in: 0..<texts.count, using: &random)] }

  private mutating func item() -> String { "/st:top/item{\(Int.random(in: 1...4, using: &random))}" }

  private mutating func rule() -> String { "/st:top/rule{\(pick("r", "s", "t", "u"))}" }

  /// A leaf of type string.
  mutating func leaf() -> String {
    switch Int.random(in: 0..<9, using: &random) {
    case 0: "/st:top/name"
    case 1: "/st:top/inner/x"
    case 2: "/st:top/inner/deep/y"
    case 3: item() + "/label"
    case 4: item() + "/opts/\(pick("a", "b"))"
    case 5: item() + "/sub{\(pick("k", "\"k l\"")) \(pick("1", "-1"))}/v"
    case 6: rule() + "/action"
    case 7: "/st:top/ot:extra/z"
    default: "/st:top/ot:name"
    }
  }

  /// Something that can be created.
  mutating func creatable() -> String {
    switch Int.random(in: 0..<6, using: &random) {
    case 0: "/st:top/box"
    case 1: item()
    case 2: item() + "/sub{k 1}"
    case 3: "/st:top/tags{\(pick("1", "2", "3"))}"
    case 4: rule()
    default: "/st:top/flag"
    }
  }

  /// Something that can be deleted, and that holds more than one leaf.
  mutating func branch() -> String {
    switch Int.random(in: 0..<7, using: &random) {
    case 0: "/st:top/box"
    case 1: item()
    case 2: item() + "/sub"
    case 3: "/st:top/tags"
    case 4: rule()
    case 5: "/st:top/inner"
    default: "/st:top/item"
    }
  }

  /// A write that adds or changes something.
  mutating func addition() -> JSONValue {
    if Bool.random(using: &random) { return ["create", .string(creatable())] }
    return ["set", .string(leaf()), .string(pick("v", "w", "x"))]
  }

  /// Any write; user-ordered lists are left alone.
  mutating func any() -> JSONValue {
    switch Int.random(in: 0..<6, using: &random) {
    case 0: ["delete", .string(leaf())]
    case 1: ["delete", .string(branch())]
    case 2: ["set", "/st:top/tcp-port", .string(pick("1", "2"))]
    case 3: ["set", .string(pick("/st:top/udp-port", "/st:top/count")), .string(pick("1", "2"))]
    default: addition()
    }
  }

  /// Something that can be read.
  mutating func readable() -> String {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: leaf()
    case 1: creatable()
    case 2: pick("/st:top/item", "/st:top/rule", "/st:top/tags", "/st:top/steps")
    default: branch()
    }
  }

  /// Some writes.
  mutating func list(_ count: ClosedRange<Int>, _ write: (inout RandomWrites) -> JSONValue) -> JSONValue {
    let count = Int.random(in: count, using: &random)
    return .array((0..<count).map { _ in write(&self) })
  }
}
