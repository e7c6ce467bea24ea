import PythonVM

/// The options and operands of one invocation.
struct ParsedArguments {
  /// The command they belong to.
  let command: String
  /// The options in the order in which they were given; a flag's value is empty.
  var options: [(name: String, value: String)] = []
  /// The positional arguments.
  var operands: [String] = []

  /// Whether a flag was given.
  func has(_ option: String) -> Bool { options.contains { $0.name == option } }

  /// The value of an option that may be given once.
  func value(_ option: String) -> String? { options.last { $0.name == option }?.value }

  /// The values of an option that may be given several times.
  func all(_ option: String) -> [String] { options.filter { $0.name == option }.map(\.value) }

  /// The value of an option that is a number of seconds above 0.
  func seconds(_ option: String) throws(UsageError) -> Duration? {
    guard let text = value(option) else { return nil }
    guard let seconds = Double(text), seconds > 0, seconds.isFinite else {
      throw UsageError("\(option) wants a number of seconds above 0, not '\(text)'", command: command)
    }
    return .chosen(seconds: seconds)
  }

  /// The value of an option that is a whole number within limits.
  func integer(_ option: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = value(option) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw UsageError(
        "\(option) wants a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'", command: command)
    }
    return number
  }
}

/// An invocation that makes no sense; the exit status is 2.
struct UsageError: Error {
  /// What is wrong, as a sentence without a full stop.
  let message: String
  /// The command whose help tells more.
  let command: String?

  /// Creates an error.
  init(_ message: String, command: String? = nil) {
    self.message = message
    self.command = command
  }
}
