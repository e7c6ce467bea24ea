import Kernel

/// `callpoint bench`: both modes, with the user's own callbacks.
enum BenchCommand {
  static func run(_ arguments: ParsedArguments) throws -> CallpointCommand.ExitStatus {
    let options = try BenchOptions(arguments)
    let files = try options.output.map { try ReportFiles(in: $0) }
    // What a host leaves that is killed must come to this process.
    try Subreaper.become()
    let directory = try TemporaryDirectory()
    var progress = BenchProgress(isTerminal: Console.isErrorTerminal)
    defer { progress.end() }
    let bench = try Bench(options, directory: directory.path)
    defer { bench.stop() }
    let results = try bench.run(&progress)
    Console.print(BenchTable(results).text)
    for path in try files?.write(results) ?? [] { Console.print(path) }
    return results.hasFailed ? .failure : .success
  }
}
