/// When the requests of one run are sent; times count from its beginning.
///
/// A closed loop sends a request for each answer, so that there are always as many on their way. In an open loop, with a
/// rate, every request is due at a time that is fixed from the start, whatever becomes of the others: one that has to wait
/// because as many as may be are on their way is sent late, and its latency counts from when it was due. Otherwise a slow
/// answer would keep away the very requests that it would have made slow.
struct LoadSchedule {
  /// The most requests that are on their way at a time.
  let parallel: Int
  /// For how long requests are sent.
  let duration: Duration
  /// How many become due in a second; `nil` for a closed loop.
  let rate: Double?
  /// How many have been sent.
  private(set) var sent = 0
  /// How many have been sent and not been answered.
  private(set) var inFlight = 0

  /// Creates a schedule of which nothing has been sent.
  init(parallel: Int, duration: Duration, rate: Double? = nil) {
    self.parallel = parallel
    self.duration = duration
    self.rate = rate
  }

  /// Takes out the next request that is to be sent.
  ///
  /// - Parameter now: The time.
  /// - Returns: When it was due; `nil` if none is to be sent now.
  mutating func next(at now: Duration) -> Duration? {
    guard inFlight < parallel, now < end else { return nil }
    let due = dueTime(of: sent) ?? now
    guard due <= now, rate == nil || due < duration else { return nil }
    sent += 1
    inFlight += 1
    return due
  }

  /// When the next request becomes due, if nothing but the time keeps it from being sent.
  var nextDue: Duration? {
    guard inFlight < parallel, let due = dueTime(of: sent), due < duration else { return nil }
    return due
  }

  /// Takes note of an answer.
  mutating func answered() {
    precondition(inFlight > 0, "there is nothing to be answered")
    inFlight -= 1
  }

  /// Whether nothing is on its way and nothing will be sent.
  ///
  /// - Parameter now: The time.
  /// - Returns: Whether the run is over.
  func isOver(at now: Duration) -> Bool {
    guard inFlight == 0 else { return false }
    return now >= end || dueTime(of: sent).map { $0 >= duration } ?? false
  }

  /// How many requests have become due and were not sent, at the end of a run.
  var unsent: Int {
    guard let rate else { return 0 }
    return max(0, Int((duration / .seconds(1) * rate).rounded(.up)) - sent)
  }

  /// When no more is sent: what was due in time may be late, but not for ever.
  private var end: Duration { rate == nil ? duration : duration * 2 }

  private func dueTime(of number: Int) -> Duration? {
    rate.map { .seconds(Double(number) / $0) }
  }
}
