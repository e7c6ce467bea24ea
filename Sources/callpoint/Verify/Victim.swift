/// A kind of process that is killed.
enum Victim: String, CaseIterable {
  case host
  case `guard`
  case vm = "VM"
  case template
  case worker
}

/// What a host is doing when one of its processes is killed.
enum Moment: CaseIterable {
  /// It starts its VMs for the first time.
  case starting
  /// Nothing runs.
  case idle
  /// A callback runs, and has begun to start processes of its own.
  case running
}

/// One kill.
struct Kill: Equatable {
  /// What is killed.
  let victim: Victim
  /// When.
  let moment: Moment

  /// What is done to one host after the other: each list begins with a kill during the start, goes through the other
  /// kinds in a random order, and ends with the host's.
  ///
  /// - Parameters:
  ///   - rounds: The number of kills.
  ///   - generator: The source of chance.
  /// - Returns: One list for each host.
  static func plans(rounds: Int, using generator: inout some RandomNumberGenerator) -> [[Kill]] {
    var plans: [[Kill]] = []
    var left = rounds
    while left > 0 {
      let first = Victim.allCases[plans.count % Victim.allCases.count]
      var plan = [Kill(victim: first, moment: .starting)]
      if first != .host {
        let others = Victim.allCases.filter { $0 != .host }.shuffled(using: &generator) + [.host]
        plan += others.map { Kill(victim: $0, moment: Bool.random(using: &generator) ? .running : .idle) }
      }
      if plan.count > left {
        // The last of a list is always the host: nothing else ends it.
        plan = plan.prefix(left - 1) + [Kill(victim: .host, moment: left == 1 ? .starting : .running)]
      }
      plans.append(plan)
      left -= plan.count
    }
    return plans
  }
}
