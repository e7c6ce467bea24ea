/// Bytes that wait to be written, and the descriptors that travel with some of them; bounded.
///
/// A descriptor bundle is bound to the first byte of its message: a write never reaches across the beginning of a message
/// that has one.
package struct OutputQueue {
  /// How many bytes may wait.
  package let limit: Int

  private struct Mark {
    var position: Int
    let bundle: DescriptorBundle
  }

  private var buffer: [UInt8] = []
  private var head = 0
  private var marks: [Mark] = []

  /// What an empty queue may keep.
  private static let idleCapacity = 64 << 10

  /// An empty queue.
  package init(limit: Int) {
    self.limit = limit
  }

  /// How many bytes wait.
  package var byteCount: Int { buffer.count - head }
  /// Whether nothing waits.
  package var isEmpty: Bool { byteCount == 0 }

  /// Puts bytes at the end, all or none: false if they would pass the limit.
  ///
  /// One message is always taken by an empty queue.
  package mutating func append(_ bytes: UnsafeRawBufferPointer, passing bundle: DescriptorBundle? = nil) -> Bool {
    if bytes.isEmpty { return true }
    if !isEmpty, byteCount + bytes.count > limit { return false }
    if let bundle { marks.append(Mark(position: buffer.count, bundle: bundle)) }
    buffer.append(contentsOf: bytes)
    return true
  }

  /// Puts a message at the end that is composed in place, unless nothing is added.
  ///
  /// - Returns: The message if it would pass the limit and is not taken; else nil.
  package mutating func append(
    passing bundle: DescriptorBundle? = nil, composing compose: (inout [UInt8]) -> Void
  ) -> [UInt8]? {
    let start = buffer.count
    compose(&buffer)
    guard buffer.count > start else { return nil }
    if start > head, byteCount > limit {
      let message = Array(buffer[start...])
      buffer.removeSubrange(start...)
      return message
    }
    if let bundle { marks.append(Mark(position: start, bundle: bundle)) }
    return nil
  }

  /// Offers what waits to `write`, until it would block or nothing is left.
  package mutating func drain<Failure: Error>(
    _ write: (UnsafeRawBufferPointer, DescriptorBundle?) throws(Failure) -> IOOutcome
  ) throws(Failure) {
    while !isEmpty {
      let bundle = marks.first.flatMap { $0.position == head ? $0.bundle : nil }
      let nextMark = bundle == nil ? marks.first : marks.dropFirst().first
      let stretch = head..<(nextMark?.position ?? buffer.count)
      let outcome = buffer.withUnsafeBytes { bytes in
        Result { () throws(Failure) in try write(UnsafeRawBufferPointer(rebasing: bytes[stretch]), bundle) }
      }
      guard case .bytes(let count) = try outcome.get() else { break }
      if bundle != nil { marks.removeFirst() }
      head += count
    }
    compact()
  }

  /// Gives back what has been written.
  private mutating func compact() {
    if isEmpty {
      buffer.removeAll(keepingCapacity: buffer.capacity <= Self.idleCapacity)
      head = 0
    } else if head >= buffer.count / 2 {
      buffer.removeFirst(head)
      for index in marks.indices { marks[index].position -= head }
      head = 0
    }
  }
}
