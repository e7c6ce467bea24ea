import Glibc

/// One line on standard error for each thing that the host does to a process, with the reason.
enum HostLog {
  /// Writes a line: the time and the text.
  static func write(_ text: String) {
    let line = Array("\(timestamp()) callpoint: \(text)\n".utf8)
    line.withUnsafeBytes { buffer in
      // Whoever closed standard error does not want to know.
      _ = Glibc.write(STDERR_FILENO, buffer.baseAddress, buffer.count)
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
