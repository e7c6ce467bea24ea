import Glibc
import Kernel

/// Processes whose end is waited for, each held so that its number cannot come to mean another.
final class DeathWatch {
  /// One process.
  private final class Entry {
    let member: ProcessTree.Member
    let commandLine: String
    let handle: ProcessHandle

    init(_ member: ProcessTree.Member, _ handle: consuming ProcessHandle) {
      self.member = member
      self.handle = handle
      commandLine = member.commandLine
    }
  }

  private var living: [Entry] = []
  private var known: Set<ProcessTree.Member> = []
  /// When the last of them was seen to have ended.
  private(set) var lastEnd: ContinuousClock.Instant?

  /// How many processes it has been given.
  var count: Int { known.count }

  /// Those that have not ended, in words.
  var survivors: [String] {
    living.map { "process \($0.member.pid), a child of \($0.member.parent): \($0.commandLine)" }
  }

  /// Holds a process, unless it is held already.
  func add(_ member: ProcessTree.Member) {
    guard known.insert(member).inserted else { return }
    // One that has just ended has no descriptor; it has ended within the time that is being measured.
    guard let handle = try? ProcessHandle(pid: member.pid), member.isAlive else {
      lastEnd = .now
      return
    }
    living.append(Entry(member, handle))
  }

  /// Sends SIGKILL to a process that is held.
  ///
  /// - Parameter member: The process.
  /// - Returns: Whether it was there to be killed.
  func kill(_ member: ProcessTree.Member) -> Bool {
    living.first { $0.member == member }?.handle.send(SIGKILL) ?? false
  }

  /// Sends SIGKILL to all that is held.
  func killAll() {
    for entry in living { entry.handle.send(SIGKILL) }
  }

  /// Waits until all have ended, or until a time.
  func wait(until deadline: ContinuousClock.Instant) {
    while !living.isEmpty {
      let left = Int32(((deadline - .now) / .milliseconds(1)).rounded(.up))
      guard left > 0 else { return }
      var waits = living.map { pollfd(fd: $0.handle.number, events: Int16(POLLIN), revents: 0) }
      guard poll(&waits, nfds_t(waits.count), left) > 0 else { continue }
      lastEnd = .now
      living = zip(living, waits).filter { $0.1.revents == 0 }.map(\.0)
    }
  }
}
