import CLinux
import Glibc

/// A file descriptor with one owner, who closes it by letting it go.
///
/// Every descriptor that this type makes is close-on-exec from birth.
package struct Descriptor: ~Copyable {
  /// The number, valid as long as the value lives.
  package let number: Int32

  /// Takes over a descriptor that nobody else will close.
  package init(owning number: Int32) {
    self.number = number
  }

  deinit {
    // After an interrupted close Linux has released the number all the same: never again.
    _ = Glibc.close(number)
  }

  /// Closes now.
  package consuming func close() {}

  /// Gives the number up without closing it.
  package consuming func release() -> Int32 {
    let number = number
    discard self
    return number
  }

  /// A second descriptor for the same open file.
  package borrowing func duplicate() throws(KernelFailure) -> Descriptor {
    try Self.duplicate(of: number)
  }

  /// Lets reads and writes return `wouldBlock` instead of waiting.
  package borrowing func setNonBlocking() throws(KernelFailure) {
    try checked("ioctl(FIONBIO)") { clinux_set_non_blocking(number) }
  }

  /// Reads what is there, up to the size of the buffer, which must not be empty.
  package borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(KernelFailure) -> IOOutcome {
    let count = Self.unlessBlocked { Glibc.read(number, buffer.baseAddress, buffer.count) }
    guard let count else { return .wouldBlock }
    guard count >= 0 else { throw .last("read") }
    return count == 0 ? .endOfFile : .bytes(count)
  }

  /// Writes as much as fits.
  package borrowing func write(_ bytes: UnsafeRawBufferPointer) throws(KernelFailure) -> IOOutcome {
    let count = Self.unlessBlocked { Glibc.write(number, bytes.baseAddress, bytes.count) }
    guard let count else { return .wouldBlock }
    guard count >= 0 else { throw .last("write") }
    return .bytes(count)
  }

  /// Makes a call again when it was interrupted; nil if it would block.
  static func unlessBlocked(_ body: () -> Int) -> Int? {
    while true {
      let count = body()
      if count != -1 { return count }
      if errno == EAGAIN { return nil }
      if errno != EINTR { return -1 }
    }
  }
}
