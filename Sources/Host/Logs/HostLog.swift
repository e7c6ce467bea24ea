import Foundation
import Glibc
import Kernel
import PythonVM

/// The logs that the host writes: what its processes print, and what happens to processes and requests.
///
/// Neither ever makes the caller wait. Owner: the reactor's thread.
final class HostLog {
  private let writer: LogWriter

  /// Names the files, and tries whether they can be written.
  ///
  /// - Parameter prefix: The first part of the VMs' log files; what they print is in `prefix.log`, and what happens in
  ///   `callpoint.log` beside it.
  /// - Throws: An error that names the file and the reason.
  init(prefix: String) throws {
    let output = prefix + ".log"
    let events = URL(fileURLWithPath: prefix).deletingLastPathComponent().appendingPathComponent("callpoint.log").path
    for path in [output, events] {
      do throws(KernelFailure) {
        _ = try LogDestination.open(path)
      } catch {
        // A pipe may get a reader later.
        guard error.errno == ENXIO else { throw error }
      }
    }
    writer = LogWriter(output: output, events: events)
  }

  /// Starts the thread that writes; what was logged before waits for it.
  func start() throws(KernelFailure) { try writer.start() }

  /// Logs what happened.
  func write(_ event: LogEvent) {
    let line = Self.line(event).dropLast()
    writer.add(line, to: .events)
    writer.add(line, to: .standardError)
  }

  /// Logs what happened.
  func write(_ word: LogEvent.Word, _ fields: LogEvent.Fields = [:]) { write(LogEvent(word, fields)) }

  /// Adds a line that a process has printed: `l3vpn[4711] service l3vpn :: text`.
  func add(_ text: ArraySlice<UInt8>, from process: String) { writer.add(text, from: process, to: .output) }

  /// Opens the files anew, for whoever has renamed them.
  func reopen() { writer.reopen() }

  /// Writes what waits; a disk that makes us wait does so for a second at most.
  func finish() { writer.finish(within: .seconds(1)) }

  /// The line of an event that happens now, with its newline.
  static func line(_ event: LogEvent) -> [UInt8] { Array("\(WallTime.now().text) \(event.text)\n".utf8) }
}
