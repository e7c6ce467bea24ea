/// Names one watch of a reactor: a place in its table and the generation of what stands there.
package struct Registration: Hashable, Sendable {
  let slot: UInt32
  let generation: UInt32

  init(slot: UInt32, generation: UInt32) {
    self.slot = slot
    self.generation = generation
  }

  /// From what epoll carries.
  init(token: UInt64) {
    slot = UInt32(truncatingIfNeeded: token)
    generation = UInt32(truncatingIfNeeded: token >> 32)
  }

  /// What epoll carries.
  var token: UInt64 { UInt64(generation) << 32 | UInt64(slot) }
}
