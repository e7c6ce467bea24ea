import Glibc
import Kernel
import Testing

@Suite struct `Descriptors` {
  func write(_ text: String, to descriptor: borrowing Descriptor) throws {
    _ = try Array(text.utf8).withUnsafeBytes { try descriptor.write($0) }
  }

  func read(_ descriptor: borrowing Descriptor) throws -> IOOutcome {
    var buffer = [UInt8](repeating: 0, count: 100)
    return try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
  }

  @Test func `the end of a pipe is seen when the last writer is dropped`() async {
    // In a process of its own: another test that spawns holds copies of our descriptors for a moment.
    await #expect(processExitsWith: .exitCode(7)) {
      let suite = Self()
      var pipe = try Descriptor.pipe()
      let reader = pipe.takeReadEnd()
      try reader.setNonBlocking()
      let writer = pipe.takeWriteEnd()
      let copy = try writer.duplicate()
      try suite.write("abc", to: writer)
      guard try suite.read(reader) == .bytes(3) else { exit(1) }
      writer.close()
      guard try suite.read(reader) == .wouldBlock else { exit(2) }
      copy.close()
      exit(try suite.read(reader) == .endOfFile ? 7 : 3)
    }
  }

  @Test func `every end that is not taken is closed`() throws {
    var pipe = try Descriptor.pipe()
    let reader = pipe.takeReadEnd()
    _ = consume pipe
    #expect(try read(reader) == .endOfFile)
  }

  @Test func `everything is close-on-exec`() throws {
    var pipe = try Descriptor.pipe()
    var sockets = try Descriptor.socketPair(.messages)
    let bundle = DescriptorBundle()
    bundle.add(pipe.takeReadEnd())
    bundle.add(pipe.takeWriteEnd())
    bundle.add(sockets.takeReadEnd())
    bundle.add(sockets.takeWriteEnd())
    bundle.add(try Descriptor.memory(name: "test", size: 10))
    bundle.add(try Descriptor.devNull())
    bundle.add(try Descriptor.devNull().duplicate())
    #expect(bundle.numbers.allSatisfy { fcntl($0, F_GETFD) == FD_CLOEXEC })
  }

  @Test func `a failure names the call, the path and the reason`() {
    let failure = #expect(throws: KernelFailure.self) { try Descriptor.open("/no/such", flags: O_RDONLY).close() }
    #expect(failure?.description == "open(/no/such): No such file or directory")
  }

  @Test func `a page is shared word by word`() throws {
    let page = try SharedPage()
    let other = page.takeDescriptor()
    var value: UInt64 = 0xFEED
    #expect(pwrite(other.number, &value, 8, 511 * 8) == 8)
    #expect(page.word(511) == 0xFEED)
    #expect(page.word(0) == 0)
    page.store(17, at: 0)
    #expect(pread(other.number, &value, 8, 0) == 8)
    #expect(value == 17)
  }

  @Test func `nobody can take a page away`() throws {
    let other = try SharedPage().takeDescriptor()
    #expect(ftruncate(other.number, 0) == -1)
    #expect(errno == EPERM)
  }
}
