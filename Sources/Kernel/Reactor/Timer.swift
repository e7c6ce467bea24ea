/// Names one timer of a reactor.
package struct Timer: Hashable, Sendable {
  let number: UInt64
}
