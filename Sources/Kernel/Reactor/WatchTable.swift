/// Who waits for what: slots that are used again, each time with a new generation.
///
/// epoll reports in batches, and a handler may cancel a watch whose event lies further on in the same batch, close the
/// descriptor, and open another one that gets the same number and the same slot. The late event carries the old
/// generation and is dropped. A descriptor's number would not tell; nor would the kernel, which keeps reporting an open
/// file as long as any copy of the descriptor lives, here or in a child. So a watch is cancelled before its descriptor
/// is closed, always.
struct WatchTable {
  struct Watch {
    let descriptor: Int32
    var interest: Interest
    let handler: (Interest) -> Void
  }

  private struct Slot {
    var generation: UInt32 = 0
    var watch: Watch?
  }

  private var slots: [Slot] = []
  private var free: [UInt32] = []

  /// Puts a watch into the table.
  mutating func insert(_ watch: Watch) -> Registration {
    let slot = free.popLast() ?? UInt32(slots.count)
    if slot == slots.count { slots.append(Slot()) }
    slots[Int(slot)].watch = watch
    return Registration(slot: slot, generation: slots[Int(slot)].generation)
  }

  /// The watch, unless it has been removed.
  subscript(registration: Registration) -> Watch? {
    guard registration.slot < slots.count else { return nil }
    let slot = slots[Int(registration.slot)]
    return slot.generation == registration.generation ? slot.watch : nil
  }

  /// Changes what a watch waits for.
  mutating func setInterest(_ interest: Interest, of registration: Registration) {
    guard self[registration] != nil else { return }
    slots[Int(registration.slot)].watch?.interest = interest
  }

  /// Takes a watch out; its registration means nothing from now on.
  mutating func remove(_ registration: Registration) -> Watch? {
    guard let watch = self[registration] else { return nil }
    slots[Int(registration.slot)].watch = nil
    slots[Int(registration.slot)].generation &+= 1
    free.append(registration.slot)
    return watch
  }
}
