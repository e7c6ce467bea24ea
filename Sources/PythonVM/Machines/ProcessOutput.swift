import Kernel

/// What a process and its children print: our end of the pipe that is their descriptors 1 and 2.
///
/// Owner: the reactor's thread. The pipe is always read, so that nobody who prints waits for a log. A process whose
/// output is dropped gets an error when it prints on.
final class ProcessOutput {
  private var reader: LineReader?
  private var name = ""

  /// What is printed without a newline is cut after so many bytes.
  private static let longestLine = 64 << 10

  /// Takes the pipe's read end, which is not read yet.
  ///
  /// - Parameters:
  ///   - end: The read end.
  ///   - reactor: Where it is watched.
  ///   - printed: Called with the name of the process and each line.
  /// - Throws: ``KernelFailure`` if the pipe cannot be watched.
  init(
    _ end: consuming Descriptor, reactor: Reactor, printed: @escaping (String, ArraySlice<UInt8>) -> Void
  ) throws(KernelFailure) {
    reader = try LineReader(
      end, reactor: reactor, maximumLineLength: Self.longestLine, longLines: .cut, isPaused: true,
      onLine: { [unowned self] in printed(name, $0) }, onEnd: { _ in })
  }

  /// Begins to read when it is known which process prints.
  func begin(as name: String) {
    self.name = name
    reader?.resume()
  }

  /// Reads what has been printed up to now, and nothing that comes later.
  func end() {
    reader?.readRestAndClose()
    reader = nil
  }
}
