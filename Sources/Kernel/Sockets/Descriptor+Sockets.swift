import CLinux
import Glibc

extension Descriptor {
  /// Sends bytes over a socket together with descriptors, which arrive with the first byte.
  package borrowing func send(
    _ bytes: UnsafeRawBufferPointer, passing bundle: DescriptorBundle
  ) throws(KernelFailure) -> IOOutcome {
    let numbers = bundle.numbers
    let count = Self.unlessBlocked { clinux_send(number, bytes.baseAddress, bytes.count, numbers, numbers.count) }
    guard let count else { return .wouldBlock }
    guard count >= 0 else { throw .last("sendmsg") }
    return .bytes(count)
  }

  /// The process that has the other end of a connected Unix socket, as it was when it connected.
  package borrowing func peerProcess() throws(KernelFailure) -> Int32 {
    try checked("getsockopt(SO_PEERCRED)") { clinux_peer_process(number) }
  }

  /// Receives bytes from a socket, and the descriptors that came with them.
  package borrowing func receive(
    into buffer: UnsafeMutableRawBufferPointer, descriptors bundle: DescriptorBundle
  ) throws(KernelFailure) -> IOOutcome {
    var numbers = [Int32](repeating: -1, count: 16)
    var arrived = 0
    let count = Self.unlessBlocked {
      arrived = numbers.count
      return clinux_receive(number, buffer.baseAddress, buffer.count, &numbers, &arrived)
    }
    guard let count else { return .wouldBlock }
    guard count >= 0 else { throw .last("recvmsg") }
    for number in numbers.prefix(arrived) { bundle.add(Descriptor(owning: number)) }
    return count == 0 ? .endOfFile : .bytes(count)
  }
}
