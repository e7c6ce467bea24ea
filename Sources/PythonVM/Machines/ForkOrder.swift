import JSON
import Kernel

/// Workers whose processes the template is asked for in one message.
struct ForkOrder {
  /// The kernel lets 253 descriptors travel together, and a worker gets five.
  static let mostWorkers = 50

  /// What the template has to know of each.
  var workers: [JSONValue] = []
  /// The ends of the pipes that the workers get, in the same order.
  let ends = DescriptorBundle()
}
