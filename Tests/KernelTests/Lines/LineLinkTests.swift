import Glibc
import Kernel
import Testing

@Suite struct `Lines over descriptors` {
  let reactor: Reactor

  init() throws {
    reactor = try Reactor()
    reactor.after(.seconds(20)) { [reactor] in reactor.stop() }
  }

  @Test func `what does not fit into the pipe is written when there is room`() throws {
    var pipe = try Descriptor.pipe()
    var received: [Int] = []
    let writer = try LineWriter(pipe.takeWriteEnd(), reactor: reactor) { Issue.record("\($0)") }
    let sizes = [10, 300_000, 0, 70_000, 1]
    for size in sizes {
      let message = [UInt8](repeating: UInt8(ascii: "x"), count: size) + [0x0A]
      #expect(writer.send(message) == .accepted)
    }
    #expect(writer.waitingByteCount > 300_000)
    let reader = try LineReader(pipe.takeReadEnd(), reactor: reactor) { [reactor] line in
      received.append(line.count)
      if received.count == sizes.count { reactor.stop() }
    } onEnd: {
      Issue.record("\($0)")
    }
    reactor.run()
    #expect(received == sizes)
    #expect(writer.waitingByteCount == 0)
    #expect(reader.isOpen)
  }

  /// The records that have been written to a socket that keeps them apart.
  private func records(_ socket: borrowing Descriptor) throws -> [String] {
    var records: [String] = []
    var buffer = [UInt8](repeating: 0, count: 100_000)
    while case .bytes(let count) = try buffer.withUnsafeMutableBytes({ try socket.read(into: $0) }) {
      records.append(String(decoding: buffer.prefix(count), as: UTF8.self))
    }
    return records
  }

  @Test func `what is sent in one turn is written in one piece, at its end`() throws {
    var numbers: [Int32] = [-1, -1]
    try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0, &numbers) == 0)
    let theirs = Descriptor(owning: numbers[0])
    try theirs.setNonBlocking()
    let writer = try LineWriter(Descriptor(owning: numbers[1]), reactor: reactor) { Issue.record("\($0)") }
    var duringTurn: [String]?
    reactor.defer { [reactor] in
      writer.send(Array("one\n".utf8))
      reactor.defer { [reactor] in
        writer.send(Array("three\n".utf8))
        reactor.stop()
      }
    }
    reactor.after(.zero) {
      writer.send { $0 += "two\n".utf8 }
      duringTurn = try? records(theirs)
    }
    reactor.run()
    #expect(duringTurn == [])
    #expect(try records(theirs) == ["one\ntwo\n", "three\n"])
    writer.send { $0 += "after\n".utf8 }
    #expect(try records(theirs) == ["after\n"])
  }

  @Test func `a writer that is closed within a turn writes first what was sent`() throws {
    var pipe = try Descriptor.pipe()
    let theirs = pipe.takeReadEnd()
    try theirs.setNonBlocking()
    let writer = try LineWriter(pipe.takeWriteEnd(), reactor: reactor) { Issue.record("\($0)") }
    reactor.defer { [reactor] in
      writer.send(Array("last words\n".utf8))
      writer.close()
      reactor.stop()
    }
    reactor.run()
    #expect(try records(theirs) == ["last words\n"])
  }

  @Test func `much is written before the turn ends, and no more waits than may`() throws {
    var pipe = try Descriptor.pipe()
    let theirs = pipe.takeReadEnd()
    let writer = try LineWriter(pipe.takeWriteEnd(), reactor: reactor, limit: 50_000) { Issue.record("\($0)") }
    var outcomes: [LineWriter.Outcome] = []
    var waiting: [Int] = []
    writer.onWaiting = { waiting.append($0) }
    reactor.defer { [reactor] in
      // About 64 KiB fit into the pipe.
      for count in [40_000, 40_000, 20_000, 20_000] {
        outcomes.append(writer.send { $0 += [UInt8](repeating: 0x0A, count: count) })
      }
      reactor.stop()
    }
    reactor.run()
    #expect(outcomes == [.accepted, .accepted, .accepted, .full])
    #expect(waiting.count == 2 && waiting.allSatisfy { $0 > 0 && $0 <= 50_000 })
    #expect(waiting.last == writer.waitingByteCount)
    theirs.close()
  }

  @Test func `a peer that does not read is noticed`() throws {
    var pipe = try Descriptor.pipe()
    let reader = pipe.takeReadEnd()
    let writer = try LineWriter(pipe.takeWriteEnd(), reactor: reactor, limit: 1000) { Issue.record("\($0)") }
    let outcomes = (0..<3).map { _ in writer.send([UInt8](repeating: 0x0A, count: 100_000)) }
    #expect(outcomes == [.accepted, .full, .full])
    reader.close()
  }

  @Test func `a peer that has gone breaks the writer once`() throws {
    var sockets = try Descriptor.socketPair()
    let theirs = sockets.takeReadEnd()
    shutdown(theirs.number, Int32(SHUT_RDWR))
    var failures: [KernelFailure] = []
    let writer = try LineWriter(sockets.takeWriteEnd(), reactor: reactor) { [reactor] failure in
      failures.append(failure)
      reactor.stop()
    }
    #expect(writer.send([0x0A]) == .broken)
    #expect(failures.isEmpty)
    #expect(writer.send([0x0A]) == .broken)
    reactor.run()
    #expect(failures == [KernelFailure(call: "write", errno: EPIPE)])
  }

  @Test func `a peer that goes while bytes wait breaks the writer`() throws {
    var pipe = try Descriptor.pipe()
    let reader = pipe.takeReadEnd()
    var failures: [KernelFailure] = []
    let writer = try LineWriter(pipe.takeWriteEnd(), reactor: reactor) { [reactor] failure in
      failures.append(failure)
      reactor.stop()
    }
    #expect(writer.send([UInt8](repeating: 0x0A, count: 100_000)) == .accepted)
    reader.close()
    reactor.run()
    #expect(failures == [KernelFailure(call: "write", errno: EPIPE)])
  }

  @Test func `the end comes after the last line and says whether it was whole`() throws {
    let endings: [(String, LineReader.End)] = [
      ("a\nb\n", .closed), ("a\nb\nc", .cutOff(byteCount: 1)), ("", .closed),
      ("a\n12345\n", .closed), ("a\n12345", .closed),
    ]
    for (text, expected) in endings {
      var pipe = try Descriptor.pipe()
      let writer = pipe.takeWriteEnd()
      _ = try Array(text.utf8).withUnsafeBytes { try writer.write($0) }
      writer.close()
      var ends: [LineReader.End] = []
      var leftOut: [[UInt8]] = []
      let reader = try LineReader(
        pipe.takeReadEnd(), reactor: reactor, maximumLineLength: 4, longLines: .skip { leftOut.append($0) }
      ) { _ in
      } onEnd: { [reactor] in
        ends.append($0)
        reactor.stop()
      }
      reactor.run()
      #expect(ends == [expected])
      #expect(leftOut == (text.contains("12345") ? [Array("12345".utf8)] : []))
      #expect(!reader.isOpen)
    }
  }

  @Test func `a reader that is closed from within a line delivers nothing more`() throws {
    var pipe = try Descriptor.pipe()
    let writer = pipe.takeWriteEnd()
    _ = try Array("a\nb\nc\n".utf8).withUnsafeBytes { try writer.write($0) }
    var lines: [[UInt8]] = []
    var reader: LineReader?
    reader = try LineReader(pipe.takeReadEnd(), reactor: reactor) { [reactor] in
      lines.append(Array($0))
      reader?.close()
      reader = nil
      reactor.stop()
    } onEnd: {
      Issue.record("\($0)")
    }
    reactor.run()
    #expect(lines == [Array("a".utf8)])
  }

  @Test func `what a dead process has written can be read at once`() throws {
    var pipe = try Descriptor.pipe()
    let writer = pipe.takeWriteEnd()
    var lines = 0
    let reader = try LineReader(pipe.takeReadEnd(), reactor: reactor) { _ in
      lines += 1
    } onEnd: {
      Issue.record("\($0)")
    }
    _ = try [UInt8](repeating: 0x0A, count: 60_000).withUnsafeBytes { try writer.write($0) }
    reader.readUntilBlocked()
    #expect(lines == 60_000)
    #expect(reader.isOpen)
  }

  @Test func `descriptors arrive with the line that they were sent with`() throws {
    var sockets = try Descriptor.socketPair()
    let theirs = sockets.takeReadEnd()
    let writer = try LineWriter(sockets.takeWriteEnd(), reactor: reactor) { Issue.record("\($0)") }
    let page = try SharedPage()
    page.store(42, at: 7)
    let bundle = DescriptorBundle()
    bundle.add(page.takeDescriptor())
    bundle.add(try Descriptor.devNull())
    writer.send(Array("plain\n".utf8))
    writer.send(Array("with\n".utf8), passing: bundle)

    let received = DescriptorBundle()
    var buffer = [UInt8](repeating: 0, count: 100)
    var text = ""
    while !text.hasSuffix("with\n") {
      let outcome = try buffer.withUnsafeMutableBytes { try theirs.receive(into: $0, descriptors: received) }
      guard case .bytes(let count) = outcome else { break }
      text += String(decoding: buffer.prefix(count), as: UTF8.self)
    }
    #expect(text == "plain\nwith\n")
    let numbers = received.numbers
    try #require(numbers.count == 2)
    var word: UInt64 = 0
    #expect(pread(numbers[0], &word, 8, 7 * 8) == 8)
    #expect(word == 42)
    #expect(numbers.allSatisfy { fcntl($0, F_GETFD) == FD_CLOEXEC })
  }
}
