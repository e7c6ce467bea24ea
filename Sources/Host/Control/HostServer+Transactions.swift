import Callpoints
import Datastore
import JSON
import PythonVM

/// What Python asks of the host by itself: transactions, reads, and actions from inside callbacks.
extension HostServer {
  func serveTransaction(_ params: JSONValue, _ call: ControlCall) throws(CallError) {
    let connection = call.connection
    let reply = { (result: JSONValue) in call.reply(result) }
    switch call.method {
    case "trans.open": reply(["th": .integer(Int64(try openTransaction(params, connection)))])
    case "trans.read": reply(try read(params))
    case "trans.write":
      try workspace(params).apply(params["writes"]?.array ?? [])
      reply([:])
    case "trans.validate":
      let workspace = try workspace(params)
      try take(params, into: workspace)
      try workspace.validate()
      reply([:])
    case "trans.apply": try apply(params, for: call)
    case "trans.close":
      let number = try params.requiredNumber("th")
      connection.transactions.remove(number)
      store.close(number)
      reply([:])
    case "trans.action":
      if params["th"] != nil { try workspace(params).apply(params["writes"]?.array ?? []) }
      let user = session(
        named: try params.requiredString("user"), context: params["context"]?.string)
      try callAction(params, as: user, for: call, inside: parent(params))
    default: call.refuseMethod()
    }
  }

  private func openTransaction(_ params: JSONValue, _ connection: ControlConnection) throws(CallError) -> UInt64 {
    let user = session(
      named: try params.requiredString("user"), context: params["context"]?.string)
    let number = dispatcher.makeNumber()
    let workspace = Workspace(
      transaction: Transaction(on: store.snapshot, isOperational: params["db"]?.string == "operational"), user: user,
      isWritable: params["mode"]?.string == "write")
    store.open(workspace, as: number)
    connection.transactions.insert(number)
    return number
  }

  /// The transaction that a message names.
  ///
  /// One with the number of an action that somebody waits for is opened when it is first used.
  private func workspace(_ params: JSONValue) throws(CallError) -> Workspace {
    let number = try params.requiredNumber("th")
    if let workspace = store.workspace(number) { return workspace }
    guard dispatcher.isAwaited(RequestID(number)) else {
      throw CallError(.invalidRequest, "No such transaction", errno: 61)
    }
    let workspace = Workspace(
      transaction: Transaction(on: store.snapshot), user: session(),
      isWritable: false)
    store.open(workspace, as: number)
    return workspace
  }

  /// The running request from inside whose callback a message comes.
  private func parent(_ params: JSONValue) -> RequestID? {
    params["request"]?.uint.map { RequestID($0) }.flatMap { dispatcher.isOpen($0) ? $0 : nil }
  }

  private func take(_ params: JSONValue, into workspace: Workspace) throws(CallError) {
    try workspace.apply(params["writes"]?.array ?? [])
    try workspace.recordReads((params["reads"]?.array ?? []).compactMap(\.string))
  }

  private func read(_ params: JSONValue) throws(CallError) -> JSONValue {
    let workspace = try workspace(params)
    try workspace.apply(params["writes"]?.array ?? [])
    let index = workspace.transaction.index
    let path = try keypath(try params.requiredString("path"), in: index)
    let after = try params["after"]?.string.map { (text) throws(CallError) in try keypath(text, in: index) }
    guard let tree = workspace.transaction.working.tree(at: path, after: after) else { return [:] }
    return ["tree": tree]
  }

  private func apply(_ params: JSONValue, for call: ControlCall) throws(CallError) {
    let number = try params.requiredNumber("th")
    guard !dispatcher.isOpen(RequestID(number)) else {
      throw CallError(.invalidRequest, "transaction \(number) is a callback's, which cannot apply it", errno: 21)
    }
    let workspace = try workspace(params)
    try take(params, into: workspace)
    let isDryRun = params["dryRun"]?.bool ?? false
    if workspace.transaction.isOperational {
      return try applyState(workspace, number, for: call)
    }
    let commit = Commit.Request(
      edit: { _ in }, user: workspace.user, isDryRun: isDryRun, parent: parent(params),
      prepared: workspace.transaction)
    run(commit, for: call) { [unowned self] result in
      switch result {
      case .failure(let error): call.refuse(error)
      case .success(let outcome):
        // It may have been closed, or its connection may have ended, while services ran.
        if !isDryRun, store.workspace(number) === workspace {
          let next = Workspace(transaction: Transaction(on: outcome.snapshot), user: workspace.user, isWritable: true)
          store.open(next, as: number)
        }
        call.reply { writer in
          writer.beginObject()
          writer.key("changes")
          outcome.writeChanges(to: &writer)
          writer.endObject()
        }
      }
    }
  }

  /// State data need no services and no validation.
  private func applyState(_ workspace: Workspace, _ number: UInt64, for call: ControlCall) throws(CallError) {
    do throws(DataError) {
      store.snapshot = try workspace.transaction.committed(onto: store.snapshot)
    } catch {
      throw CallError(error)
    }
    let next = Workspace(
      transaction: Transaction(on: store.snapshot, isOperational: true), user: workspace.user, isWritable: true)
    store.open(next, as: number)
    call.reply(["changes": []])
  }
}
