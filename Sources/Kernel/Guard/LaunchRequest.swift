/// A process that the guard is to start.
package struct LaunchRequest: ~Copyable {
  /// The program: a path, or a name to be looked up in the `PATH` of `environment`.
  package let executable: String
  /// The arguments after the program's name, which is always `executable`.
  package let arguments: [String]
  /// The environment, to which the guard adds what it says of itself.
  package let environment: [String: String]
  /// The working directory; nil is the host's.
  package let directory: String?
  /// Descriptor 0; nil is `/dev/null`.
  package let standardInput: Descriptor?
  /// Descriptor 1.
  package let standardOutput: Descriptor
  /// Descriptor 2.
  package let standardError: Descriptor

  /// Describes a process; the descriptors are closed here once they are on their way.
  package init(
    executable: String, arguments: [String], environment: [String: String], directory: String? = nil,
    standardInput: consuming Descriptor? = nil, standardOutput: consuming Descriptor,
    standardError: consuming Descriptor
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
    self.standardInput = standardInput
    self.standardOutput = standardOutput
    self.standardError = standardError
  }

  /// Everything that is text, for the guard: NUL-terminated strings in the order of `guard_wire.h`.
  borrowing func plan(environment: [String: String]) -> [UInt8] {
    var plan: [UInt8] = []
    let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    for string in [executable, directory ?? "", executable] + arguments + variables {
      plan.append(contentsOf: string.utf8)
      plan.append(0)
    }
    return plan
  }
}

/// Names one launch until the guard has told its pid.
package struct LaunchID: Hashable, Sendable {
  let number: UInt64
}
