/// Descriptors that travel together over a socket; they are closed here when the bundle goes.
///
/// A class, because a queue must hold it: an array cannot hold values that cannot be copied.
package final class DescriptorBundle {
  /// The numbers, in the order of `add`.
  package private(set) var numbers: [Int32] = []

  /// How many there are.
  package var count: Int { numbers.count }

  /// An empty bundle.
  package init() {}

  deinit {
    for number in numbers { Descriptor(owning: number).close() }
  }

  /// Puts one more descriptor at the end.
  package func add(_ descriptor: consuming Descriptor) {
    numbers.append(descriptor.release())
  }

  /// Moves the descriptors of another bundle to the end of this one.
  package func take(from other: DescriptorBundle) {
    numbers += other.numbers
    other.numbers = []
  }
}
