import Testing

@testable import PythonVM

@Suite struct `Who reads on` {
  @Test func `another thread takes over at once from a callback that waits`() {
    var patience = Patience(callpoints: 2)
    #expect(patience.interval == .milliseconds(2))
    #expect(patience.ranOut(computes: false, running: 1) == .takeOver(waits: true))
    #expect(patience.ranOut(computes: false, running: 1) == .takeOver(waits: true))
  }

  @Test func `one that computes is given some time, and then not said to wait`() {
    var patience = Patience(callpoints: 2)
    var given = Duration.zero
    given += patience.interval
    #expect(patience.ranOut(computes: true, running: 1) == .none)
    given += patience.interval
    #expect(patience.ranOut(computes: true, running: 1) == .takeOver(waits: false))
    #expect(given == .milliseconds(6))
    #expect(patience.interval == .milliseconds(2))
  }

  @Test func `where all callbacks are of one callpoint, one that computes is given more time`() {
    var patience = Patience(callpoints: 1)
    var given = Duration.zero
    repeat { given += patience.interval } while patience.ranOut(computes: true, running: 1) == .none
    #expect(given >= .milliseconds(100) && given < .milliseconds(150))
  }

  @Test func `the one that reads may wait while another computes, and is left soon`() {
    var patience = Patience(callpoints: 1)
    var given = Duration.zero
    repeat { given += patience.interval } while patience.ranOut(computes: true, running: 2) == .none
    #expect(given == .milliseconds(6))
  }

  @Test func `one that computes for long and then waits is found within a moment`() {
    var patience = Patience(callpoints: 1)
    for _ in 0..<8 { #expect(patience.ranOut(computes: true, running: 1) == .none) }
    #expect(patience.interval <= .milliseconds(16))
    #expect(patience.ranOut(computes: false, running: 1) == .takeOver(waits: true))
  }

  @Test func `a callback that first computes and then waits is left as soon as it shows`() {
    var patience = Patience(callpoints: 2)
    #expect(patience.ranOut(computes: true, running: 1) == .none)
    #expect(patience.ranOut(computes: false, running: 1) == .takeOver(waits: true))
  }

  @Test func `a reply begins it anew`() {
    var patience = Patience(callpoints: 2)
    #expect(patience.ranOut(computes: true, running: 1) == .none)
    patience.progressed()
    #expect(patience.interval == .milliseconds(2))
  }
}
