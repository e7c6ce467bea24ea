package import JSON

/// One difference between two snapshots, as a commit reports it.
package struct Change: Sendable {
  /// What happened to the node.
  package enum Operation: String, Hashable, Sendable {
    /// A list entry, a presence container or a value of a leaf-list came.
    case create
    /// A leaf came or has another value.
    case set
    /// The node and what was below went.
    case delete
    /// An entry of a list that is ordered by user has another predecessor.
    case move
  }

  /// What happened.
  package let operation: Operation
  /// The node.
  package let path: Keypath
  /// What was there before: a leaf's value, or all that went with a node.
  package let old: JSONValue?
  /// What is there now: a leaf's value, or the leafs of a new entry or container; of a moved entry its predecessor's keys.
  package let new: JSONValue?
}
