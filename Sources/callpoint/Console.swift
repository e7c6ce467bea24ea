import Glibc

/// The tool's standard output and standard error, unbuffered, so that a pipe's reader sees each line at once.
enum Console {
  /// Prints a line on standard output.
  static func print(_ line: String) { write(line + "\n", to: STDOUT_FILENO) }

  /// Prints a line on standard error.
  static func error(_ line: String) { write(line + "\n", to: STDERR_FILENO) }

  /// Prints a piece of a line that changes on standard error.
  static func progress(_ text: String) { write(text, to: STDERR_FILENO) }

  /// Whether somebody sees standard error at once.
  static var isErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  private static func write(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let count = Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
        if count < 0, errno == EINTR { continue }
        // A reader that has gone away ends the output and nothing else.
        guard count > 0 else { return }
        written += count
      }
    }
  }
}
