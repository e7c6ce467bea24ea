import Testing

@testable import Kernel

@Suite struct `Staying awake` {
  @Test func `is worthwhile after a series of brief waits`() {
    var busyWait = BusyWait()
    for _ in 0..<BusyWait.series {
      #expect(!busyWait.isWorthwhile)
      busyWait.note(nanoseconds: BusyWait.brief - 1)
    }
    #expect(busyWait.isWorthwhile)
    busyWait.note(nanoseconds: 0)
    #expect(busyWait.isWorthwhile)
  }

  @Test func `ends with one that is not brief, and takes a whole series again`() {
    var busyWait = BusyWait()
    for _ in 0..<2 * BusyWait.series { busyWait.note(nanoseconds: 1) }
    busyWait.note(nanoseconds: BusyWait.brief)
    for _ in 0..<BusyWait.series {
      #expect(!busyWait.isWorthwhile)
      busyWait.note(nanoseconds: 1)
    }
    #expect(busyWait.isWorthwhile)
  }
}
