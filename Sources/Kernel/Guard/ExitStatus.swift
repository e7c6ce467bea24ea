import Glibc

/// How a process ended.
package enum ExitStatus: Hashable, Sendable, CustomStringConvertible {
  /// It left with this status.
  case exited(Int32)
  /// This signal ended it.
  case signalled(Int32)

  /// From the status of the wire: minus the signal if a signal ended it.
  package init(wire value: Int32) {
    self = value < 0 ? .signalled(-value) : .exited(value)
  }

  package var description: String {
    switch self {
    case .exited(let status): "exit status \(status)"
    case .signalled(let signal): "signal \(signal)" + (strsignal(signal).map { " (\(String(cString: $0)))" } ?? "")
    }
  }
}
