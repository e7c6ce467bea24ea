import Foundation

/// Seeded tests: which seeds a run takes, and how a seed that fails is told and repeated.
///
/// A test takes a seed as its argument and works within ``round(_:_:)``; the seed is in what the test prints when it
/// fails, and also when the process dies of a trap. `CALLPOINT_SEED=17 swift test --filter 'the test'` repeats seed 17
/// alone, `CALLPOINT_FUZZ_ROUNDS=10000` runs as many seeds as one has time for.
package enum Fuzz {
  /// The seeds of a test: the one of `CALLPOINT_SEED`, else those from 1 to `CALLPOINT_FUZZ_ROUNDS`.
  ///
  /// - Parameter rounds: How many there are if the environment says nothing: what takes a fraction of a second.
  /// - Returns: The seeds, for the arguments of a test.
  package static func seeds(_ rounds: Int) -> [UInt64] {
    if let seed = number("CALLPOINT_SEED") { return [seed] }
    return Array(1...max(1, number("CALLPOINT_FUZZ_ROUNDS") ?? UInt64(rounds)))
  }

  private static func number(_ variable: String) -> UInt64? {
    guard let text = ProcessInfo.processInfo.environment[variable] else { return nil }
    guard let number = UInt64(text) else { preconditionFailure("\(variable)=\(text) is no number from 0") }
    return number
  }

  /// Works with the random numbers of a seed.
  ///
  /// - Parameters:
  ///   - seed: The seed.
  ///   - body: Is given the random numbers, and tells what it is about to try.
  /// - Returns: What `body` returns.
  /// - Throws: ``FuzzFailure`` if `body` throws.
  package static func round<Result>(
    _ seed: UInt64, _ body: (inout FuzzRound) throws -> Result
  ) throws(FuzzFailure) -> Result {
    var round = FuzzRound(seed: seed)
    defer { TrapNote.clear() }
    do {
      return try body(&round)
    } catch {
      throw FuzzFailure(seed: seed, input: round.input, error: error)
    }
  }
}

/// One seed's round: its random numbers, and what it tries.
package struct FuzzRound {
  /// The random numbers.
  package var random: SeededGenerator
  /// What was tried last.
  package private(set) var input: [UInt8] = []
  private let seed: UInt64

  fileprivate init(seed: UInt64) {
    self.seed = seed
    random = SeededGenerator(seed: seed)
    TrapNote.set("CALLPOINT_SEED=\(seed)\n".utf8)
  }

  /// Remembers an input that is about to be tried, for the case that it fails.
  package mutating func tries(_ input: some Collection<UInt8>) {
    self.input = Array(input)
    TrapNote.set(Array("CALLPOINT_SEED=\(seed), with this input:\n".utf8) + self.input + Array("\n".utf8))
  }

  /// Remembers a text that is about to be tried, for the case that it fails.
  package mutating func tries(_ input: String) { tries(input.utf8) }
}

/// A round that failed: its seed, what it tried last, and why it failed.
package struct FuzzFailure: Error, CustomStringConvertible {
  /// The seed.
  package let seed: UInt64
  /// What was tried last.
  package let input: [UInt8]
  /// Why it failed.
  package let error: any Error

  package var description: String {
    let shown = String(decoding: input.prefix(2000), as: UTF8.self) + (input.count > 2000 ? "…" : "")
    return "\(error)\nwith CALLPOINT_SEED=\(seed)\(input.isEmpty ? "" : " and this input:\n" + shown)"
  }
}
