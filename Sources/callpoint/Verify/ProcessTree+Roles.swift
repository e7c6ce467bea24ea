import Foundation

/// Which process below a host is what.
extension ProcessTree {
  /// The processes that a kill may choose from at the moment.
  ///
  /// - Parameters:
  ///   - kill: The kill.
  ///   - host: The host.
  /// - Returns: The candidates; none if the host has not come so far.
  static func candidates(for kill: Kill, host: Int32) -> [Member] {
    let isBusy = kill.moment == .running
    switch kill.victim {
    case .host: return member(host).map { [$0] } ?? []
    case .guard: return guards(of: host)
    case .vm: return vms(of: host).filter { !isBusy || $0.commandLine.hasSuffix(" household") }
    case .template: return templates(of: host).filter { !isBusy || $0.commandLine.contains(" household ") }
    case .worker:
      return templates(of: host).flatMap { children(of: $0.pid) }.filter {
        !isBusy || $0.commandLine.hasSuffix(" household-family")
      }
    }
  }

  private static func guards(of host: Int32) -> [Member] {
    children(of: host).filter { $0.commandLine.contains("callpoint-guard") }
  }

  /// Those that have begun to run their program; before, they have the guard's environment.
  private static func vms(of host: Int32) -> [Member] {
    guards(of: host).flatMap { children(of: $0.pid) }.filter { $0.variable("CALLPOINT_TOKEN") != nil }
  }

  private static func templates(of host: Int32) -> [Member] {
    vms(of: host).flatMap { children(of: $0.pid) }.filter {
      $0.commandLine.hasPrefix("callpoint: ") && $0.commandLine.hasSuffix(" template")
    }
  }

  private static func children(of parent: Int32) -> [Member] { members(below: parent).filter { $0.parent == parent } }

  /// The processes between one and a root, the root not included.
  static func ancestors(of member: Member, below root: Int32) -> [Member] {
    var found: [Member] = []
    var parent = member.parent
    while parent > 1, parent != root, let next = Self.member(parent) {
      found.append(next)
      parent = next.parent
    }
    return found
  }
}
