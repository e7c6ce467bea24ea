import Datastore
import Glibc

/// The actions that have been called, by the paths that clients wrote.
///
/// What a path leads to depends on the schema alone: under another one the cache begins anew.
struct ActionCache {
  /// How many it has at most; then it begins anew.
  static let capacity = 1024
  /// The longest path that it keeps, in bytes.
  static let longestPath = 256

  private var index: SchemaIndex?
  private var targets: [Int: ActionTarget] = [:]

  /// Keeps an action.
  mutating func insert(_ target: ActionTarget, under index: SchemaIndex) {
    guard target.path.utf8.count <= Self.longestPath else { return }
    if self.index !== index || targets.count >= Self.capacity { targets = [:] }
    self.index = index
    var path = target.path
    path.withUTF8 { targets[Self.hash(UnsafeRawBufferPointer($0))] = target }
  }

  /// The action that a path, which is compared byte by byte, leads to under a schema, if it is here.
  func find(_ path: UnsafeRawBufferPointer, under index: SchemaIndex) -> ActionTarget? {
    guard self.index === index, let target = targets[Self.hash(path)] else { return nil }
    var known = target.path
    let isEqual = known.withUTF8 { known in
      guard known.count == path.count, let one = known.baseAddress, let other = path.baseAddress else { return false }
      return memcmp(one, other, path.count) == 0
    }
    return isEqual ? target : nil
  }

  private static func hash(_ path: UnsafeRawBufferPointer) -> Int {
    var hasher = Hasher()
    hasher.combine(bytes: path)
    return hasher.finalize()
  }
}
