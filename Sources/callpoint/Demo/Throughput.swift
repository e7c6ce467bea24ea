import JSON

/// How many calls a host answers in a second.
struct Throughput {
  /// The calls, used in turn.
  let calls: [(path: String, input: JSONObject)]
  /// How many are on their way at a time.
  let inFlight: Int
  /// How long to measure.
  let duration: Duration

  /// Calls over one connection for the duration.
  ///
  /// - Parameter socketPath: The host's control socket.
  /// - Returns: The number of answers a second.
  /// - Throws: The first error that the host answers.
  func measure(_ socketPath: String) throws -> Double {
    var client = try ControlClient(path: socketPath)
    var sent = 0
    var answered = 0
    let start = ContinuousClock.now
    let end = start + duration
    while sent < inFlight {
      try send(&client, sent)
      sent += 1
    }
    while answered < sent {
      _ = try client.receive().result.get()
      answered += 1
      if ContinuousClock.now < end {
        try send(&client, sent)
        sent += 1
      }
    }
    return Double(answered) / ((ContinuousClock.now - start) / .seconds(1))
  }

  private func send(_ client: inout ControlClient, _ number: Int) throws {
    let call = calls[number % calls.count]
    _ = try client.send("action", ["path": .string(call.path), "input": .object(call.input)])
  }
}
