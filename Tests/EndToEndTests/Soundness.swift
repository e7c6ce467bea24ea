import Foundation
import JSON
import Testing

@testable import callpoint

/// A host that was sound once, and must be so again after whatever a test does to it.
///
/// Made by ``RunningHost/soundness(_:)`` before the fault; ``assertRecovered(sourceLocation:)`` comes after it.
struct Soundness {
  private let host: RunningHost
  private let calls: () throws -> Void
  private let before: Picture

  fileprivate init(_ host: RunningHost, _ calls: @escaping () throws -> Void) throws {
    self.host = host
    self.calls = calls
    try calls()
    var before = try Picture(host)
    // A process that ends and one that has just begun are in no picture that is worth comparing with.
    try host.wait(
      until: {
        let now = try Picture(host)
        defer { before = now }
        return now.isAtRest && now.differences(from: before).isEmpty
      }, "the host does not come to rest before the fault")
    self.before = before
  }

  /// Checks that the host is what it was: the next request on every callpoint succeeds, the same processes run in the
  /// same places and no others, none is a zombie, and the host holds no descriptor more or less.
  ///
  /// - Parameters:
  ///   - clients: How many connections the test has opened since and still holds.
  ///   - sourceLocation: Where the test is.
  /// - Throws: What a request throws.
  func assertRecovered(clients: Int = 0, sourceLocation: SourceLocation = #_sourceLocation) throws {
    try calls()
    var differences: [String] = []
    let end = ContinuousClock.now + .seconds(60)
    repeat {
      var now = try Picture(host)
      now.ownerlessSockets -= clients
      differences = now.differences(from: before) + now.zombies.map { "a zombie: \($0)" }
      if !now.isServing { differences.append("not everything runs: \(now.status.text)") }
      if differences.isEmpty { return }
      // Nothing announces that all is well, and the processors are for the host.
      usleep(5000)
    } while ContinuousClock.now < end
    Issue.record("\(differences.joined(separator: "\n"))", sourceLocation: sourceLocation)
  }
}

extension RunningHost {
  /// Remembers how the host looks now that it is sound.
  ///
  /// - Parameter calls: One request on every callpoint that the test has; made now, and again after the fault.
  /// - Returns: What is compared with afterwards.
  /// - Throws: What a request throws.
  func soundness(_ calls: @escaping () throws -> Void) throws -> Soundness { try Soundness(self, calls) }
}

/// What can be seen of a host from outside at one moment.
private struct Picture {
  /// What `status` says.
  let status: JSONValue
  /// The processes below the host, each with its parent: what they are and not which, so that successors look alike.
  private var processes: [String: Int] = [:]
  /// The host's descriptors by kind, but for sockets.
  private var descriptors: [String: Int] = [:]
  /// How many sockets each process has that has any.
  private var sockets: [String: Int] = [:]
  /// How many more sockets the host has than all processes below it.
  fileprivate(set) var ownerlessSockets = 0
  /// Processes that have ended and that nobody has reaped.
  private(set) var zombies: [String] = []

  init(_ host: RunningHost) throws {
    // With the second answer the host has seen the end of every connection that was closed before.
    var client = try host.connect()
    _ = try client.call("status")
    status = try client.call("status")
    let members = ProcessTree.members(below: host.process.pid)
    let names = Dictionary(members.map { ($0.pid, $0.commandLine) }, uniquingKeysWith: { $1 })
    for member in members {
      if member.isZombie { zombies.append("\(member.pid), a child of \(member.parent)") }
      processes["\(names[member.pid] ?? "") below \(names[member.parent] ?? "the host")", default: 0] += 1
      let count = Self.descriptors(of: member.pid).count(where: Self.isSocket)
      if count > 0 { sockets["\(member.pid) \(names[member.pid] ?? "")"] = count }
    }
    let own = Self.descriptors(of: host.process.pid)
    for descriptor in own where !Self.isSocket(descriptor) {
      // Of a file that the test process had open when it started the host, the name may go.
      descriptors[descriptor.replacing(/\[\d+\]| \(deleted\)$/, with: ""), default: 0] += 1
    }
    // A connection has a descriptor for each direction.
    ownerlessSockets = Set(own.filter(Self.isSocket)).count - sockets.values.reduce(0, +)
  }

  /// Whether every VM and every worker serves that is not stopped or failed.
  var isServing: Bool {
    (status["vms"]?.array ?? []).allSatisfy { vm in
      let callpoints = vm["callpoints"]?.array ?? []
      let states = callpoints.flatMap { $0["workers"]?.array ?? [] } + [vm]
      return states.allSatisfy { !["starting", "stopping"].contains($0["state"]?.string ?? "") }
    }
  }

  /// Whether nothing begins or ends.
  var isAtRest: Bool { isServing && zombies.isEmpty }

  /// What is not as it was, in words.
  func differences(from before: Picture) -> [String] {
    var differences: [String] = []
    for (what, now, then) in [
      ("processes", processes, before.processes), ("descriptors of the host", descriptors, before.descriptors),
    ] {
      for name in Set(now.keys).union(then.keys).sorted() where now[name] != then[name] {
        differences.append("\(what): \(now[name] ?? 0) instead of \(then[name] ?? 0): \(name)")
      }
    }
    // How many threads have opened a connection is chance, but each must belong to somebody.
    let more = ownerlessSockets - before.ownerlessSockets
    if more > 0 {
      differences.append("\(more) connections of the host belong to nobody: \(sockets), before: \(before.sockets)")
    }
    return differences
  }

  private static func descriptors(of pid: Int32) -> [String] {
    let directory = "/proc/\(pid)/fd"
    // One that is gone has none; one that closes while we look is not counted.
    return ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).compactMap {
      try? FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\($0)")
    }
  }

  private static func isSocket(_ descriptor: String) -> Bool { descriptor.hasPrefix("socket:") }
}
