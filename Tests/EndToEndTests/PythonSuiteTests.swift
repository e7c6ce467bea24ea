import Testing

@Suite struct `Python runtime` {
  @Test func `its own test suite passes`() throws {
    let outcome = try Tool.run(
      "/usr/bin/env",
      ["python3", "-W", "error", "-m", "unittest", "discover", "-s", "python/tests", "-t", "python"],
      directory: RunningHost.root)
    #expect(outcome.status == 0, Comment(rawValue: outcome.errors))
  }
}
