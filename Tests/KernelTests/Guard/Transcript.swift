import Glibc
import Kernel

/// The lines that processes write to one pipe.
///
/// Its end is the death of the last one that held it.
final class Transcript {
  private(set) var lines: [String] = []
  private(set) var hasEnded = false
  private var reader: LineReader?

  /// A pipe's end for processes, the other end of which is read here.
  func writeEnd(family: Family) throws -> Descriptor {
    var pipe = try Descriptor.pipe()
    try read(pipe.takeReadEnd(), family: family)
    return pipe.takeWriteEnd()
  }

  /// Reads a descriptor.
  func read(_ descriptor: consuming Descriptor, family: Family) throws {
    reader = try LineReader(descriptor, reactor: family.reactor) { [unowned self, unowned family] line in
      lines.append(String(decoding: line, as: UTF8.self))
      family.check()
    } onEnd: { [unowned self, unowned family] _ in
      hasEnded = true
      family.check()
    }
  }

  /// Reads what there is, now.
  func readNow() {
    reader?.readUntilBlocked()
  }
}
