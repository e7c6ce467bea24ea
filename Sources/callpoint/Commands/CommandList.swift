/// Every command of the tool, in the order of the overview.
enum CommandList {
  private static let connection: [CommandDescription.Option] = [
    .init(
      name: "--socket", value: "PATH",
      help: "the host's control socket\n(default: CALLPOINT_SOCKET or ./.callpoint/socket)"),
    .init(name: "--user", value: "NAME", help: "who asks (default: admin)"),
    .init(name: "--wait", value: "SECONDS", help: "wait this long for the host to be ready"),
    .init(
      name: "--timeout", value: "SECONDS",
      help: "how long to wait for the answer; what has not begun by then\nis withdrawn"),
  ]

  private static let packages = "[PACKAGE_DIR...]"

  static let serve = CommandDescription(
    name: "serve", operands: packages, operandCount: 0...Int.max,
    summary: "load packages, start their Python VMs and serve their callpoints",
    discussion: """
      Loads the packages, prints a table of what was started and then the line 'ready', and serves until SIGTERM or
      SIGINT. A PACKAGE_DIR is a package or a directory of packages; ./packages is the default. The data store lives in
      memory: it starts empty, or with what --load names, and is gone when the host stops.
      """,
    options: [
      .init(name: "--load", value: "FILE", help: "a JSON document (RFC 7951) to start from; no service runs for it"),
      .init(name: "--state", value: "DIR", help: "where the host keeps its socket and files (default: ./.callpoint)"),
      .init(name: "--socket", value: "PATH", help: "the control socket (default: CALLPOINT_SOCKET or DIR/socket)"),
      .init(
        name: "--log-file-prefix", value: "PREFIX",
        help:
          "log files are PREFIX-VM.log, PREFIX.log (what\nprocesses print) and callpoint.log beside them\n(what happens to processes and requests); SIGHUP\nopens them anew (default: logs/ncs-python-vm)"
      ),
      .init(name: "--log-level", value: "LEVEL", help: "debug, info, warning, error or critical (default: info)"),
      .init(
        name: "--start-command", value: "PATH",
        help: "what starts a Python VM\n(default: the ncs-start-python-vm of the installation)"),
      .init(name: "--start-timeout", value: "SECONDS", help: "how long a VM may take to start (default: 30)"),
      .init(
        name: "--yang-path", value: "DIR",
        help: "where imported YANG modules are looked for; wins over the\nmodules of the installation; may be repeated",
        isRepeatable: true),
      .init(
        name: "--message-limit", value: "MIB",
        help: "the longest message of clients and callbacks, either way:\n1 to 64 MiB (default: 16)"),
      .init(
        name: "--mode", value: "MODE",
        help:
          "threading or multiprocessing for every package, whatever\nits callpoint-model and however few its callpoints"
      ),
      .init(name: "--threads", value: "N", help: "the most threads of a VM or worker (default: 65)"),
      .init(
        name: "--workers", value: "[CALLPOINT=]N",
        help: "worker processes for each callpoint, or for one,\nin multiprocessing mode (default: 1); may be repeated",
        isRepeatable: true),
      .init(name: "--action-timeout", value: "SECONDS", help: "how long an action may take (default: 240)"),
      .init(name: "--service-timeout", value: "SECONDS", help: "how long any other callback may take (default: 120)"),
      .init(name: "--grace", value: "SECONDS", help: "how long running callbacks may finish at a stop (default: 10)"),
      .init(name: "--die-with-parent", value: nil, help: "end when the process that started the host ends"),
      .init(name: "--no-auto-restart", value: nil, help: "leave a VM that died, or did not start in time, as it is"),
      .init(
        name: "--no-parent-death-signal", value: nil,
        help: "behave as on a system that does not kill children\nwhen their parent dies"),
    ])

  static let check = CommandDescription(
    name: "check", operands: "PACKAGE_DIR...", operandCount: 1...Int.max,
    summary: "load packages, run every setup() and teardown(), say what failed",
    discussion: "Starts a private host on the packages, prints a table and stops it. Exits with 1 if anything failed.",
    options: [
      .init(name: "--yang-path", value: "DIR", help: "where imported YANG modules are looked for", isRepeatable: true),
      .init(name: "--start-command", value: "PATH", help: "what starts a Python VM"),
      .init(name: "--start-timeout", value: "SECONDS", help: "how long a VM may take to start (default: 30)"),
    ])

  static let status = CommandDescription(
    name: "status", operands: "", operandCount: 0...0,
    summary: "show packages, VMs, callpoints and workers",
    discussion: "Shows what runs, in which mode and why, and what can be called.",
    options: connection + [.init(name: "--json", value: nil, help: "print the status as JSON")])

  static let action = CommandDescription(
    name: "action", operands: "PATH [NAME=VALUE...]", operandCount: 1...Int.max,
    summary: "call an action or rpc",
    discussion: """
      PATH ends in the action's name: /a:action-test/server{s1}/reset. Its input is given as NAME=VALUE for the leafs
      at its top, or whole with --input. The output is printed as JSON.
      """,
    options: connection + [
      .init(name: "--input", value: "JSON", help: "the whole input")
    ])

  static let commit = CommandDescription(
    name: "commit", operands: "FILE|-", operandCount: 1...1,
    summary: "change the configuration and run the services it touches",
    discussion: """
      FILE holds a JSON document (RFC 7951) to merge, as 'callpoint get' prints it, or an array of edits
      {"op": "merge"|"create"|"set"|"delete", "path": …, "value": …}. All of it happens, or nothing. Prints what changed.
      """,
    options: connection + [.init(name: "--dry-run", value: nil, help: "print what would change and change nothing")])

  static let delete = CommandDescription(
    name: "delete", operands: "PATH", operandCount: 1...1,
    summary: "delete a node and run the services that this touches",
    discussion: "Deletes what is at PATH, such as /l3vpn:vpn/l3vpn{acme}. Prints what changed.",
    options: connection + [.init(name: "--dry-run", value: nil, help: "print what would change and change nothing")])

  static let get = CommandDescription(
    name: "get", operands: "[PATH]", operandCount: 0...1,
    summary: "print data as a JSON document",
    discussion: "Prints what is at PATH (default: everything) as a document that 'callpoint commit' accepts.",
    options: connection + [.init(name: "--depth", value: "N", help: "print N levels below PATH only")])

  static let start = CommandDescription(
    name: "start", operands: "VM", operandCount: 1...1, summary: "start a Python VM that was stopped",
    discussion: "Starts the VM with this name.", options: connection)

  static let stop = CommandDescription(
    name: "stop", operands: "VM", operandCount: 1...1, summary: "stop a Python VM",
    discussion: "Runs every teardown() of the VM with this name and ends it. Its callpoints answer 'unavailable'.",
    options: connection)

  static let reload = CommandDescription(
    name: "reload", operands: "", operandCount: 0...0, summary: "load the packages again",
    discussion: """
      Reads the packages again and starts the VMs of those that changed, each beside the old one, which goes when the
      new one has come through setup(). A package whose new version does not load keeps running its old one. Prints
      what was done about each package; the exit status is 1 if one of them is not what is on disk.
      """, options: connection)

  static let demo = CommandDescription(
    name: "demo", operands: "", operandCount: 0...0, summary: "show what Callpoint does, on the example packages",
    discussion: """
      Runs a private host on the example packages in a temporary directory, calls them in both modes, kills a worker
      and at last the host, and prints what happened. Leaves no process and no file behind.
      """,
    options: [.init(name: "--keep", value: nil, help: "keep the temporary directory and say where it is")])

  static let bench = CommandDescription(
    name: "bench", operands: "PACKAGE_DIR...", operandCount: 1...Int.max,
    summary: "measure your own callbacks in both modes, and say which mode wins",
    discussion: """
      Runs the named actions and commits against a private host in each mode, with a growing number of requests on their
      way at a time, the modes in turn, and prints throughput, latency, processor time, memory and errors, and which mode
      wins by how much, and why. Give --action, each with its --input, and --commit as often as you like: the requests are
      used in turn. {n} in a path, an input and a file becomes the request's number, from 1 in every run, such as in
      /vlan:vlans/vlan{v{n}}/trace. What commits create is deleted between runs, service instances first. Exits with 1 if
      everything failed in a mode.
      """,
    options: [
      .init(name: "--action", value: "PATH", help: "call this action or rpc; may be repeated", isRepeatable: true),
      .init(
        name: "--input", value: "JSON", help: "the input of the --action before it (default: {})", isRepeatable: true),
      .init(
        name: "--commit", value: "FILE",
        help: "commit what this file holds, as 'callpoint commit' does;\nmay be repeated",
        isRepeatable: true),
      .init(
        name: "--modes", value: "MODES",
        help:
          "threading, multiprocessing or both (default: both);\noverrides callpoint-model and the rule that one\ncallpoint is not worth a process"
      ),
      .init(name: "--load", value: "FILE", help: "a JSON document (RFC 7951) to start from; no service runs for it"),
      .init(name: "--parallel", value: "NUMBERS", help: "how many requests are on their way (default: 1,2,4,8,16)"),
      .init(
        name: "--workers", value: "N", help: "worker processes for each callpoint in multiprocessing\nmode (default: 1)"
      ),
      .init(
        name: "--duration", value: "SECONDS",
        help: "how long each mode is measured at each number of\nparallel requests, in 5 rounds together (default: 5)"),
      .init(
        name: "--rate", value: "PER_SECOND",
        help:
          "let so many requests become due every second, whatever\nbecomes of them (open loop): latency counts from then, and\n--parallel is the most that are on their way"
      ),
      .init(
        name: "--output", value: "DIR",
        help:
          "write results.json, results.csv and report.html, a page\nwith plots that needs no network, to this directory"
      ),
    ])

  static let verifyCleanup = CommandDescription(
    name: "verify-cleanup", operands: packages, operandCount: 0...Int.max,
    summary: "kill processes at random moments and check that nothing is left",
    discussion: """
      Runs private hosts on the packages (default: examples), kills the host, its guard, a VM, a template or a worker with
      SIGKILL, while it starts, is idle or runs callbacks that have started children, daemons and process groups, and
      checks that everything below is gone and that the host carries on. The package household of the examples is always
      loaded: no callback of other packages is called. Prints for each kind how many processes there were, how many
      survived, and how long the last one took. Exits with 1 if one survived for more than 5 s.
      """,
    options: [.init(name: "--rounds", value: "N", help: "how many processes to kill (default: 60)")])

  /// All of them.
  static let all = [serve, check, status, action, commit, delete, get, start, stop, reload, bench, demo, verifyCleanup]

  /// What `callpoint --help` prints.
  static var overview: String {
    let width = all.map(\.name.count).max() ?? 0
    let rows = all.map { "  " + $0.name.padding(to: width + 2) + $0.summary }
    return """
      usage: callpoint COMMAND [OPTION...] [ARGUMENT...]

      Runs Cisco-NSO-style Python packages without NSO.

      commands:
      \(rows.joined(separator: "\n"))

      'callpoint COMMAND --help' tells more. Data is printed as JSON on standard output, errors on standard error.
      Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 no host.
      """
  }
}

extension String {
  /// The string with blanks behind it up to a width.
  func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
