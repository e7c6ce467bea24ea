import Callpoints
import Foundation

/// What `callpoint bench` is to measure.
struct BenchOptions {
  /// How often each mode is measured at each number of parallel requests; the table shows medians.
  static let rounds = 5
  /// How much longer each of them is for the warm-up before it, which does not count.
  static let warmUp = 0.2

  /// The packages, or directories of packages.
  let packages: [String]
  /// The requests, used in turn.
  let requests: [RequestTemplate]
  /// The modes to compare.
  var modes: [ExecutionMode] = [.threading, .multiprocessing]
  /// The numbers of parallel requests, from the smallest to the largest.
  var parallel = [1, 2, 4, 8, 16]
  /// For how long each mode is measured at each number of parallel requests, all rounds together.
  var duration = Duration.seconds(5)
  /// How many requests become due in a second; `nil` for a closed loop.
  var rate: Double?
  /// Workers for each callpoint; `nil` for what the host does by itself.
  let workers: Int?
  /// A document to fill the store with.
  let loadFile: String?
  /// Where the results go.
  let output: String?

  /// Reads the options of `bench`.
  ///
  /// - Parameter arguments: The command's arguments.
  /// - Throws: ``UsageError`` if they make no sense, or name a file that cannot be read.
  init(_ arguments: ParsedArguments) throws(UsageError) {
    packages = arguments.operands
    requests = try Self.requests(arguments)
    guard !requests.isEmpty else {
      throw UsageError(
        "'callpoint bench' needs --action PATH or --commit FILE, to know what to measure", command: "bench")
    }
    if let text = arguments.value("--modes") { modes = try Self.modes(text) }
    if let text = arguments.value("--parallel") { parallel = try Self.parallel(text) }
    if let time = try arguments.seconds("--duration") { duration = time }
    if let text = arguments.value("--rate") {
      guard let number = Double(text), number > 0, number <= 1_000_000 else {
        throw UsageError("--rate wants a number of requests a second, not '\(text)'", command: "bench")
      }
      rate = number
    }
    workers = try arguments.integer("--workers", in: 1...256)
    loadFile = arguments.value("--load")
    output = arguments.value("--output")
    for path in packages + [loadFile].compactMap(\.self) where !FileManager.default.fileExists(atPath: path) {
      throw UsageError("\(path) does not exist", command: "bench")
    }
  }

  /// The requests that `--action`, `--input` and `--commit` spell out; an input belongs to the action before it.
  private static func requests(_ arguments: ParsedArguments) throws(UsageError) -> [RequestTemplate] {
    var requests: [RequestTemplate] = []
    var action: String?
    for option in arguments.options where ["--action", "--input", "--commit"].contains(option.name) {
      if option.name == "--input" {
        guard let path = action else {
          throw UsageError("--input belongs behind an --action, and each has one at most", command: "bench")
        }
        requests.append(try RequestTemplate(action: path, input: option.value))
        action = nil
        continue
      }
      if let action { requests.append(try RequestTemplate(action: action, input: "{}")) }
      action = option.name == "--action" ? option.value : nil
      if option.name == "--commit" {
        requests.append(try RequestTemplate(commit: option.value, text: read(option.value)))
      }
    }
    if let action { requests.append(try RequestTemplate(action: action, input: "{}")) }
    return requests
  }

  private static func read(_ file: String) throws(UsageError) -> String {
    guard let contents = FileManager.default.contents(atPath: file) else {
      throw UsageError("\(file) cannot be read", command: "bench")
    }
    return String(decoding: contents, as: UTF8.self)
  }

  private static func modes(_ text: String) throws(UsageError) -> [ExecutionMode] {
    let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let modes = words.compactMap { ExecutionMode(rawValue: $0) }
    guard modes.count == words.count, Set(modes).count == modes.count else {
      throw UsageError("--modes wants threading, multiprocessing or both with a comma, not '\(text)'", command: "bench")
    }
    return modes
  }

  private static func parallel(_ text: String) throws(UsageError) -> [Int] {
    let words = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = words.compactMap { Int($0) }.filter { (1...10_000).contains($0) }
    guard numbers.count == words.count else {
      throw UsageError(
        "--parallel wants numbers from 1 to 10000 with commas, such as 1,4,16, not '\(text)'", command: "bench")
    }
    return Set(numbers).sorted()
  }
}
