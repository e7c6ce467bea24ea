import JSON
import TestSupport

/// Documents and writes in the fixture's model, most of them almost right.
enum RandomDocument {
  /// A document in which every kind of node occurs.
  static let full: JSONValue = [
    "store:top": [
      "name": "n", "count": 1, "big": "2", "ratio": "1.5", "flag": [nil], "colour": "store:red", "uptime": 5,
      "inner": ["x": "y", "deep": ["y": "z"]], "box": ["size": 3, "lid": ["open": true]], "tags": [1, 2],
      "steps": ["b", "a"],
      "item": [
        ["id": 1, "label": "one", "sub": [["k1": "a b", "k2": -1, "v": "w"]], "status": "up", "stats": ["hits": 3]],
        ["id": 2, "colours": ["store:blue", "store:red"], "opts": ["a": "o"], "seen": ["x"], "up": [:]],
      ],
      "rule": [["name": "z", "action": "drop"], ["name": ""], ["name": "{\"}"]], "udp-port": 9, "fast": [nil],
      "blob": ["any": [1, nil, ["deep": [[]]]]], "log": [["line": "first"], ["line": "second"]],
      "other:name": "m", "other:extra": ["z": "q"],
    ],
    "store:limits": [
      "pair": ["a", "b"], "rack": [["row": 1, "place": 2, "serial": "s"]],
      "host": [["name": "h", "address": ["ip": "i", "port": 80], "friend": [["name": "h"]], "best": "h"]],
      "must-have": [["id": "i", "given": "g", "nested": ["also": "a"], "left": "l"]],
    ],
    "store:svc": [["name": "s", "input": "i", "more": ["of": ["x"]], "part": [["id": "p"]]]],
    "store:single": ["v": "w"], "other:top": ["q": "r"],
  ]

  private static let names = [
    "name", "store:name", "other:name", "id", "item", "store:item", "top", "transport", "tcp", "reset", "@", "", ":",
    "tcp-port", "slow", "pipe", "rule", "tags", "blob", "xx:name", "k1", "\u{E9}", "log", "flag", "private",
  ]

  private static func leaf(using random: inout SeededGenerator) -> JSONValue {
    random.pick([
      nil, true, 0, -1, 7, 70_000, 1.5, 1e300, "", "a", "7", "store:red", "red", " ", "\0", "\u{1F600}", [nil], [], [:],
      ["a", "a"], [1, "b"], [["id": 1]], [["id": 1], ["id": 1]], ["@": 1], 18_446_744_073_709, "99999999999999999999",
    ])
  }

  /// A document with some damage.
  static func damaged(_ document: JSONValue, using random: inout SeededGenerator) -> JSONValue {
    switch document {
    case .object(let members):
      var damaged = JSONObject()
      for member in members where !random.oneIn(12) {
        let name = random.oneIn(40) ? random.pick(names) : member.key
        damaged[name] = Self.damaged(member.value, using: &random)
      }
      if random.oneIn(20) { damaged[random.pick(names)] = leaf(using: &random) }
      return .object(damaged)
    case .array(let elements):
      var damaged = elements.filter { _ in !random.oneIn(10) }.map { Self.damaged($0, using: &random) }
      if random.oneIn(20), let element = damaged.first { damaged.append(element) }
      if random.oneIn(60) { damaged.append(leaf(using: &random)) }
      return .array(damaged)
    default: return random.oneIn(40) ? leaf(using: &random) : document
    }
  }

  private static let paths = [
    "/", "/st:top", "/st:top/name", "/st:top/count", "/st:top/flag", "/st:top/box", "/st:top/box/size", "/st:top/inner",
    "/st:top/tags", "/st:top/tags{3}", "/st:top/steps", "/st:top/steps{b}", "/st:top/item", "/st:top/item{1}",
    "/st:top/item{2}/label", "/st:top/item{3}/sub{\"a b\" -1}/v", "/st:top/item{1}/id", "/st:top/item{1}/status",
    "/st:top/rule", "/st:top/rule{z}", "/st:top/rule{\"\"}", "/st:top/rule{new}", "/st:top/rule{z}/action",
    "/st:top/tcp-port", "/st:top/slow", "/st:top/pipe{x}", "/st:top/blob", "/st:top/log", "/st:top/log{0}",
    "/st:limits/host{h}", "/st:limits/host{h}/name", "/st:limits/host{h}/best", "/st:svc{s}", "/st:svc{t}/part{q}/p",
    "/st:single", "/st:top/item{1}/reset", "/st:restart", "/st:nothing", "/st:top/item{x}", "/ot:top/q",
  ]

  /// Leafs with values, as they stand behind the path of a `create`.
  private static func leafs(using random: inout SeededGenerator) -> [JSONValue] {
    (0..<random.number(0...3)).flatMap { _ in
      [
        .string(random.pick(["label", "store:label", "action", "id", "size", random.pick(names)])),
        leaf(using: &random),
      ]
    }
  }

  /// A write that may be right.
  static func write(using random: inout SeededGenerator) -> JSONValue {
    let path = JSONValue.string(random.pick(paths))
    switch random.number(0...9) {
    case 0, 1, 2, 3: return ["set", path, leaf(using: &random)]
    case 4: return ["create", path]
    case 5: return .array(["create", path] + leafs(using: &random))
    case 6: return random.oneIn(3) ? ["delete", path] : ["create", path]
    case 7, 8:
      let rule = JSONValue.string(
        random.pick(["/st:top/rule{z}", "/st:top/rule{\"\"}", "/st:top/rule{new}", "/st:top/rule"]))
      let other = JSONValue.string(random.pick(["/st:top/rule{z}", "/st:top/rule{\"{\\\"}\"}", "/st:top/item{1}"]))
      return random.oneIn(2)
        ? ["move", rule, .string(random.pick(["first", "last", "before"]))]
        : ["move", rule, .string(random.pick(["before", "after", "last"])), other]
    default:
      return random.pick([[], ["set"], ["set", path], nil, ["create", path, 1], [1, path], ["paint", path], "x"])
    }
  }
}
