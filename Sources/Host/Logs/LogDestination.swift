import Foundation
import Glibc
import Kernel

/// Where lines go: a file that may be renamed, truncated, removed or full, or a descriptor that we were given.
///
/// What cannot be written is dropped and counted; the number is written as a line as soon as one can be written again.
/// Owner: the thread of ``LogWriter``.
final class LogDestination {
  /// The file's path, or the name of the descriptor.
  let name: String

  private var descriptor: Descriptor?
  private let isFile: Bool
  /// The file that is open, to be compared with the one at the path.
  private var identity: FileIdentity?
  /// Makes the line that says how many lines were dropped, and why.
  private let describeLoss: @Sendable (_ lines: Int, _ reason: String) -> [UInt8]
  private var dropped = 0
  private var reason = ""
  /// Whether the last byte written was not the end of a line.
  private var isMidLine = false
  /// Whether the last write did not come to its end.
  private(set) var isFailing = false

  /// How long a reader who does not read may hold up the other destinations, once.
  private static let patience: Int32 = 100

  /// A file, which is opened when there is something to write.
  init(file path: String, describeLoss: @escaping @Sendable (Int, String) -> [UInt8]) {
    name = path
    isFile = true
    self.describeLoss = describeLoss
  }

  /// A descriptor, which others use too and which therefore stays as it is.
  init(
    _ descriptor: consuming Descriptor, named name: String, describeLoss: @escaping @Sendable (Int, String) -> [UInt8]
  ) {
    self.name = name
    isFile = false
    self.descriptor = consume descriptor
    self.describeLoss = describeLoss
  }

  /// Opens a file for its lines; its directory is made if it is missing.
  ///
  /// - Parameter path: The file.
  /// - Returns: The file's descriptor, which never makes anybody wait.
  /// - Throws: ``KernelFailure`` if there can be no such file, or if it is a pipe that nobody reads.
  static func open(_ path: String) throws(KernelFailure) -> Descriptor {
    let flags = O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY
    do throws(KernelFailure) {
      return try Descriptor.open(path, flags: flags, mode: 0o644)
    } catch {
      guard error.errno == ENOENT else { throw error }
      let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
      guard (try? FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)) != nil else {
        throw error
      }
      return try Descriptor.open(path, flags: flags, mode: 0o644)
    }
  }

  /// Opens the file anew.
  func reopen() {
    guard isFile else { return }
    descriptor = nil
    isFailing = writeAll([]) != nil
  }

  /// Writes whole lines.
  ///
  /// - Parameters:
  ///   - lines: The lines, each with its newline.
  ///   - lost: How many lines after them were dropped before they came here.
  /// - Returns: Why lines are lost from now on, if all was well until now.
  func write(_ lines: [UInt8], lost: Int) -> String? {
    let failure = writeAll(lines)
    if lost > 0 {
      dropped += lost
      if failure == nil { reason = "they came faster than they could be written" }
    }
    defer { isFailing = failure != nil }
    return isFailing ? nil : failure
  }

  /// Says how many lines were dropped, if any were and it can be said.
  func settle() {
    guard dropped > 0, !isFailing else { return }
    _ = writeAll([])
  }

  // MARK: Writing

  /// Writes the number of what was dropped, then lines; what cannot be written is dropped.
  ///
  /// - Parameter lines: The lines.
  /// - Returns: What went wrong.
  private func writeAll(_ lines: [UInt8]) -> String? {
    do throws(KernelFailure) {
      try makeCurrent()
      if isMidLine { try write([UInt8(ascii: "\n")][...]) }
      if dropped > 0 {
        try write(describeLoss(dropped, reason)[...])
        dropped = 0
      }
    } catch {
      return lose(lines[...], because: error)
    }
    var rest = lines[...]
    do throws(KernelFailure) {
      while !rest.isEmpty {
        let count = try writeSome(rest)
        rest = rest.dropFirst(count)
      }
    } catch {
      return lose(rest, because: error)
    }
    return nil
  }

  private func lose(_ lines: ArraySlice<UInt8>, because failure: KernelFailure) -> String {
    dropped += lines.count { $0 == UInt8(ascii: "\n") }
    reason = [EAGAIN, ENXIO, EPIPE].contains(failure.errno) ? "nobody reads them" : failure.reason
    // Whatever it was, it may be over when the file is opened again.
    if isFile { descriptor = nil }
    return reason
  }

  /// Sees to it that the open file is the one at the path.
  private func makeCurrent() throws(KernelFailure) {
    guard isFile else { return }
    if descriptor != nil, let identity, let present = try? FileIdentity(openedAt: name), present == identity { return }
    let opened = try Self.open(name)
    identity = try FileIdentity(of: opened)
    descriptor = consume opened
    isMidLine = false
  }

  /// Writes all of something short.
  private func write(_ bytes: ArraySlice<UInt8>) throws(KernelFailure) {
    var rest = bytes
    while !rest.isEmpty { rest = rest.dropFirst(try writeSome(rest)) }
  }

  /// Writes as much as can be written without waiting for long.
  private func writeSome(_ bytes: ArraySlice<UInt8>) throws(KernelFailure) -> Int {
    guard isFile else {
      // It may be blocking: a pipe that can be written takes 4,096 bytes, which every line has room in, at once.
      let newline = bytes.firstIndex(of: UInt8(ascii: "\n"))
      try waitForRoom()
      return try writeOnce(bytes.prefix(through: newline ?? bytes.endIndex - 1).prefix(4096)) ?? 0
    }
    if let count = try writeOnce(bytes) { return count }
    try waitForRoom()
    return try writeOnce(bytes) ?? 0
  }

  /// Writes what fits; `nil` if nothing does.
  private func writeOnce(_ bytes: ArraySlice<UInt8>) throws(KernelFailure) -> Int? {
    let outcome = bytes.withUnsafeBytes { buffer in
      Result { () throws(KernelFailure) in try descriptor?.write(buffer) ?? .wouldBlock }
    }
    guard case .bytes(let count) = try outcome.get() else { return nil }
    isMidLine = count > 0 ? bytes[bytes.startIndex + count - 1] != UInt8(ascii: "\n") : isMidLine
    return count
  }

  /// Waits until a descriptor can be written, but not again and again for one who does not read.
  private func waitForRoom() throws(KernelFailure) {
    var room = pollfd(fd: descriptor?.number ?? -1, events: Int16(POLLOUT), revents: 0)
    guard poll(&room, 1, isFailing ? 0 : Self.patience) == 1, room.revents & Int16(POLLOUT) != 0 else {
      throw KernelFailure(call: "poll", errno: EAGAIN)
    }
  }
}
