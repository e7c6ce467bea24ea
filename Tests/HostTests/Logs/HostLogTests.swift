import Glibc
import Kernel
import Testing

@testable import Host

@Suite struct `Host log` {
  @Test func `a line has the time and the text, and is lost where nobody reads`() throws {
    var pipe = try Descriptor.pipe()
    let reader = pipe.takeReadEnd()
    let writer = pipe.takeWriteEnd()
    HostLog.write("VM v started", to: writer.number)
    var buffer = [UInt8](repeating: 0, count: 1 << 17)
    let count = read(reader.number, &buffer, buffer.count)
    let line = String(decoding: buffer[..<count], as: UTF8.self)
    #expect(line.hasSuffix(" callpoint: VM v started\n"))
    // More than a pipe holds; a write that waited would wait for ever.
    for _ in 0..<1000 { HostLog.write(String(repeating: "x", count: 500), to: writer.number) }
    try reader.setNonBlocking()
    #expect(read(reader.number, &buffer, buffer.count) < 1000 * 500)
    reader.close()
    writer.close()
  }
}
