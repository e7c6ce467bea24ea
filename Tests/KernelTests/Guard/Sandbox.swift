import Glibc
import Kernel
import TestSupport

/// A system without a parent-death signal, as some containers are: a program that forbids it and becomes the guard.
final class Sandbox {
  private let directory = TemporaryDirectory()

  /// The program.
  let guardExecutable: String

  /// Forbids the call with an error, or with 0 lets it seem to succeed.
  init(parentDeathSignalFailsWith errno: Int32) throws {
    guardExecutable = directory.path + "/sandboxed-guard"
    let script = programWithoutDeathSignal(failingWith: errno, executable: BuiltProducts.guardExecutable)
    let file = try Descriptor.open(guardExecutable, flags: O_CREAT | O_WRONLY, mode: 0o700)
    _ = try Array(script.utf8).withUnsafeBytes { try file.write($0) }
  }
}
