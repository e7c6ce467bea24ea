import Callpoints
import Foundation

/// How far a benchmark has come, on standard error: a line that changes on a terminal, else a line for each round.
struct BenchProgress {
  private let isTerminal: Bool
  private var steps = 0
  private let rounds = BenchOptions.rounds
  private var step = 0
  private var width = 0
  private var start: ContinuousClock.Instant?

  /// Creates a progress of which nothing has been done.
  ///
  /// - Parameter isTerminal: Whether somebody looks at it while it happens.
  init(isTerminal: Bool) {
    self.isTerminal = isTerminal
  }

  /// Says how many runs each round has.
  mutating func begin(runsPerRound: Int) { steps = runsPerRound * rounds }

  /// Says what is being done.
  mutating func say(_ text: String) {
    guard isTerminal else { return Console.error(text) }
    // A shorter line covers a longer one before it.
    Console.progress("\r" + text.padding(to: width))
    width = text.count
  }

  /// Says which run comes now.
  ///
  /// - Parameters:
  ///   - mode: The mode.
  ///   - parallel: The number of parallel requests.
  ///   - round: The round, from 0.
  mutating func measuring(_ mode: ExecutionMode, parallel: Int, round: Int) {
    let now = ContinuousClock.now
    let begin = start ?? now
    start = begin
    let isFirst = step == steps / rounds * round
    defer { step += 1 }
    guard isTerminal || isFirst else { return }
    var text = "round \(round + 1) of \(rounds)"
    if isTerminal { text += ", \(mode.rawValue), \(parallel) parallel" }
    if step > 0 {
      let left = (now - begin) / step * (steps - step)
      text += ": \(100 * step / steps) % done, about \(Int((left / .seconds(1)).rounded(.up))) s left"
    }
    say(text)
  }

  /// Makes room for what is printed next.
  mutating func end() {
    guard isTerminal else { return }
    Console.progress("\r" + String(repeating: " ", count: width) + "\r")
    width = 0
  }
}
