import CLinux
import Glibc

/// 4,096 bytes of memory that this process shares with those it hands the descriptor to: 512 words of 64 bits.
package final class SharedPage {
  /// How many words there are.
  package static let wordCount = 512
  private static let size = 4096

  private var memory: Descriptor?
  private let page: UnsafeMutablePointer<UInt64>

  /// A page of zeros.
  package init() throws(KernelFailure) {
    let memory = try Descriptor.memory(name: "callpoint-page", size: Self.size)
    let number = memory.number
    // Without the seal a process that shortens the memory would end us: reading beyond the end is SIGBUS.
    try checked("fcntl(F_ADD_SEALS)") { clinux_seal_size(number) }
    guard let page = clinux_map_page(number, Self.size) else { throw .last("mmap") }
    self.page = page.bindMemory(to: UInt64.self, capacity: Self.wordCount)
    self.memory = consume memory
  }

  deinit {
    _ = clinux_unmap_page(page, Self.size)
  }

  /// Hands out the one descriptor of the memory, to give away.
  package func takeDescriptor() -> Descriptor {
    guard let taken = memory.take() else { preconditionFailure("the page's descriptor has been taken already") }
    return taken
  }

  /// The present value of a word, with everything that was written before it.
  package func word(_ index: Int) -> UInt64 {
    precondition((0..<Self.wordCount).contains(index), "a page has \(Self.wordCount) words, not one numbered \(index)")
    return clinux_load(page + index)
  }

  /// Stores a word after everything that was written before it.
  package func store(_ value: UInt64, at index: Int) {
    precondition((0..<Self.wordCount).contains(index), "a page has \(Self.wordCount) words, not one numbered \(index)")
    clinux_store(page + index, value)
  }
}
