import Foundation
import Synchronization

/// A directory that is removed, with all that is in it, when nobody holds it any more, or when the process exits.
final class TemporaryDirectory {
  let path: String

  /// Those that are held: what calls `exit` lets nothing go.
  private static let held = Mutex<Set<String>>([])
  private static let removesAtExit: Void = {
    atexit { TemporaryDirectory.held.withLock { $0 }.forEach(TemporaryDirectory.remove) }
  }()

  init() {
    var template = Array("/tmp/callpoint-kernel-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "no temporary directory: errno \(errno)")
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    Self.held.withLock { [path] in _ = $0.insert(path) }
    Self.removesAtExit
  }

  deinit {
    Self.held.withLock { [path] in _ = $0.remove(path) }
    Self.remove(path)
  }

  /// The guard of a host that was killed may be removing what is in it at the same time.
  private static func remove(_ path: String) {
    for _ in 0..<100 {
      try? FileManager.default.removeItem(atPath: path)
      guard FileManager.default.fileExists(atPath: path) else { return }
      usleep(10_000)
    }
  }
}
