import Testing

@testable import Host

@Suite struct `Wall time` {
  @Test func `a time is written in UTC, to the millisecond`() throws {
    let text = WallTime.now().text
    #expect(text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
    #expect((WallTime(milliseconds: 1_700_000_000_045)).text == "2023-11-14T22:13:20.045Z")
    #expect((WallTime(milliseconds: 1_700_000_000_045) - .milliseconds(50)).text == "2023-11-14T22:13:19.995Z")
  }
}
