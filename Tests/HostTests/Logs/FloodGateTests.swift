import PythonVM
import Testing

@testable import Host

@Suite struct `Flood gate` {
  private let full = LogEvent(.refuse, ["callpoint": "action a", "kind": "busy", "reason": "1 waits"])

  @Test func `the first is told at once, and what follows within a second by its number`() {
    var gate = FloodGate()
    let first = gate.admits(full)
    let second = gate.admits(LogEvent(.refuse, ["callpoint": "action a", "kind": "busy", "reason": "2 wait"]))
    let third = gate.admits(LogEvent(.refuse, ["callpoint": "action a", "kind": "busy", "reason": "3 wait"]))
    #expect(first && !second && !third)
    let told = gate.pass()
    #expect(told.map(\.text) == [#"refuse callpoint="action a" kind=busy reason="3 wait" times=2"#])
    #expect(gate.isOpen)
    let quiet = gate.pass()
    #expect(quiet.isEmpty && !gate.isOpen)
    let again = gate.admits(full)
    #expect(again)
  }

  @Test func `each kind has its own number`() {
    var gate = FloodGate()
    let other = LogEvent(.refuse, ["callpoint": "action b", "kind": "busy", "reason": "1 waits"])
    let admitted = [gate.admits(full), gate.admits(other), gate.admits(full), gate.admits(other), gate.admits(other)]
    #expect(admitted == [true, true, false, false, false])
    #expect(gate.pass().map { $0["times"] } == ["1", "2"])
  }
}
