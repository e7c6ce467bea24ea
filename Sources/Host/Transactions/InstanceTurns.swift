import Datastore

/// Lets commits have service instances one after the other.
///
/// Owner: the reactor's thread. Every instance that a commit has in hand or waits for has a line; whoever stands first in
/// all lines of its instances has them. A commit takes its places in all lines at once, so that commits cannot wait for
/// each other, and nobody overtakes, so that none waits for ever.
final class InstanceTurns {
  /// One commit's place in the lines of its instances.
  private final class Turn {
    let proceed: () -> Void
    /// In how many lines somebody stands before it.
    var obstacles: Int

    init(obstacles: Int, _ proceed: @escaping () -> Void) {
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
  func acquire(_ instances: Set<Keypath>, _ proceed: @escaping () -> Void) {
    let turn = Turn(obstacles: instances.count { lines[$0] != nil }, proceed)
    for instance in instances { lines[instance, default: []].append(turn) }
    if turn.obstacles == 0 { admit([turn]) }
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
    while let turn = admitted.popFirst() { turn.proceed() }
    isAdmitting = false
  }
}
