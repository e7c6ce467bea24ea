import Kernel
import TestSupport
import Testing

@Suite struct `Frame decoder` {
  /// What a decoder made of bytes: the lines, `nil` for each that was left out, and what had no end.
  struct Reading: Equatable {
    var lines: [[UInt8]?] = []
    var rest: [UInt8] = []
  }

  func read(_ chunks: [ArraySlice<UInt8>], limit: Int) -> Reading {
    var decoder = FrameDecoder(maximumLineLength: limit)
    var reading = Reading()
    for chunk in chunks {
      decoder.append(chunk)
      while let frame = decoder.next() {
        switch frame {
        case .line(let line): reading.lines.append(Array(line))
        case .tooLong: reading.lines.append(nil)
        }
      }
      #expect(decoder.heldByteCount <= max(64 << 10, limit + (16 << 10)))
    }
    reading.rest = Array(decoder.takeRest())
    return reading
  }

  @Test func `a line may come in any two pieces`() {
    let bytes = Array("{\"id\":1}\n\n{\"text\":\"ä\"}\nlast\n".utf8)
    let whole = read([bytes[...]], limit: 100)
    #expect(
      whole.lines.map { $0.map { String(decoding: $0, as: UTF8.self) } } == [
        "{\"id\":1}", "", "{\"text\":\"ä\"}", "last",
      ])
    #expect(whole.rest == [])
    for split in 0...bytes.count {
      #expect(read([bytes[..<split], bytes[split...]], limit: 100) == whole)
    }
    #expect(read(bytes.indices.map { bytes[$0...$0] }, limit: 100) == whole)
  }

  @Test func `a decoder that cuts long lines gives everything, the last line without its end too`() {
    let bytes = Array("abc\nabcdefgh\nxyz12".utf8)
    for split in 0...bytes.count {
      var decoder = FrameDecoder(maximumLineLength: 3, cutsLongLines: true)
      var lines: [String] = []
      for chunk in [bytes[..<split], bytes[split...]] {
        decoder.append(chunk)
        while case .line(let line)? = decoder.next() { lines.append(String(decoding: line, as: UTF8.self)) }
      }
      lines.append(String(decoding: decoder.takeRest(), as: UTF8.self))
      #expect(lines == ["abc", "abc", "def", "gh", "xyz", "12"])
    }
  }

  // Whatever the bytes and their pieces: each line up to the limit comes whole and once, each longer one is told of once,
  // in their order, and no more memory is held than the longest line needs.
  @Test(arguments: Fuzz.seeds(40)) func `any bytes in any pieces give the same lines`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let limit = Int.random(in: 0...60, using: &generator)
    let bytes = (0..<Int.random(in: 0...2000, using: &generator)).map { _ -> UInt8 in
      Int.random(in: 0..<40, using: &generator) == 0 ? 0x0A : UInt8.random(in: 0...255, using: &generator)
    }
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
    let last = lines.removeLast()
    let expected = Reading(
      lines: (lines + (last.count > limit ? [last] : [])).map { $0.count > limit ? nil : $0 },
      rest: last.count > limit ? [] : last)
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
    #expect(read([exact[...]], limit: 9) == Reading(lines: [nil]))
    #expect(read([exact.dropLast()], limit: 9) == Reading(lines: [nil]))
  }

  @Test func `a line that is too long is told of at once, with its beginning, and the next line is served`() {
    var decoder = FrameDecoder(maximumLineLength: 100_000)
    decoder.append(Array(repeating: UInt8(ascii: "x"), count: 100_000))
    #expect(decoder.next() == nil)
    decoder.append([UInt8(ascii: "y")])
    #expect(decoder.next() == .tooLong(beginning: Array(repeating: UInt8(ascii: "x"), count: 16 << 10)))
    #expect(decoder.heldByteCount == 0)
    for _ in 0..<100 {
      decoder.append(Array(repeating: UInt8(ascii: "z"), count: 50_000))
      #expect(decoder.next() == nil)
    }
    #expect(decoder.heldByteCount <= 64 << 10)
    decoder.append(Array("\nnext\n".utf8))
    #expect(decoder.next() == .line(Array("next".utf8)[...]))
    #expect(decoder.next() == nil)
  }

  @Test func `a line that has begun can be left out before it is too long`() {
    var decoder = FrameDecoder()
    #expect(decoder.skipLine() == nil)
    decoder.append(Array("whole\npart".utf8))
    #expect(decoder.next() == .line(Array("whole".utf8)[...]))
    #expect(decoder.skipLine() == Array("part".utf8))
    #expect(decoder.skipLine() == nil)
    decoder.append(Array(" and more\nnext\n".utf8))
    #expect(decoder.next() == .line(Array("next".utf8)[...]))
  }

  @Test func `memory that a long line needed is given back`() {
    var decoder = FrameDecoder()
    decoder.append(Array(repeating: UInt8(ascii: "x"), count: 8 << 20) + [0x0A, UInt8(ascii: "y")])
    #expect(decoder.heldByteCount > 8 << 20)
    guard case .line(let line)? = decoder.next() else {
      Issue.record("the line did not come")
      return
    }
    #expect(line.count == 8 << 20)
    #expect(decoder.next() == nil)
    #expect(decoder.heldByteCount <= 64 << 10)
    decoder.append([0x0A])
    #expect(decoder.next() == .line([UInt8(ascii: "y")]))
  }

  @Test func `a line survives while the buffer grows and is used again`() {
    var decoder = FrameDecoder()
    var kept: [ArraySlice<UInt8>] = []
    for number in 0..<200 {
      let line = Array(repeating: UInt8(truncatingIfNeeded: number | 0x80), count: number * 37)
      decoder.append(line + [0x0A])
      while case .line(let line)? = decoder.next() { kept.append(line) }
    }
    #expect(kept.map(\.count) == (0..<200).map { $0 * 37 })
    for (number, line) in kept.enumerated() {
      #expect(line.allSatisfy { $0 == UInt8(truncatingIfNeeded: number | 0x80) })
    }
  }

  @Test func `a long line in many pieces is searched once`() {
    // 8 MiB in 1,000-byte pieces; searching each time from the beginning would look at 35 GB.
    var decoder = FrameDecoder()
    let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1000)
    for _ in 0..<8389 {
      decoder.append(piece)
      #expect(decoder.next() == nil)
    }
    decoder.append([0x0A])
    guard case .line(let line)? = decoder.next() else {
      Issue.record("the line did not come")
      return
    }
    #expect(line.count == 8_389_000)
  }
}
