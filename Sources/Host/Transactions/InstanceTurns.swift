import Datastore

/// Lets commits have service instances one after the other.
///
/// Owner: the reactor's thread. Every instance that a commit has in hand or waits for has a line; whoever stands first in
/// all lines of its instances has them. A commit takes its places in all lines at once, so that commits cannot wait for
/// each other, and nobody overtakes, so that none waits for ever.
final class InstanceTurns {
  /// One commit's place in the lines of its instances.
  final class Turn {
    fileprivate let instances: Set<Keypath>
    /// What the commit does then; `nil` when it does it, or has withdrawn.
    fileprivate var proceed: (() -> Void)?
    /// In how many lines somebody stands before it.
    fileprivate var obstacles: Int

    fileprivate init(_ instances: Set<Keypath>, obstacles: Int, _ proceed: @escaping () -> Void) {
      self.instances = instances
      self.proceed = proceed
      self.obstacles = obstacles
    }
  }

  private var lines: [Keypath: ArraySlice<Turn>] = [:]
  /// Those whose turn has come, in the order in which it came.
  private var admitted: ArraySlice<Turn> = []
  private var isAdmitting = false

  /// Waits until no earlier commit has any of the instances in hand or waits for it.
  ///
  /// - Parameters:
  ///   - instances: All that the commit needs.
  ///   - proceed: Called once, perhaps before this method returns; from then on the commit has the instances.
  /// - Returns: The commit's place, by which it may withdraw.
  @discardableResult
  func acquire(_ instances: Set<Keypath>, _ proceed: @escaping () -> Void) -> Turn {
    let turn = Turn(instances, obstacles: instances.count { lines[$0] != nil }, proceed)
    for instance in instances { lines[instance, default: []].append(turn) }
    if turn.obstacles == 0 { admit([turn]) }
    return turn
  }

  /// Gives up waiting.
  ///
  /// - Parameter turn: A commit's place.
  /// - Returns: Whether it was waiting; if not, it has its instances, or has released them.
  func withdraw(_ turn: Turn) -> Bool {
    guard turn.proceed != nil else { return false }
    turn.proceed = nil
    var first: Set<Keypath> = []
    for instance in turn.instances {
      guard let line = lines[instance] else { continue }
      if line.first === turn { first.insert(instance) } else { lines[instance] = line.filter { $0 !== turn }[...] }
    }
    release(first)
    return true
  }

  /// Lets the next commits have the instances.
  ///
  /// - Parameter instances: What the commit that has them was given.
  func release(_ instances: Set<Keypath>) {
    var next: [Turn] = []
    for instance in instances {
      guard lines[instance]?.popFirst() != nil else { continue }
      guard let turn = lines[instance]?.first else {
        lines[instance] = nil
        continue
      }
      turn.obstacles -= 1
      if turn.obstacles == 0 { next.append(turn) }
    }
    admit(next)
  }

  /// Lets commits proceed in a loop: one may be over before it returns and let the next go, and a stack has no room for
  /// all of them.
  private func admit(_ turns: [Turn]) {
    admitted += turns
    guard !isAdmitting else { return }
    isAdmitting = true
    while let turn = admitted.popFirst() {
      // It may have withdrawn since.
      turn.proceed.take()?()
    }
    isAdmitting = false
  }
}
