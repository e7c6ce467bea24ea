import Kernel
import TestSupport
import Testing

@Suite struct `Frame decoder` {
  /// What a decoder made of bytes: the lines, and the violation that ended them.
  struct Reading: Equatable {
    var lines: [[UInt8]] = []
    var violation: PeerViolation?
  }

  func read(_ chunks: [ArraySlice<UInt8>], limit: Int) -> Reading {
    var decoder = FrameDecoder(maximumLineLength: limit)
    var reading = Reading()
    do throws(PeerViolation) {
      for chunk in chunks {
        decoder.append(chunk)
        while let line = try decoder.nextLine() { reading.lines.append(Array(line)) }
      }
      try decoder.finish()
    } catch {
      reading.violation = error
    }
    return reading
  }

  @Test func `a line may come in any two pieces`() {
    let bytes = Array("{\"id\":1}\n\n{\"text\":\"ä\"}\nlast\n".utf8)
    let whole = read([bytes[...]], limit: 100)
    #expect(whole.lines.map { String(decoding: $0, as: UTF8.self) } == ["{\"id\":1}", "", "{\"text\":\"ä\"}", "last"])
    #expect(whole.violation == nil)
    for split in 0...bytes.count {
      #expect(read([bytes[..<split], bytes[split...]], limit: 100) == whole)
    }
    #expect(read(bytes.indices.map { bytes[$0...$0] }, limit: 100) == whole)
  }

  @Test func `a decoder that cuts long lines gives everything, the last line without its end too`() throws {
    let bytes = Array("abc\nabcdefgh\nxyz12".utf8)
    for split in 0...bytes.count {
      var decoder = FrameDecoder(maximumLineLength: 3, cutsLongLines: true)
      var lines: [String] = []
      for chunk in [bytes[..<split], bytes[split...]] {
        decoder.append(chunk)
        while let line = try decoder.nextLine() { lines.append(String(decoding: line, as: UTF8.self)) }
      }
      lines.append(String(decoding: decoder.takeRest(), as: UTF8.self))
      #expect(lines == ["abc", "abc", "def", "gh", "xyz", "12"])
      try decoder.finish()
    }
  }

  @Test(arguments: 0..<40) func `any bytes in any pieces give the same lines, or the same violation`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let limit = Int.random(in: 0...60, using: &generator)
    let bytes = (0..<Int.random(in: 0...2000, using: &generator)).map { _ -> UInt8 in
      Int.random(in: 0..<40, using: &generator) == 0 ? 0x0A : UInt8.random(in: 0...255, using: &generator)
    }
    var expected = Reading()
    var rest = bytes[...]
    while expected.violation == nil, !rest.isEmpty {
      let newline = rest.firstIndex(of: 0x0A)
      let line = rest[..<(newline ?? rest.endIndex)]
      if line.count > limit {
        expected.violation = .lineTooLong(limit: limit)
      } else if let newline {
        expected.lines.append(Array(line))
        rest = rest[(newline + 1)...]
      } else {
        expected.violation = .unterminatedLine(byteCount: line.count)
      }
    }
    for _ in 0..<10 {
      var chunks: [ArraySlice<UInt8>] = []
      var position = 0
      while position < bytes.count {
        let end = min(bytes.count, position + Int.random(in: 1...70, using: &generator))
        chunks.append(bytes[position..<end])
        position = end
      }
      #expect(read(chunks, limit: limit) == expected)
    }
  }

  @Test func `a line may be as long as the limit and no longer`() {
    let exact = Array(repeating: UInt8(ascii: "x"), count: 10) + [0x0A]
    #expect(read([exact[...]], limit: 10).lines == [Array(exact.dropLast())])
    #expect(read([exact[...]], limit: 9) == Reading(violation: .lineTooLong(limit: 9)))
    #expect(read([exact.dropLast()], limit: 9) == Reading(violation: .lineTooLong(limit: 9)))
  }

  @Test func `lines before a violation are delivered, and nothing after it`() throws {
    var decoder = FrameDecoder(maximumLineLength: 3)
    decoder.append(Array("one\nfour\ntwo\n".utf8))
    #expect(try decoder.nextLine().map(Array.init) == Array("one".utf8))
    for _ in 0..<2 {
      #expect(throws: PeerViolation.lineTooLong(limit: 3)) { try decoder.nextLine() }
      decoder.append(Array("two\n".utf8))
    }
    #expect(throws: PeerViolation.lineTooLong(limit: 3)) { try decoder.finish() }
  }

  @Test func `an end within a line says how much of it there is`() throws {
    var decoder = FrameDecoder()
    decoder.append(Array("whole\npart".utf8))
    _ = try decoder.nextLine()
    #expect(try decoder.nextLine() == nil)
    #expect(decoder.pendingByteCount == 4)
    #expect(throws: PeerViolation.unterminatedLine(byteCount: 4)) { try decoder.finish() }
  }

  @Test func `a line survives while the buffer grows and is used again`() throws {
    var decoder = FrameDecoder()
    var kept: [ArraySlice<UInt8>] = []
    for number in 0..<200 {
      let line = Array(repeating: UInt8(truncatingIfNeeded: number | 0x80), count: number * 37)
      decoder.append(line + [0x0A])
      while let line = try decoder.nextLine() { kept.append(line) }
    }
    #expect(kept.map(\.count) == (0..<200).map { $0 * 37 })
    for (number, line) in kept.enumerated() {
      #expect(line.allSatisfy { $0 == UInt8(truncatingIfNeeded: number | 0x80) })
    }
  }

  @Test func `a long line in many pieces is searched once`() throws {
    // 8 MiB in 1,000-byte pieces; searching each time from the beginning would look at 35 GB.
    var decoder = FrameDecoder()
    let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1000)
    for _ in 0..<8389 {
      decoder.append(piece)
      #expect(try decoder.nextLine() == nil)
    }
    decoder.append([0x0A])
    #expect(try decoder.nextLine()?.count == 8_389_000)
  }
}
