/// What became of one read or write on a non-blocking descriptor.
package enum IOOutcome: Hashable, Sendable {
  /// So many bytes were moved; at least one.
  case bytes(Int)
  /// The other side has closed; reads only.
  case endOfFile
  /// Not now: the reactor says when.
  case wouldBlock
}
