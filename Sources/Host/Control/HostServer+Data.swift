import Callpoints
import Datastore
import JSON
import PythonVM
import Yang

/// The methods that read and change data and call actions.
extension HostServer {
  /// A session that nobody had before.
  func session(named name: String, context: String) -> UserSession {
    UserSession(name: name, context: context, number: dispatcher.makeNumber())
  }

  /// Reads a path, under the present model unless another one is given.
  func keypath(_ text: String, in index: SchemaIndex? = nil) throws(CallError) -> Keypath {
    do throws(DataError) {
      return try Keypath(text, in: index ?? store.snapshot.index)
    } catch {
      throw CallError(error)
    }
  }

  func get(_ params: JSONValue) throws(CallError) -> JSONValue {
    let path = try keypath(try params.requiredString("path"))
    guard path == .root || store.snapshot.exists(at: path) else {
      return ["data": [:]]
    }
    return ["data": store.snapshot.document(at: path, depth: params["depth"]?.int)]
  }

  // MARK: Actions

  func callAction(
    _ params: JSONValue, as user: UserSession, for call: ControlCall, inside parent: RequestID? = nil
  ) throws(CallError) {
    let text = try params.requiredString("path")
    let path = try keypath(text)
    let schema = store.snapshot.schema
    let node = schema[path.node]
    guard node.kind == .action || node.kind == .rpc else {
      throw CallError(.invalidPath, "\(text) is a \(node.kind.rawValue), not an action", errno: 8)
    }
    let holder = path.parent
    guard holder == .root || store.snapshot.exists(at: holder) else {
      throw CallError(.invalidPath, "\(holder.text(in: store.snapshot.index)) does not exist", errno: 1)
    }
    guard let input = (params["input"] ?? [:]).object else {
      throw CallError(.invalidValue, "the parameter 'input' must be an object", errno: 5)
    }
    let inputNode = node.children.map { schema[$0] }.first { $0.kind == .input } ?? node
    let checked = try ParameterTree(schema: schema).check(input, against: inputNode, path: text)
    guard let point = node.actionpoint else {
      throw CallError(.notSupported, "\(text) has no actionpoint, and Callpoint does not implement it itself")
    }
    guard let entry = table[CallpointIdentity(kind: .action, name: point)] else { throw .unregistered(point) }
    let body = RequestBody("action") { writer in
      writer.key("name")
      writer.string(node.name)
      if node.kind == .action {
        writer.key("path")
        writer.string(holder.text(in: store.snapshot.index))
      }
      writer.key("input")
      writer.value(.object(checked))
      user.write(to: &writer)
    }
    let number = RequestID(dispatcher.makeNumber())
    call.onAbandonment { [dispatcher] _ in dispatcher.cancel(number) }
    let isClient = call.connection.isClient
    if isClient { clientRequestBegan() }
    dispatcher.call(
      entry.id, body, timeout: call.handOverDeadline() ?? settings.actionTimeout, inside: parent, as: number
    ) { [unowned self] result in
      if isClient { clientRequestEnded() }
      store.close(number.number)
      answer(call, with: result)
    }
  }

  private func answer(_ call: ControlCall, with result: Result<Reply, CallError>) {
    switch result {
    case .failure(let error): call.refuse(error)
    case .success(let reply):
      do throws(ProtocolViolation) {
        let output = try reply.text(of: "output")
        call.reply { writer in
          writer.beginObject()
          writer.key("output")
          if let output { writer.raw(output) } else { writer.value([:]) }
          writer.endObject()
        }
      } catch {
        call.refuse(CallError(error))
      }
    }
  }

  // MARK: Commits

  func commit(_ params: JSONValue, as user: UserSession, for call: ControlCall) throws(CallError) {
    guard let edits = params["edits"]?.array else {
      throw CallError(.invalidRequest, "the parameter 'edits' must be an array")
    }
    clientRequestBegan()
    run(
      Commit.Request(
        edit: { (transaction) throws(CallError) in try Edit.apply(edits, to: transaction) }, user: user,
        isDryRun: params["dryRun"]?.bool ?? false), for: call
    ) { [unowned self] result in
      clientRequestEnded()
      switch result {
      case .failure(let error): call.refuse(error)
      case .success(let outcome):
        call.reply { writer in
          writer.beginObject()
          writer.key("transaction")
          writer.int(Int(outcome.number))
          writer.key("changes")
          outcome.writeChanges(to: &writer)
          writer.endObject()
        }
      }
    }
  }

  func run(_ request: Commit.Request, for call: ControlCall, completion: @escaping Commit.Completion) {
    let runner = CallbackRunner(dispatcher: dispatcher, store: store, timeout: settings.serviceTimeout)
    let commit = Commit(
      request, number: dispatcher.makeNumber(), store: store, table: table, runner: runner, log: log,
      completion: completion)
    call.onAbandonment { [weak commit] in commit?.abandon(because: $0) }
    commit.begin()
  }
}
