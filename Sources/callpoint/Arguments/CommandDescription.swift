/// What a subcommand takes: the source of both its parser and its help.
struct CommandDescription {
  /// An option that takes a value, or a flag.
  struct Option {
    /// The name with its dashes, such as `--socket`.
    let name: String
    /// What its value is called in the help; `nil` for a flag.
    let value: String?
    /// One or two lines of help.
    let help: String
    /// Whether it may be given several times.
    var isRepeatable = false
  }

  /// The word after `callpoint`.
  let name: String
  /// The positional arguments as the help shows them.
  let operands: String
  /// How many positional arguments are allowed.
  let operandCount: ClosedRange<Int>
  /// One line for the overview.
  let summary: String
  /// What the command does, for its own help.
  let discussion: String
  /// The options, in the order of the help.
  let options: [Option]

  /// The help of this command.
  var help: String {
    var lines = [
      "usage: callpoint \(name)\(options.isEmpty ? "" : " [OPTION...]")\(operands.isEmpty ? "" : " \(operands)")", "",
    ]
    lines += [discussion, ""]
    if !options.isEmpty {
      lines.append("options:")
      let width = options.map { Self.label($0).count }.max() ?? 0
      for option in options {
        let help = option.help.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in help.enumerated() {
          let label = index == 0 ? Self.label(option) : ""
          lines.append("  " + label + String(repeating: " ", count: width - label.count + 2) + line)
        }
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func label(_ option: Option) -> String {
    guard let value = option.value else { return option.name }
    return "\(option.name) \(value)"
  }

  /// Reads the arguments that follow the command's name.
  ///
  /// - Parameter arguments: The arguments. `--` ends the options; `-` alone is an operand.
  /// - Returns: The options and operands.
  /// - Throws: ``UsageError`` that names the argument at fault.
  func parse(_ arguments: [String]) throws(UsageError) -> ParsedArguments {
    var parsed = ParsedArguments(command: name)
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        parsed.operands += rest
        break
      }
      guard argument.hasPrefix("-"), argument != "-" else {
        parsed.operands.append(argument)
        continue
      }
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let option = options.first(where: { $0.name == parts[0] }) else {
        throw UsageError("'callpoint \(name)' has no option \(parts[0])", command: name)
      }
      if !option.isRepeatable, parsed.has(option.name) {
        throw UsageError("\(option.name) is given twice", command: name)
      }
      switch (option.value, parts.count) {
      case (nil, 1): parsed.options.append((option.name, ""))
      case (nil, _): throw UsageError("\(option.name) takes no value", command: name)
      case (_, 2): parsed.options.append((option.name, parts[1]))
      case (let value?, _):
        guard let next = rest.popFirst() else {
          throw UsageError("\(option.name) needs a value: \(option.name) \(value)", command: name)
        }
        parsed.options.append((option.name, next))
      }
    }
    guard operandCount.contains(parsed.operands.count) else {
      let problem = parsed.operands.count < operandCount.lowerBound ? "needs \(operands)" : "takes fewer arguments"
      throw UsageError("'callpoint \(name)' \(problem)", command: name)
    }
    return parsed
  }
}
