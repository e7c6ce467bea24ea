import CLinux
import Glibc

/// The temporary directories of started processes: one for each, below one for the host.
///
/// What a process leaves there when it is killed goes with its directory. The host's own directory is locked while the
/// host lives: so a later host knows what nobody needs any more, and systemd's cleaning of old files leaves it alone.
final class ScratchDirectories {
  /// The host's directory, if it could be made.
  private(set) var base: String?

  private let parent: String
  private let reactor: Reactor
  private var lock: Descriptor?
  private var next = 1
  /// What is to be removed, with the number of vain tries.
  private var doomed: [(path: String, tries: Int)] = []

  /// The names of the hosts' directories begin so.
  private static let prefix = "callpoint-tmp."
  /// The longest path of a parent: a socket's path has 107 bytes, and multiprocessing puts 32 of its own behind ours.
  private static let longestParent = 48
  /// How many files are removed in one go, so that nobody else has to wait.
  private static let batch = 256
  /// A process that is being killed may write on for a moment.
  private static let mostTries = 100

  /// Makes the host's directory, and removes those of hosts that are gone.
  ///
  /// - Parameters:
  ///   - parent: The system's temporary directory; `/tmp` takes the place of one whose path is too long.
  ///   - reactor: Where directories are removed, a little at a time.
  init(below parent: String, reactor: Reactor) {
    self.parent = parent.utf8.count > Self.longestParent ? "/tmp" : parent
    self.reactor = reactor
    removeLeftovers()
    // A failure is told by the first process that is to have a directory.
    try? makeBase()
  }

  /// Makes a directory for one process.
  func make() throws(KernelFailure) -> String {
    if base == nil { try makeBase() }
    do {
      return try makeNext()
    } catch  where error.errno == ENOENT {
      // Somebody has removed the host's directory.
      try makeBase()
      return try makeNext()
    }
  }

  private func makeNext() throws(KernelFailure) -> String {
    let path = "\(base ?? parent)/\(next)"
    next += 1
    try checked("mkdir \(path)") { mkdir(path, 0o700) }
    return path
  }

  /// Removes a directory with all that is in it, by and by.
  func remove(_ path: String) {
    doomed.append((path, 0))
    if doomed.count == 1 { reactor.defer { [weak self] in self?.removeSome() } }
  }

  /// Removes the host's directory with all that is in it, now.
  func removeAll() {
    doomed.removeAll()
    if let base { _ = clinux_remove_tree(base, .max) }
    base = nil
    lock = nil
  }

  private func makeBase() throws(KernelFailure) {
    var template = Array("\(parent)/\(Self.prefix)XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw .last("making a directory in \(parent)") }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let directory = try Descriptor.open(path, flags: O_RDONLY | O_DIRECTORY)
    try checked("locking \(path)") { flock(directory.number, LOCK_SH | LOCK_NB) }
    lock = consume directory
    base = path
  }

  private func removeSome() {
    guard var first = doomed.first else { return }
    var pause = Duration.zero
    switch clinux_remove_tree(first.path, Self.batch) {
    case 0: doomed.removeFirst()
    case 1: break
    default:
      // Somebody writes on, or it cannot be removed at all: then it stays until the host's end.
      first.tries += 1
      doomed.removeFirst()
      if first.tries < Self.mostTries { doomed.append(first) }
      pause = .milliseconds(20)
    }
    guard !doomed.isEmpty else { return }
    reactor.after(pause) { [weak self] in self?.removeSome() }
  }

  /// Finds the directories of hosts that were killed together with their guards.
  private func removeLeftovers() {
    guard let entries = opendir(parent) else { return }
    defer { closedir(entries) }
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard name.hasPrefix(Self.prefix) else { continue }
      let path = "\(parent)/\(name)"
      var status = stat()
      guard lstat(path, &status) == 0, status.st_uid == geteuid(), status.st_mode & S_IFMT == S_IFDIR,
        let directory = try? Descriptor.open(path, flags: O_RDONLY | O_DIRECTORY | O_NOFOLLOW),
        flock(directory.number, LOCK_EX | LOCK_NB) == 0
      else { continue }
      remove(path)
    }
  }
}
