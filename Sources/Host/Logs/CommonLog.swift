import Foundation
import Kernel

/// A log file that several writers share: opened for appending, one write a line.
///
/// Owner: the reactor's thread. The common log of the VMs has a line for each line that a VM wrote on its standard
/// output or standard error.
final class CommonLog {
  private let path: String
  private let output: Descriptor

  /// Opens the file, and makes its directory if it is missing.
  ///
  /// - Parameter path: The file.
  /// - Throws: An error that names the file.
  init(path: String) throws {
    self.path = path
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    output = try Descriptor.open(path, flags: O_WRONLY | O_CREAT | O_APPEND, mode: 0o644)
  }

  /// Adds a line `VM :: text`.
  func add(_ text: some Sequence<UInt8>, from vm: String) {
    var line = Array("\(vm) :: ".utf8)
    line += text
    line.append(UInt8(ascii: "\n"))
    line.withUnsafeBytes { buffer in
      // A full disk loses the line and nothing else.
      _ = write(output.number, buffer.baseAddress, buffer.count)
    }
  }
}
