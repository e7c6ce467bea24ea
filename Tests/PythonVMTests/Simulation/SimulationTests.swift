import Foundation
import TestSupport
import Testing

/// The decisions about requests, workers and VMs, driven together with a virtual clock through random faults: whatever
/// happens, what was promised holds after every step, and everything comes to rest at the end.
///
/// `CALLPOINT_SEED=4711 swift test --filter Simulation` repeats one story and prints it;
/// `CALLPOINT_FUZZ_ROUNDS=100000` runs more of them.
@Suite struct `Simulation of faults` {
  /// Stories that one thread runs.
  struct Batch: Sendable, CustomTestStringConvertible {
    let seeds: ArraySlice<UInt64>
    var testDescription: String { "seeds \(seeds.first ?? 0) to \(seeds.last ?? 0)" }
  }

  private static let batches: [Batch] = {
    let seeds = Fuzz.seeds(40_000)
    return stride(from: 0, to: seeds.count, by: 500).map { Batch(seeds: seeds[$0..<min($0 + 500, seeds.count)]) }
  }()

  @Test(arguments: batches) func `every promise holds, whatever happens`(batch: Batch) throws {
    let isTraced = ProcessInfo.processInfo.environment["CALLPOINT_SEED"] != nil
    for seed in batch.seeds {
      let broken = try Fuzz.round(seed) { round in
        Self.story(World(random: round.random, isTraced: isTraced))
      }
      if let broken {
        Issue.record("\(broken)\nrepeat it with: CALLPOINT_SEED=\(seed) swift test --filter Simulation")
        return
      }
    }
  }

  /// Runs one world until it has come to rest.
  ///
  /// - Parameter world: The world.
  /// - Returns: What was promised and did not hold.
  private static func story(_ world: World) -> Promises.Broken? {
    let host = SimulatedHost(world: world)
    for machine in host.machines { machine.start() }
    let length = world.time(500...8000)
    for _ in 0..<world.number(5...25) {
      world.after(length * Double.random(in: 0...1, using: &world.random)) { act(on: host) }
    }
    world.after(length) {
      world.isClosing = true
      // By then every deadline and grace period has passed; what still runs hangs, and goes with its VM.
      world.after(.seconds(30)) {
        host.promises.checkAnswered()
        for machine in host.machines { machine.stop() }
      }
    }
    var steps = 0
    while host.promises.broken == nil, world.step() {
      host.check()
      steps += 1
      host.promises.expect(steps < 20_000, "the host does not come to rest")
    }
    host.checkRest()
    return host.promises.broken
  }

  private static func act(on host: SimulatedHost) {
    let world = host.world
    if world.isClosing { return }
    switch world.percentage {
    case 0..<60: for _ in 0..<world.number(1...4) { host.submit() }
    case 60..<68: host.cancelOne()
    case 68..<72: host.moveOneDeadline()
    case 72..<80: world.stopHost(for: world.time(3000...60_000))
    case 80..<94: world.one(of: host.machines)?.fail()
    default:
      guard let machine = world.one(of: host.machines) else { return }
      machine.stop()
      world.after(world.time(0...3000)) { machine.start() }
    }
  }
}
