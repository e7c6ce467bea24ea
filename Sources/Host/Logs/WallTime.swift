import Glibc

/// A time of day, as logs and `status` write it.
struct WallTime: Sendable {
  /// Since 1970.
  let milliseconds: Int64

  /// The present time.
  static func now() -> WallTime {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return WallTime(milliseconds: Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000)
  }

  /// The time so long before this one.
  static func - (time: WallTime, span: Duration) -> WallTime {
    WallTime(milliseconds: time.milliseconds - Int64(span / .milliseconds(1)))
  }

  /// RFC 3339, in UTC and to the millisecond: `2026-11-23T10:35:38.123Z`.
  var text: String {
    var seconds = time_t(milliseconds / 1000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let date = "\(parts.tm_year + 1900)-\(Self.padded(parts.tm_mon + 1))-\(Self.padded(parts.tm_mday))"
    let time = "\(Self.padded(parts.tm_hour)):\(Self.padded(parts.tm_min)):\(Self.padded(parts.tm_sec))"
    return "\(date)T\(time).\(String(1000 + milliseconds % 1000).dropFirst())Z"
  }

  private static func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
