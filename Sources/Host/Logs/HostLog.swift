import Glibc

/// One line on standard error for each thing that the host does to a process, with the reason.
enum HostLog {
  /// Writes a line: the time and the text.
  ///
  /// Where nobody reads, the line is lost: the host must not wait for whoever started it.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - descriptor: Where to write.
  static func write(_ text: String, to descriptor: Int32 = STDERR_FILENO) {
    // A pipe that can be written takes 4,096 bytes at least without waiting.
    let line = Array("\(timestamp()) callpoint: \(text)".utf8.prefix(4000)) + [UInt8(ascii: "\n")]
    var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&room, 1, 0) == 1 else { return }
    line.withUnsafeBytes { buffer in
      _ = Glibc.write(descriptor, buffer.baseAddress, buffer.count)
    }
  }

  private static func timestamp() -> String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var parts = tm()
    localtime_r(&now.tv_sec, &parts)
    let date = "\(parts.tm_year + 1900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
    let time = "\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))"
    let milliseconds = String(1000 + now.tv_nsec / 1_000_000).dropFirst()
    return "\(date) \(time).\(milliseconds)"
  }

  private static func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
