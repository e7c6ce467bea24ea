/// A level of a VM's log, with the names that NSO and Python share.
package enum LogLevel: String, Hashable, Sendable {
  case debug
  case info
  case warning
  case error
  case critical

  /// Reads a level as a user writes it: `info`, or `level-info` as NSO's model has it.
  package init?(_ text: String) {
    self.init(rawValue: text.hasPrefix("level-") ? String(text.dropFirst(6)) : text)
  }
}
