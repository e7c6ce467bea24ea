import Glibc
import Kernel
import Testing

@Suite struct `The guard` {
  @Test func `tells how a process ended`() throws {
    let family = try Family()
    _ = try family.launch("exit 3")
    _ = try family.launch("kill -TERM $$")
    family.runUntil { family.exits.count == 2 }
    #expect(Set(family.exits.values) == [.exited(3), .signalled(SIGTERM)])
  }

  @Test func `says first whether children die with their parent`() throws {
    let family = try Family()
    family.runUntil { !family.events.isEmpty }
    #expect(family.events == [.probed(parentDeathSignalWorks: true)])
  }

  @Test func `can be told to do without the parent-death signal`() throws {
    let family = try Family(usesParentDeathSignal: false)
    family.runUntil { !family.events.isEmpty }
    #expect(family.events == [.probed(parentDeathSignalWorks: false)])
  }

  @Test func `names the step and the error of a launch that fails`() throws {
    let family = try Family()
    let missing = try family.launch(executable: "/no/such/program")
    let unlisted = try family.launch(executable: "no-such-program")
    let forbidden = try family.launch(executable: "/dev/null")
    let nowhere = try family.launch("exit 0", directory: "/no/such/directory")
    family.runUntil { family.events.count == 5 }
    #expect(
      family.events.dropFirst() == [
        .failed(missing, step: .execute, errno: ENOENT),
        .failed(unlisted, step: .execute, errno: ENOENT),
        .failed(forbidden, step: .execute, errno: EACCES),
        .failed(nowhere, step: .directory, errno: ENOENT),
      ])
  }
}
