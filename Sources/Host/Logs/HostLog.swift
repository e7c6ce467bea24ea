import Foundation
import Glibc
import Kernel
import PythonVM

/// The logs that the host writes: what its processes print, and what happens to processes and requests.
///
/// Neither ever makes the caller wait. Owner: the reactor's thread.
final class HostLog {
  private let writer: LogWriter
  private let reactor: Reactor
  private var gate = FloodGate()

  /// Names the files, and tries whether they can be written.
  ///
  /// - Parameters:
  ///   - prefix: The first part of the VMs' log files; what they print is in `prefix.log`, and what happens in
  ///     `callpoint.log` beside it.
  ///   - reactor: Where the timer runs that ends the pause of a flood.
  /// - Throws: An error that names the file and the reason.
  init(prefix: String, reactor: Reactor) throws {
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
    self.reactor = reactor
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

  /// Logs that somebody was refused something, who may try again at once and without end: at most once a second, with
  /// the number of times.
  func refuse(_ fields: LogEvent.Fields) {
    let event = LogEvent(.refuse, fields)
    let wasOpen = gate.isOpen
    if gate.admits(event) { write(event) }
    if !wasOpen { watchGate() }
  }

  private func watchGate() {
    reactor.after(.seconds(1)) { [weak self] in
      guard let self else { return }
      for event in gate.pass() { write(event) }
      if gate.isOpen { watchGate() }
    }
  }

  /// Adds a line that a process has printed: `l3vpn[4711] service l3vpn :: text`.
  func add(_ text: ArraySlice<UInt8>, from process: String) { writer.add(text, from: process, to: .output) }

  /// Opens the files anew, for whoever has renamed them.
  func reopen() { writer.reopen() }

  /// Writes what waits; a disk that makes us wait does so for a second at most.
  func finish() {
    for event in gate.pass() { write(event) }
    writer.finish(within: .seconds(1))
  }

  /// The line of an event that happens now, with its newline.
  static func line(_ event: LogEvent) -> [UInt8] { Array("\(WallTime.now().text) \(event.text)\n".utf8) }
}
